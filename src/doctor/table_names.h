#pragma once

// How Better Auth's tables are called in the database that doctor looks at.

#include <string>
#include <string_view>

#include "schema/bridge_facts.h"

namespace drawbridge::doctor {

/// Whether a table of that name is Better Auth's own or one of its plugins', which refer to `user.id`
/// rightly.
bool is_better_auths(std::string_view name);

/// Whether it is where drawbridge() records what ended before its tokens, in the style of any generator.
bool is_table_of_revocations(std::string_view name);

/// Whether a table of that name is one of the tasks API's.
bool is_ours(std::string_view name);

/// As a statement names the table `user`.
std::string user_table(const schema::BridgeFacts& facts);

/// As a statement, to be read by a person, names a table or a column.
std::string quoted_in_sql(std::string_view name);

/// Whether Drizzle, Prisma or the like made the tables.
bool is_of_another_generator(const schema::BridgeFacts& facts);

/// Those that have other names than Better Auth gives them, as `"users", "sessions"`.
std::string other_names(const schema::BridgeFacts& facts);

}  // namespace drawbridge::doctor
