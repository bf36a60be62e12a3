#include "schema/sqlite/user_table.h"

#include <algorithm>
#include <vector>

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "database/sqlite/database.h"
#include "schema/migrated_database.h"

namespace drawbridge::schema {
namespace {

constexpr const char* trigger_name = "drawbridge_user_uuid";

// A version 4 UUID in lower case (RFC 9562 §5.4); each row gets another.
constexpr const char* random_uuid =
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' "
    "||\n"
    "    substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || "
    "hex(randomblob(6)))";

/// Compared as text, so only the lower-case form will do.
std::string is_good_uuid() {
  std::string pattern;
  for (const std::size_t digits : {8U, 4U, 4U, 4U, 12U}) {
    if (!pattern.empty()) pattern += '-';
    for (std::size_t i = 0; i < digits; ++i) pattern += "[0-9a-f]";
  }
  return fmt::format(
      "typeof(uuid) = 'text' AND length(uuid) = 36 AND uuid GLOB '{}' AND uuid <> "
      "'00000000-0000-0000-0000-000000000000'",
      pattern);
}

std::vector<std::string> texts(SQLite::Database& database, const std::string& sql) {
  std::vector<std::string> texts;
  SQLite::Statement statement{database, sql};
  while (statement.executeStep()) texts.push_back(statement.getColumn(0).getString());
  return texts;
}

bool has_unique_index(SQLite::Database& database) {
  SQLite::Statement statement{
      database,
      "SELECT 1 FROM pragma_index_list('user') AS list WHERE list.\"unique\" = 1 AND "
      "list.partial = 0 AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1 AND "
      "EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info WHERE info.key = 1 AND "
      "lower(info.name) = 'uuid' AND info.coll = 'BINARY')"};
  return statement.executeStep();
}

bool has_trigger(SQLite::Database& database) {
  SQLite::Statement statement{
      database,
      "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ? AND tbl_name = 'user' COLLATE NOCASE"};
  statement.bind(1, trigger_name);
  return statement.executeStep();
}

std::string obstacle_in_rows(SQLite::Database& database) {
  const auto limit = rows_named + 1;
  const auto invalid = texts(database, fmt::format("SELECT id FROM \"user\" WHERE {} ORDER BY id LIMIT {}",
                                                   invalid_user_uuid_sql(), limit));
  if (!invalid.empty()) {
    return fmt::format(
        "user.uuid is not a lower-case UUID in the rows with id {}: correct or clear them first",
        name_rows(invalid));
  }
  const auto duplicate =
      texts(database, fmt::format("SELECT id FROM \"user\" WHERE {} ORDER BY uuid, id LIMIT {}",
                                  shared_user_uuid_sql(), limit));
  if (!duplicate.empty()) {
    return fmt::format("user.uuid is the same in several rows, with id {}: decide whose it is first",
                       name_rows(duplicate));
  }
  return {};
}

}  // namespace

UserTable inspect_user_table(SQLite::Database& database) {
  UserTable table;
  SQLite::Statement type{database, "SELECT type FROM sqlite_schema WHERE name = 'user' COLLATE NOCASE"};
  if (!type.executeStep()) return table;
  table.exists = true;
  if (type.getColumn(0).getString() != "table") {
    table.is_view = true;
    return table;
  }
  SQLite::Statement info{database,
                         "SELECT name, lower(type), \"notnull\" = 1, dflt_value IS NOT NULL FROM "
                         "pragma_table_info('user')"};
  while (info.executeStep()) {
    if (!database::same_name(info.getColumn(0).getString(), "uuid")) continue;
    table.has_uuid = true;
    table.uuid_type = info.getColumn(1).getString();
    table.uuid_is_required = info.getColumn(2).getInt() == 1;
    table.uuid_is_made = info.getColumn(3).getInt() == 1;
  }
  table.uuid_is_made = table.uuid_is_made || has_trigger(database);
  table.uuid_is_unique = table.has_uuid && has_unique_index(database);
  return table;
}

bool UserUuidState::complete() const {
  return obstacle.empty() && table.exists && table.has_uuid && table.uuid_is_unique &&
         table.uuid_is_filled() && rows_without == 0;
}

UserUuidState inspect_user_uuid(SQLite::Database& database) {
  UserUuidState state{.table = inspect_user_table(database), .rows_without = 0, .obstacle = {}};
  if (!state.table.exists) return state;
  if (state.table.is_view) {
    state.obstacle = "\"user\" is a view, where Better Auth has a table: foreign keys cannot refer to it";
  } else if (state.table.has_uuid) {
    state.obstacle = obstacle_in_rows(database);
    state.rows_without = database.execAndGet("SELECT count(*) FROM \"user\" WHERE uuid IS NULL").getInt64();
  } else {
    state.rows_without = database.execAndGet("SELECT count(*) FROM \"user\"").getInt64();
  }
  return state;
}

std::string invalid_user_uuid_sql() {
  return fmt::format("uuid IS NOT NULL AND NOT ({})", is_good_uuid());
}

const char* shared_user_uuid_sql() {
  return "uuid IN (SELECT uuid FROM \"user\" WHERE uuid IS NOT NULL GROUP BY uuid HAVING count(*) > 1)";
}

std::string user_uuid_sql(const UserTable& table) {
  std::string sql;
  if (!table.has_uuid) sql += "ALTER TABLE \"user\" ADD COLUMN uuid TEXT;\n";
  if (!table.uuid_is_unique) sql += "CREATE UNIQUE INDEX drawbridge_user_uuid_unique ON \"user\" (uuid);\n";
  if (!table.uuid_is_filled()) {
    sql += fmt::format(
        "CREATE TRIGGER {} AFTER INSERT ON \"user\" WHEN NEW.uuid IS NULL\nBEGIN\n"
        "  UPDATE \"user\" SET uuid =\n    {}\n    WHERE id = NEW.id;\nEND;\n",
        trigger_name, random_uuid);
  }
  return sql;
}

std::string fill_user_uuid_sql(std::int64_t limit) {
  const std::string rows =
      limit < 0 ? "uuid IS NULL"
                : fmt::format("id IN (SELECT id FROM \"user\" WHERE uuid IS NULL LIMIT {})", limit);
  return fmt::format("UPDATE \"user\" SET uuid =\n    {}\n  WHERE {};\n", random_uuid, rows);
}

const char* random_uuid_sql() {
  return random_uuid;
}

}  // namespace drawbridge::schema
