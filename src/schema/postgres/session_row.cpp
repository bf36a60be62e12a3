#include "schema/session_row.h"

#include "database/postgres/transaction.h"
#include "schema/plan/session_statement.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {

using database::Result;

Result<std::string> session_statement_of(database::PostgresConnection& connection, const plan::Where& where) {
  database::PostgresRead transaction{connection};
  auto statement = plan::session_statement(
      plan::Product::postgresql, plan::read_layout(plan::Product::postgresql, query_of(transaction), where),
      "$1");
  if (!statement) return database::failed(database::StoreError::Kind::unavailable, statement.error());
  return *std::move(statement);
}

Result<std::optional<std::string>> session_row(database::PostgresConnection& connection,
                                               const std::string& statement, std::string_view token) {
  database::PostgresRead transaction{connection};
  const pqxx::result found = connection.run_as_written(transaction, statement, std::string{token});
  if (found.empty()) return std::nullopt;
  return database::optional_text(found[0][0]);
}

}  // namespace drawbridge::schema
