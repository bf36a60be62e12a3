#pragma once

// Where Better Auth's tables are, and what they are called there. Queries and statements name them as Better
// Auth does, `"user"` with the quotes, and `named` gives them the names of this database.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace drawbridge::schema::plan {

/// The names of columns by the name of their table, Better Auth's own tables by Better Auth's names. Of
/// PostgreSQL those that are found without the name of a schema, and Better Auth's.
using Tables = std::map<std::string, std::vector<std::string>>;

/// What a person says of the place of Better Auth's tables. Where it is empty, they are looked for.
struct Where {
  std::string schema{};      ///< PostgreSQL's alone
  std::string user_table{};  ///< of the table that Better Auth calls `user`
};

/// By Better Auth's name of a table, SQL that names it: `"users"`, `"auth"."user"`. Nothing for one that has
/// its own name and is found, or will be made, by that.
using Names = std::map<std::string, std::string>;

/// The text with these names, `"user"` as SQL that names the table and `'"user"'` as a literal that holds
/// such SQL. What is in double quotes there is a table of Better Auth's, and no column.
std::string named(std::string text, const Names& names);

/// The names but for letter case and underscores, which generators of schemas choose: `banExpires`,
/// `ban_expires`.
bool is_same_column(std::string_view one, std::string_view other);

/// A table as the catalogue shows it.
struct FoundTable {
  std::string schema{};  ///< empty on SQLite
  std::string name;
  bool is_table = true;    ///< no view, for example
  bool is_visible = true;  ///< found by its name alone
  bool is_current = true;  ///< in the schema that new tables go to
  std::vector<std::string> columns{};
};

/// What was found out about Better Auth's tables beside their columns.
struct Naming {
  Names names{};
  std::string obstacle{};  ///< why it cannot be told which they are, in one line
  /// Another generator named them: some have another name, or columns in snake_case.
  bool is_foreign = false;
  bool user_is_given = false;  ///< a person says which table is `user`, whatever its columns are called
  /// Of columns by which a table is known: by Better Auth's names of the table and of the column, the name
  /// that it has here, where that is another.
  std::map<std::string, std::map<std::string, std::string>> spellings{};
  std::string orm{};  ///< `Drizzle` or `Prisma`, where it is seen that it owns the tables
  /// What stands in the place of a table of Better Auth's and is not one: by that table's name, a line that
  /// says why it is not.
  std::map<std::string, std::string> strangers{};
};

struct Layout {
  /// Columns of Better Auth's tables have Better Auth's spelling, however they are spelt there. A table of an
  /// app that has the name of one of them and is not it is left out.
  Tables tables{};
  Naming naming{};
};

/// What of these is Better Auth's: the table called `user`, or else the only one with the columns of it, and
/// what is beside it and has the columns. A name alone makes no table but `user` Better Auth's.
Layout layout_of(const std::vector<FoundTable>& found, const Where& where);

}  // namespace drawbridge::schema::plan
