// user.*: the person whom the token names, as the backend's database knows them.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

constexpr std::string_view id = "user.known";

/// Tables beside Better Auth's that hold people who sign in.
std::vector<std::string> other_sign_ups(const schema::BridgeFacts& facts) {
  std::vector<std::string> names;
  for (const auto& table_of_columns : facts.tables) {
    const std::string& table = table_of_columns.first;
    const auto has = [&](std::string_view part) {
      return std::ranges::any_of(table_of_columns.second,
                                 [&](const std::string& name) { return name.contains(part); });
    };
    if (table != "user" && table != "account" && has("email") && has("password"))
      names.push_back(display_text(table));
  }
  return names;
}

/// The plugin's option `uuid` says one thing, and the tables another.
void judge_other_id(Report& report, const Uuid& uuid, const schema::BridgeFacts& facts) {
  const char* const token = facts.id_is_uuid ? "a separate uuid" : "user.id as the uuid";
  const char* const tables = facts.id_is_uuid ? "user.id" : "user.uuid";
  const char* const option = facts.id_is_uuid ? "drawbridge({ uuid: \"user.id\" })" : "drawbridge()";
  report.fault(
      id, fmt::format("the token's user {} is not in the table user", uuid.text()),
      fmt::format("the token contains {}, but the tables use {}", token, tables),
      fmt::format("use the plugin as {}; or convert the tables, as docs/uuid-ids.md explains", option));
}

void judge_unknown(Report& report, std::string_view user, const schema::BridgeFacts& facts) {
  std::string cause =
      "there are two separate sets of users: DATABASE_URL does not name Better Auth's database; or the user "
      "was deleted after the token was made";
  if (const auto others = other_sign_ups(facts); !others.empty())
    cause += fmt::format("; also, the table {} looks like a second sign-up, the backend's own",
                         fmt::join(others, ", "));
  report.fault(id, fmt::format("the token's user {} is not in the table user", display_text(user, 128)),
               cause,
               "set the API's DATABASE_URL to Better Auth's database, and let users sign up only with Better "
               "Auth; if the user was deleted, sign in again");
}

}  // namespace

void check_user(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                const std::optional<schema::BridgeFacts>& database) {
  if (!report.may_check(id)) return;
  const bool by_subject = goes_by_subject(visit);
  if (!by_subject && !report.stands("tables.user_uuid"))
    return report.leave(id, report.why_without("tables.user_uuid"));
  if (!token || (by_subject ? token->subject.empty() : !token->uuid) || !database || !visit.user_exists)
    return report.leave(id,
                        fmt::format("the token does not identify a user by {}", by_subject ? "sub" : "uuid"));
  const auto known = visit.user_exists(
      {.text = by_subject ? token->subject : token->uuid->text(), .is_subject = by_subject});
  if (!known)
    report.leave(id, display_text(known.error(), 256));
  else if (*known)
    report.ok(id, "the token's user is in the table user");
  else if (by_subject)
    judge_unknown(report, token->subject, *database);
  else if ((token->uuid->text() == token->subject) != database->id_is_uuid)
    judge_other_id(report, *token->uuid, *database);
  else
    judge_unknown(report, token->uuid->text(), *database);
}

}  // namespace drawbridge::doctor
