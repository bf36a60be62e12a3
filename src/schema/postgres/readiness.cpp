#include "schema/readiness.h"

#include "database/postgres/connection.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {

database::Result<void> check_ready(database::PostgresConnection& connection) {
  pqxx::nontransaction transaction{connection.raw()};
  std::string fault =
      plan::readiness_fault(plan::read_readiness(plan::Product::postgresql, query_of(transaction)));
  if (fault.empty()) return {};
  return database::failed(database::StoreError::Kind::unavailable, std::move(fault));
}

}  // namespace drawbridge::schema
