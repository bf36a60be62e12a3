#include "schema/readiness.h"

#include "database/postgres/transaction.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {
namespace {

/// As requests ask: prepared where they prepare, by the role's rights on each table; of nobody's rows.
constexpr const char* read_as_requests_do = R"sql(
SELECT FROM (SELECT $1::uuid AS nobody) AS owner
LEFT JOIN "user" ON "user".uuid = nobody LEFT JOIN tasks ON tasks.user_id = nobody
LEFT JOIN tags ON tags.user_id = nobody LEFT JOIN task_tags ON task_tags.user_id = nobody LIMIT 1)sql";

}  // namespace

database::Result<void> check_ready(database::PostgresConnection& connection) {
  database::PostgresRead transaction{connection};
  std::string fault =
      plan::readiness_fault(plan::read_readiness(plan::Product::postgresql, query_of(transaction)));
  if (!fault.empty()) return database::failed(database::StoreError::Kind::unavailable, std::move(fault));
  connection.run(transaction, read_as_requests_do, "00000000-0000-0000-0000-000000000000");
  return {};
}

}  // namespace drawbridge::schema
