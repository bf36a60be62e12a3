#include "schema/readiness.h"

#include <fmt/format.h>

#include "database/sqlite/connection.h"
#include "schema/migrated_database.h"
#include "schema/sqlite/schema.h"
#include "schema/sqlite/user_table.h"

namespace drawbridge::schema {
namespace {

std::string readiness_fault(SQLite::Database& database) {
  const int version = schema_version(database);
  if (version > latest_schema_version()) return newer_database(version, latest_schema_version());
  const UserTable user = inspect_user_table(database);
  if (!user.exists) {
    return "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it";
  }
  if (!user.can_be_referenced()) {
    return "Better Auth's table \"user\" has no unique column uuid: run drawbridge migrate up";
  }
  if (version < latest_schema_version()) {
    return fmt::format("the database has version {} of the tables and needs {}: run drawbridge migrate up",
                       version, latest_schema_version());
  }
  return {};
}

}  // namespace

database::Result<void> check_ready(database::SqliteConnection& connection) {
  std::string fault = readiness_fault(connection.database);
  if (fault.empty()) return {};
  return database::failed(database::StoreError::Kind::unavailable, std::move(fault));
}

}  // namespace drawbridge::schema
