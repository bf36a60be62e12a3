#pragma once

// What a migration needs to know of a database. Data alone: the plan follows from it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schema/plan/names.h"

namespace drawbridge::schema::plan {

enum class Product { sqlite, postgresql };

bool has_column(const Tables& tables, const std::string& table, const std::string& column);

struct Server {
  std::string version{};  ///< as it says it
  /// The rest is PostgreSQL's alone.
  int number = 0;  ///< of the version: 150014 is 15.14
  std::string encoding{"UTF8"};
  bool has_icu = true;
  bool has_schema = true;  ///< one of the search path exists
};

/// The column `uuid` of `user`.
struct UuidColumn {
  std::string type;                            ///< in lower case: `uuid`, `text`, `character varying`
  std::string full_type{};                     ///< with its length: `character varying(36)`
  bool is_required = false;                    ///< NOT NULL
  bool is_unique = false;                      ///< by an index of it alone, which a foreign key can refer to
  bool is_made = false;                        ///< by a default or a trigger for each row that comes without
  bool is_generated = false;                   ///< out of other columns
  std::optional<std::string> default_value{};  ///< an expression
};

/// The column `id` of one of Better Auth's tables.
struct IdColumn {
  std::string type{"text"};                    ///< with its length: `character varying(36)`
  bool is_counted = false;                     ///< numbers that the database counts, on SQLite the rowid
  std::optional<std::string> default_value{};  ///< an expression that makes one
  bool has_rows = false;                       ///< read where is_left_out()
};

/// The database makes an id for a row that comes without.
inline bool is_made(const IdColumn& id) {
  return id.is_counted || id.default_value.has_value();
}

/// Rows of `user`, by their ids; at most `rows_named` of them and one more.
struct UserRows {
  std::int64_t without = 0;                          ///< a uuid; all of them when there is no such column
  std::vector<std::string> invalid{};                ///< whose uuid no token could carry
  std::vector<std::string> shared{};                 ///< whose uuid is another row's too
  std::vector<std::string> ids_that_are_no_uuids{};  ///< read where there is no uuid, and the ids are texts
};

/// Better Auth's table `user`.
struct User {
  enum class Kind { missing, table, other };
  Kind kind = Kind::missing;
  std::optional<UuidColumn> uuid{};
  /// Its `id` is the UUID that tokens carry and our tables refer to: there is no `uuid`, and our tables refer
  /// to it, it is of that type, or each of the rows, of which there are some, has one.
  bool id_is_uuid = false;
  std::string trigger{};  ///< that Drawbridge made for its `uuid`, by its name; SQLite's alone, like the next
  std::string index{};
  UserRows rows{};         ///< read where the column may have to change
  std::int64_t pages = 0;  ///< that the table has on disk; PostgreSQL's alone
};

/// Our table `tasks`, where it is there.
struct Tasks {
  std::int64_t unfolded = 0;  ///< rows without folded texts; all of them when there are no such columns
  std::int64_t pages = 0;     ///< that the table has on disk; PostgreSQL's alone
};

/// A column of a foreign key to one of Better Auth's tables.
struct Reference {
  std::string table;
  std::string column;
  std::string to;  ///< the column there
  std::string to_table{"user"};
  std::string name{};  ///< for people: `tasks_user_id_fkey of tasks`, on SQLite `user_id of tasks`
};

/// Something that was written down as added.
struct Addition {
  std::optional<std::string> detail{};
  std::string place{};  ///< the table that it was added to; empty in what a former drawbridge wrote down
};

struct Facts {
  Product product = Product::sqlite;
  Server server{};
  int version = 0;  ///< of our tables
  Tables tables{};
  Naming naming{};
  std::map<std::string, IdColumn> ids{};  ///< of Better Auth's tables, by its names of them
  User user{};
  Tasks tasks{};
  std::vector<Reference> references{};
  std::int64_t tokenless_sessions = 0;  ///< rows of a `session` that has no column token
  /// What was written down as added to the tables that are found, or to one that is gone; and how many rows
  /// each of those tables has.
  std::map<std::string, Addition> additions{};
  std::map<std::string, std::string> additions_elsewhere{};  ///< to others: the table, by what was added
  std::map<std::string, std::int64_t> rows{};
};

/// The table's ids come without, while the database makes those of `user`: Better Auth gives none there, and
/// no row can be added.
bool is_left_out(const Facts& facts, const std::string& table);

/// The column of `user` that our tables refer to.
inline const char* uuid_column(const Facts& facts) {
  return facts.user.id_is_uuid ? "id" : "uuid";
}

/// The column is as it is to be. Of SQLite's, which cannot be made NOT NULL, each row has a value too.
bool is_complete(const Facts& facts);

/// A new row cannot be without; a foreign key may refer to it.
inline bool is_filled(const UuidColumn& column) {
  return column.is_required || column.is_made;
}
bool can_be_referenced(const Facts& facts);

/// At most five ids out of Better Auth's table, fit for one line of a terminal or a log, "and more" behind
/// them when there are more.
std::string name_rows(std::vector<std::string> ids);
inline constexpr std::size_t rows_named = 5;
/// Characters of an id; a longer one is cut.
inline constexpr std::size_t longest_named = 64;

}  // namespace drawbridge::schema::plan
