#include "schema/readiness.h"

#include "database/postgres/connection.h"
#include "schema/postgres/schema.h"

namespace drawbridge::schema {

database::Result<void> check_ready(database::PostgresConnection& connection) {
  pqxx::nontransaction transaction{connection.raw()};
  std::string fault = postgres_readiness_fault(transaction);
  if (fault.empty()) return {};
  return database::failed(database::StoreError::Kind::unavailable, std::move(fault));
}

}  // namespace drawbridge::schema
