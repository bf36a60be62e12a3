#include "schema/better_auth_tables.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace drawbridge::schema {
namespace {

constexpr std::string_view what_to_do =
    "Drawbridge needs the names that Better Auth's own migration gives (\"user\", \"emailVerified\", "
    "\"userId\"). "
    "Make the tables with getMigrations() of better-auth/db/migration, or rename these and take the mapping "
    "of "
    "names out of the Better Auth configuration; then run this again";

bool contains(const std::vector<std::string>& columns, std::string_view name) {
  return std::ranges::find(columns, name) != columns.end();
}

/// A column that Better Auth names in camel case, and how others spell it.
struct Spelling {
  const char* table;
  const char* ours;
  const char* snake_case;
};
constexpr std::array spellings{
    Spelling{"user", "emailVerified", "email_verified"}, Spelling{"session", "userId", "user_id"},
    Spelling{"session", "expiresAt", "expires_at"},      Spelling{"account", "userId", "user_id"},
    Spelling{"jwks", "publicKey", "public_key"},         Spelling{"jwks", "privateKey", "private_key"},
};

std::string snake_case_columns(const Tables& tables) {
  for (const Spelling& spelling : spellings) {
    const auto table = tables.find(spelling.table);
    if (table == tables.end() || contains(table->second, spelling.ours)) continue;
    if (!contains(table->second, spelling.snake_case)) continue;
    return fmt::format(
        "table \"{}\" has a column {} where Better Auth has {}: another schema generator made it",
        spelling.table, spelling.snake_case, spelling.ours);
  }
  return {};
}

std::string missing_columns(const std::vector<std::string>& columns) {
  std::vector<const char*> missing;
  for (const char* const wanted : {"id", "email", "emailVerified"}) {
    if (!contains(columns, wanted)) missing.push_back(wanted);
  }
  if (missing.empty()) return {};
  return fmt::format("table \"user\" has no column {}: it is not Better Auth's", fmt::join(missing, ", "));
}

std::string other_name(const Tables& tables) {
  for (const auto& [name, columns] : tables) {
    const bool is_users = contains(columns, "email") &&
                          (contains(columns, "emailVerified") || contains(columns, "email_verified"));
    if (!is_users) continue;
    return fmt::format("there is no table \"user\", but \"{}\" looks like Better Auth's under another name",
                       name);
  }
  return {};
}

std::string session_note(std::int64_t sessions) {
  if (sessions == 0) return {};
  return fmt::format(
      "table \"session\" had no column token: {} session{} could not be kept, their users sign in again",
      sessions, sessions == 1 ? "" : "s");
}

Change column_of_jwks(const char* name, const char* type) {
  return {.name = fmt::format("jwks.{}", name),
          .sql = fmt::format("ALTER TABLE \"jwks\" ADD COLUMN \"{}\" {};\n", name, type)};
}

}  // namespace

bool has_column(const Tables& tables, const std::string& table, const std::string& column) {
  const auto found = tables.find(table);
  return found != tables.end() && contains(found->second, column);
}

std::string foreign_names(const Tables& tables) {
  const auto user = tables.find("user");
  if (user == tables.end()) return other_name(tables);
  if (std::string fault = snake_case_columns(tables); !fault.empty()) return fault;
  return missing_columns(user->second);
}

std::string foreign_tables(const Tables& tables) {
  const std::string found = foreign_names(tables);
  return found.empty() ? found : fmt::format("{}. {}", found, what_to_do);
}

std::vector<Change> better_auth_changes(const Tables& tables, const BetterAuthSql& sql, bool with_better_auth,
                                        const std::function<std::int64_t()>& sessions) {
  std::vector<Change> changes;
  // Where Better Auth has run, only its key table may be missing: the jwt plugin came later.
  const bool better_auth_is_here = tables.contains("user") && tables.contains("session");
  for (const auto& [table, create] : sql.create) {
    if (tables.contains(table)) continue;
    const bool is_repair = std::string_view{table} == "jwks" && better_auth_is_here;
    if (with_better_auth || is_repair) changes.push_back({.name = table, .sql = create});
  }
  if (tables.contains("session") && !has_column(tables, "session", "token")) {
    changes.insert(changes.begin(),
                   {.name = "session.token",
                    .sql = fmt::format("DELETE FROM \"session\";\n{}", sql.add_session_token),
                    .note = session_note(sessions())});
  }
  if (tables.contains("jwks")) {
    if (!has_column(tables, "jwks", "alg")) changes.push_back(column_of_jwks("alg", "text"));
    if (!has_column(tables, "jwks", "crv")) changes.push_back(column_of_jwks("crv", "text"));
    if (!has_column(tables, "jwks", "expiresAt")) changes.push_back(column_of_jwks("expiresAt", sql.date));
  }
  return changes;
}

}  // namespace drawbridge::schema
