#include "schema/sqlite/bridge_facts.h"

#include <functional>

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "core/errors/hints.h"
#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"
#include "schema/better_auth_tables.h"
#include "schema/migrated_database.h"
#include "schema/sqlite/schema.h"
#include "schema/sqlite/tables.h"
#include "schema/sqlite/user_table.h"

namespace drawbridge::schema {
namespace {

constexpr std::chrono::milliseconds lock_wait{2'000};
constexpr std::size_t longest_path = 256;

bool has_log(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file.string() + "-wal", error);
  return !error && size > 0;
}

/// Leaves a log as it is, also when nobody else has the file open, and none where none was.
SQLite::Database open_to_read(const std::filesystem::path& file) {
  const bool keeps_log = has_log(file);
  SQLite::Database database = database::open_sqlite(file, database::SqliteUse::inspect, lock_wait);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps_log ? 1 : 0, nullptr);
  return database;
}

/// What SQLite throws becomes a value.
template <class T>
std::expected<T, std::string> read(const std::filesystem::path& file,
                                   const std::function<T(SQLite::Database&)>& work) {
  std::error_code error;
  const std::string path = display_text(std::filesystem::absolute(file, error).string(), longest_path);
  if (!std::filesystem::exists(file, error)) return std::unexpected{fmt::format("there is no file {}", path)};
  try {
    SQLite::Database database = open_to_read(file);
    return work(database);
  } catch (const SQLite::Exception& exception) {
    return std::unexpected{fmt::format("{}: {}", path, database::describe(exception))};
  }
}

CountedRows count_users(SQLite::Database& database, const std::string& condition) {
  CountedRows rows;
  rows.count =
      database.execAndGet(fmt::format("SELECT count(*) FROM \"user\" WHERE {}", condition)).getInt64();
  if (rows.count == 0) return rows;
  std::vector<std::string> ids;
  SQLite::Statement statement{
      database, fmt::format("SELECT substr(id, 1, {}) FROM \"user\" WHERE {} ORDER BY id LIMIT {}",
                            longest_named, condition, rows_named + 1)};
  while (statement.executeStep()) ids.push_back(statement.getColumn(0).getString());
  rows.ids = name_rows(std::move(ids));
  return rows;
}

UuidColumn read_column(SQLite::Database& database, const UserTable& user) {
  UuidColumn column{.type = user.uuid_type,
                    .is_required = user.uuid_is_required,
                    .is_unique = user.uuid_is_unique,
                    .is_made = user.uuid_is_made};
  column.rows = UuidRows{.without = count_users(database, "uuid IS NULL"),
                         .invalid = count_users(database, invalid_user_uuid_sql()),
                         .shared = {}};
  if (!column.is_unique) column.rows->shared = count_users(database, shared_user_uuid_sql());
  return column;
}

std::vector<UserReference> read_references(SQLite::Database& database) {
  std::vector<UserReference> references;
  // Without a column, the key refers to the primary key.
  SQLite::Statement keys{database,
                         "SELECT tables.name, keys.\"from\", lower(coalesce(keys.\"to\", 'id')) "
                         "FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys "
                         "WHERE tables.type = 'table' AND lower(keys.\"table\") = 'user' ORDER BY 1, 2"};
  while (keys.executeStep())
    references.push_back({.table = keys.getColumn(0).getString(),
                          .column = keys.getColumn(1).getString(),
                          .to = keys.getColumn(2).getString()});
  return references;
}

std::optional<StoredKeys> read_keys(SQLite::Database& database, const Tables& tables) {
  if (!has_column(tables, "jwks", "expiresAt")) return std::nullopt;
  SQLite::Statement counts{database, "SELECT count(*), count(\"expiresAt\") FROM \"jwks\""};
  counts.executeStep();
  return StoredKeys{.count = counts.getColumn(0).getInt64(), .expiring = counts.getColumn(1).getInt64()};
}

BridgeFacts facts_of(SQLite::Database& database) {
  const UserTable user = inspect_user_table(database);
  BridgeFacts facts{.product = "sqlite", .version = sqlite3_libversion()};
  facts.tables = read_tables(database);
  facts.user_is_no_table = user.is_view;
  facts.foreign_names = foreign_names(facts.tables);
  if (user.has_uuid) facts.uuid = read_column(database, user);
  facts.user_references = read_references(database);
  facts.keys = read_keys(database, facts.tables);
  facts.tables_version = schema_version(database);
  facts.latest_tables_version = latest_schema_version();
  return facts;
}

}  // namespace

std::expected<BridgeFacts, std::string> read_sqlite_facts(const std::filesystem::path& file) {
  return read<BridgeFacts>(file, facts_of);
}

std::expected<bool, std::string> sqlite_user_exists(const std::filesystem::path& file, const Uuid& uuid) {
  return read<bool>(file, [&](SQLite::Database& database) {
    SQLite::Statement find{database, database::find_user};
    find.bind(":user_id", uuid.text());
    return find.executeStep();
  });
}

}  // namespace drawbridge::schema
