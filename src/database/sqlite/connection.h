#pragma once

// What work on SQLite uses: the connection with its prepared statements, and one use of
// such a statement.

#include <map>
#include <optional>
#include <string>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "drawbridge/uuid.h"

#include "database/result.h"

namespace drawbridge::database {

/// Adds the function `letter_case_folded(text)` that statements use.
void add_letter_case_folded(SQLite::Database& database);

struct SqliteConnection {
  /// Adds the function that the statements use.
  explicit SqliteConnection(SQLite::Database opened);

  SQLite::Database database;
  /// By their text, which lives as long as the program. Destroyed before the database.
  std::map<const char*, SQLite::Statement> statements{};
  std::map<std::string, SQLite::Statement> statements_as_written{};

  /// For the column that our tables refer to.
  SQLite::Statement& prepared(const char* sql);
  /// Names Better Auth's tables itself; of those there are few in a process.
  SQLite::Statement& prepared_as_written(const std::string& sql);
};

/// One use of a prepared statement. Reset at the end, whatever happens: a statement left in mid-row would
/// hold its view of the database and keep the WAL file growing.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_{statement} {}
  ~Query() { statement_.tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <class T>
  Query& bind(const char* name, const T& value) {
    statement_.bind(name, value);
    return *this;
  }
  template <class T>
  Query& bind(const char* name, const std::optional<T>& value) {
    if (value) {
      statement_.bind(name, *value);
    } else {
      statement_.bind(name);
    }
    return *this;
  }
  bool next() { return statement_.executeStep(); }
  int run() { return statement_.exec(); }
  SQLite::Column column(int index) { return statement_.getColumn(index); }

 private:
  SQLite::Statement& statement_;
};

/// For a row that no writer of ours makes: its owner's request is refused, as where the database is damaged.
[[noreturn]] void throw_unreadable_row();

/// Texts of a row. SQLite takes what is not UTF-8 too, from other programs; such a row is unreadable.
std::string text(const SQLite::Column& column);
std::optional<std::string> optional_text(const SQLite::Column& column);

inline constexpr const char* find_user = R"sql(SELECT 1 FROM "user" WHERE "user".uuid = :user_id)sql";

/// Whether the owner is still in Better Auth's table: each write begins with this question.
bool user_exists(SqliteConnection& connection, const Uuid& owner);

/// Whether a statement with `:user_id` and `:most` finds a row of the owner's beyond so many.
bool has_more_than(SqliteConnection& connection, const char* sql, const Uuid& owner, std::int64_t most);

}  // namespace drawbridge::database
