#pragma once

// Statements name Better Auth's table "user" as Better Auth does. It may have another name, or be in another
// schema; the foreign key of `tasks` says which table it is.

#include <string>
#include <string_view>

namespace drawbridge::database {

/// What statements name it.
inline constexpr std::string_view user_table = "\"user\"";

inline bool names_user_table(std::string_view sql) {
  return sql.find(user_table) != std::string_view::npos;
}

/// The statement with that name of it.
inline std::string with_user_table(std::string sql, const std::string& name) {
  for (std::size_t at = sql.find(user_table); at != std::string::npos;
       at = sql.find(user_table, at + name.size()))
    sql.replace(at, user_table.size(), name);
  return sql;
}

}  // namespace drawbridge::database
