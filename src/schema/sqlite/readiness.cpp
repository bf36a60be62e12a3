#include "schema/readiness.h"

#include "database/sqlite/connection.h"
#include "schema/plan/our_tables.h"
#include "schema/sqlite/query.h"

namespace drawbridge::schema {

database::Result<void> check_ready(database::SqliteConnection& connection) {
  std::string fault =
      plan::readiness_fault(plan::read_readiness(plan::Product::sqlite, query_of(connection.database)));
  if (fault.empty()) return {};
  return database::failed(database::StoreError::Kind::unavailable, std::move(fault));
}

}  // namespace drawbridge::schema
