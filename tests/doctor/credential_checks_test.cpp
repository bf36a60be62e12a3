// What doctor makes of the settings for sessions and keys.

#include <gtest/gtest.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using Variables = std::map<std::string, std::string>;

Check told_of(const std::string& id, CredentialKinds kinds, const Variables& variables,
              const std::string& issuer = "http://localhost:3000", FakeBetterAuth better_auth = {}) {
  Visit visit = better_auth.visit();
  visit.policy.issuers = {issuer};
  visit.kinds = kinds;
  visit.variable = [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
  return found_by(visit).checks.at(id);
}

constexpr CredentialKinds token{};
constexpr CredentialKinds session{.token = true, .session = true, .key = false};
constexpr CredentialKinds key{.token = true, .session = false, .key = true};
constexpr const char* https = "https://app.example.com";

TEST(CredentialChecks, TheCookiesNameIsOfTheIssuersScheme) {
  const std::string value = std::string(32, 'c') + '.' + std::string(43, 'A') + "%3D";
  struct Case {
    const char* name;
    CredentialKinds kinds;
    const char* issuer;
    std::string given;
    CheckStatus status;
  };
  const Case cases[] = {
      {"no session", token, https, "my.session_token", CheckStatus::ok},
      {"the usual", session, https, "", CheckStatus::ok},
      {"https", session, https, "__Secure-my.session_token", CheckStatus::ok},
      {"https, bound to the host", session, https, "__Host-session", CheckStatus::ok},
      {"https without the prefix", session, https, "my.session_token", CheckStatus::warning},
      {"http", session, "http://localhost:3000", "my.session_token", CheckStatus::ok},
      {"http with the prefix", session, "http://localhost:3000", "__Secure-my", CheckStatus::fault},
      {"no name", session, https, "a b", CheckStatus::fault},
      {"a value", session, https, value, CheckStatus::fault},
  };
  for (const Case& c : cases) {
    const Variables variables =
        c.given.empty() ? Variables{} : Variables{{"DRAWBRIDGE_SESSION_COOKIE", c.given}};
    const Check check = told_of("credentials.cookie_name", c.kinds, variables, c.issuer);
    EXPECT_EQ(check.status, c.status) << c.name << ": " << check.summary;
    EXPECT_FALSE((check.summary + check.cause + check.remedy).contains(std::string(32, 'c'))) << c.name;
  }
}

TEST(CredentialChecks, ThePageIsAmongTheAllowedOrigins) {
  const std::pair<Variables, CheckStatus> cases[] = {
      {{}, CheckStatus::ok},
      {{{"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example, http://localhost:3000"}}, CheckStatus::ok},
      {{{"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example"}}, CheckStatus::fault},
      {{{"DRAWBRIDGE_ALLOWED_ORIGINS", "http://localhost:30000"}}, CheckStatus::fault},
  };
  for (const auto& [variables, status] : cases) {
    const Check check = told_of("credentials.page_origin", session, variables);
    EXPECT_EQ(check.status, status) << check.summary;
    EXPECT_EQ(told_of("credentials.page_origin", key, variables).status, CheckStatus::ok);
  }
}

TEST(CredentialChecks, BetterAuthReadsKeys) {
  const std::tuple<int, const char*, CheckStatus> cases[] = {
      {401, R"({"code":"INVALID_API_KEY","message":"Invalid API key."})", CheckStatus::ok},
      {403, R"({"code":"INVALID_API_KEY"})", CheckStatus::ok},
      {429, R"({"code":"RATE_LIMITED"})", CheckStatus::ok},
      {401, "", CheckStatus::fault},
      {401, R"({"code":"UNAUTHORIZED"})", CheckStatus::fault},
      {429, "", CheckStatus::not_checked},
      {502, "<html>", CheckStatus::not_checked},
  };
  for (const auto& [status, body, expected] : cases) {
    FakeBetterAuth issuer;
    issuer.answers["GET /api/auth/token"] = {answer(status, body)};
    const Check check = told_of("credentials.api_keys", key, {}, "http://localhost:3000", issuer);
    EXPECT_EQ(check.status, expected) << status << body << ": " << check.summary;
    EXPECT_EQ(told_of("credentials.api_keys", session, {}, "http://localhost:3000", issuer).status,
              CheckStatus::ok);
  }
}

}  // namespace
}  // namespace drawbridge::doctor
