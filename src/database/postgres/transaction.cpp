#include "database/postgres/transaction.h"

#include <exception>

namespace drawbridge::database {

PostgresRead::PostgresRead(PostgresConnection& connection)
    : connection_{connection}, transaction_{connection.raw()} {
  if (!connection.is_pooled()) return;
  try {
    transaction_.exec("BEGIN READ ONLY; " + connection.transaction_settings());
  } catch (...) {
    connection.abandon();  // it may have begun
    throw;
  }
}

PostgresRead::~PostgresRead() {
  if (!connection_.is_pooled()) return;
  try {
    transaction_.exec("ROLLBACK");
  } catch (const std::exception&) {
    connection_.abandon();  // the next transaction would be in this one
  }
}

PostgresWork::PostgresWork(PostgresConnection& connection) : transaction_{connection.raw()} {
  if (connection.is_pooled()) transaction_.exec(connection.transaction_settings());
}

}  // namespace drawbridge::database
