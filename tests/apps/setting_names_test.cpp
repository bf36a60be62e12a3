#include "commands/setting_names.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "commands/settings.h"
#include "core/errors/hints.h"

namespace drawbridge::app {
namespace {

TEST(SettingNames, StandWhereTheLibraryNamesItsMembers) {
  constexpr std::array allowed{Algorithm::eddsa};
  const std::vector<std::string> expected{"b"};
  const std::pair<std::string, const char*> cases[] = {
      {mismatch_hint("iss", "a", expected), "Set BETTER_AUTH_ISSUER to"},
      {mismatch_hint("aud", "a", expected), "Set BETTER_AUTH_AUDIENCE to"},
      {several_hosts_hint(), "in BETTER_AUTH_ISSUER and BETTER_AUTH_AUDIENCE"},
      {algorithm_hint("ES256", allowed), "add it to DRAWBRIDGE_ALGORITHMS."},
      {not_yet_valid_hint(9, 1), "DRAWBRIDGE_CLOCK_SKEW allows"},
      {token_too_large_hint(), "raise DRAWBRIDGE_MAX_TOKEN_SIZE."},
      {key_unknown_hint("k"), "(BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL)"},
      {"not among the allowed ones (CredentialSource::allowed_origins).", "(DRAWBRIDGE_ALLOWED_ORIGINS)."},
      {"KeySource::ca_file, KeySource::ca_file", "DRAWBRIDGE_CA_FILE, DRAWBRIDGE_CA_FILE"}};
  for (const auto& [text, part] : cases) {
    const std::string named = with_setting_names(text);
    EXPECT_TRUE(named.contains(part)) << named;
    EXPECT_FALSE(named.contains("::")) << named;
  }
}

TEST(SettingNames, AreThoseOfThePrograms) {
  const std::vector<std::string> variables = Settings::variables();
  for (const char* member :
       {"Policy::issuers", "Policy::audiences", "Policy::algorithms", "Policy::clock_skew",
        "Policy::max_token_size", "KeySource::allow_http_hosts", "KeySource::ca_file",
        "CredentialSource::allowed_origins", "CredentialSource::session_cookie", "CredentialSource::max_age"})
    EXPECT_EQ(std::ranges::count(variables, with_setting_names(member)), 1) << member;
}

}  // namespace
}  // namespace drawbridge::app
