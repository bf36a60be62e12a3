#pragma once

// What this program knows of Better Auth 1.7's tables, whatever database holds them: which there are, what
// the bridge needs of them, and how those of another schema generator look. Pure: the tables are an argument.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "schema/migrated_database.h"

namespace drawbridge::schema {

/// The names of columns by the name of their table, of all tables that the API could see.
using Tables = std::map<std::string, std::vector<std::string>>;

/// How one database says it.
struct BetterAuthSql {
  /// CREATE TABLE and CREATE INDEX statements by table, as Better Auth makes them, `user` with a `uuid`.
  std::vector<std::pair<const char*, std::string>> create;
  const char* add_session_token;  ///< to an empty `session`
  const char* date;               ///< the type of a time
};

bool has_column(const Tables& tables, const std::string& table, const std::string& column);

/// One line that says what was found when these are Better Auth's tables under names that another schema
/// generator gave them: other table names, or columns like email_verified. Empty otherwise.
std::string foreign_names(const Tables& tables);

/// The same, and what to do.
std::string foreign_tables(const Tables& tables);

/// What must be added to Better Auth's tables, `user.uuid` left out, in order: the tables that are missing
/// when `with_better_auth`, and where Better Auth is, repairs. `sessions` counts the rows of `session`.
std::vector<Change> better_auth_changes(const Tables& tables, const BetterAuthSql& sql, bool with_better_auth,
                                        const std::function<std::int64_t()>& sessions);

}  // namespace drawbridge::schema
