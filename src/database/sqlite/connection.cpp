#include "database/sqlite/connection.h"

#include <new>

#include <simdjson.h>
#include <sqlite3.h>

#include "database/letter_case.h"
#include "database/user_column.h"

namespace drawbridge::database {
namespace {

/// Without a column, the key refers to the primary key.
UserColumn read_user_column(SQLite::Database& database) {
  SQLite::Statement key{database, R"sql(
SELECT '"' || replace("table", '"', '""') || '"', '"' || replace(coalesce("to", 'id'), '"', '""') || '"'
FROM pragma_foreign_key_list('tasks') WHERE lower("from") = 'user_id')sql"};
  if (!key.executeStep()) return {};
  return {.table = key.getColumn(0).getString(), .name = key.getColumn(1).getString()};
}

void fold_letter_case(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto* text = sqlite3_value_text(arguments[0]);
  if (text == nullptr) return sqlite3_result_null(context);
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
  try {  // no exception may cross SQLite
    const std::string folded = letter_case_folded({reinterpret_cast<const char*>(text), size});
    sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

void add_letter_case_folded(SQLite::Database& database) {
  database.createFunction("letter_case_folded", 1, true, nullptr, fold_letter_case);
}

SqliteConnection::SqliteConnection(SQLite::Database opened) : database{std::move(opened)} {
  add_letter_case_folded(database);
}

void throw_unreadable_row() {
  throw SQLite::Exception{"unreadable row", SQLITE_CORRUPT};
}

std::string text(const SQLite::Column& column) {
  std::string text = column.getString();
  if (!simdjson::validate_utf8(text)) throw_unreadable_row();
  return text;
}

std::optional<std::string> optional_text(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return text(column);
}

SQLite::Statement& SqliteConnection::prepared(const char* sql) {
  const auto found = statements.find(sql);
  if (found != statements.end()) return found->second;
  const std::string text = for_user_column(sql, read_user_column(database));
  return statements.try_emplace(sql, database, text).first->second;
}

SQLite::Statement& SqliteConnection::prepared_as_written(const std::string& sql) {
  const auto found = statements_as_written.find(sql);
  if (found != statements_as_written.end()) return found->second;
  return statements_as_written.try_emplace(sql, database, sql).first->second;
}

bool user_exists(SqliteConnection& connection, const Uuid& owner) {
  Query query{connection.prepared(find_user)};
  return query.bind(":user_id", owner.text()).next();
}

bool has_more_than(SqliteConnection& connection, const char* sql, const Uuid& owner, std::int64_t most) {
  Query query{connection.prepared(sql)};
  return query.bind(":user_id", owner.text()).bind(":most", most).next();
}

}  // namespace drawbridge::database
