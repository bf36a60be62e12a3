#pragma once

// What is a user to the tasks API: the column of Better Auth's `user` that the foreign key of `tasks` refers
// to. Better Auth's table may have another name, or be in another schema; the column is `uuid`, or `id` where
// that is the UUID.

#include <string>
#include <string_view>

namespace drawbridge::database {

/// As statements name it. They are written for the one that this is without more.
struct UserColumn {
  std::string table{"\"user\""};
  std::string name{"uuid"};
  std::string type{"uuid"};  ///< PostgreSQL's
};

/// The statement for that column. What is written `"user"` and `"user".uuid` gets its names; on PostgreSQL
/// the owner, `$1::uuid`, gets its type.
std::string for_user_column(std::string_view sql, const UserColumn& column);

}  // namespace drawbridge::database
