#include "doctor/table_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"

namespace drawbridge::doctor {
namespace {

constexpr std::array better_auths{
    "session",          "account",           "verification", "jwks",         "rateLimit",
    "member",           "invitation",        "organization", "team",         "teamMember",
    "organizationRole", "twoFactor",         "passkey",      "apikey",       "oauthApplication",
    "oauthClient",      "oauthRefreshToken", "oauthConsent", "deviceCode",   "oauthAccessToken",
    "walletAddress",    "subscription",      "ssoProvider",  "scimProvider", "drawbridgeRevocation"};

/// What a generator makes of it: `two_factors` of `twoFactor`.
std::string without_style(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '_') plain += ascii::lower(c);
  if (plain.ends_with('s')) plain.pop_back();
  return plain;
}

}  // namespace

bool is_better_auths(std::string_view name) {
  return std::ranges::any_of(better_auths,
                             [&](const char* one) { return without_style(one) == without_style(name); });
}

bool is_table_of_revocations(std::string_view name) {
  return without_style(name) == without_style("drawbridgeRevocation");
}

bool is_ours(std::string_view name) {
  return name == "tasks" || name == "tags" || name == "task_tags";
}

std::string user_table(const schema::BridgeFacts& facts) {
  const auto& names = facts.naming.names;
  const auto found = names.find("user");
  return found == names.end() ? "\"user\"" : display_text(found->second);
}

std::string quoted_in_sql(std::string_view name) {
  std::string quoted{'"'};
  for (const char c : display_text(name)) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

bool is_of_another_generator(const schema::BridgeFacts& facts) {
  return facts.naming.is_foreign || !facts.naming.orm.empty();
}

std::string other_names(const schema::BridgeFacts& facts) {
  std::vector<std::string> names;
  for (const auto& [table, sql] : facts.naming.names)
    if (facts.tables.contains(table)) names.push_back(display_text(sql));
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace drawbridge::doctor
