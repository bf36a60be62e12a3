// What doctor makes of the settings for sessions and keys.

#include <fmt/format.h>
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

FakeBetterAuth setting_cookies(const std::vector<std::string>& cookies) {
  FakeBetterAuth better_auth;
  std::vector<fetch::HttpHeader> headers;
  for (const std::string& cookie : cookies) headers.push_back({"Set-Cookie", cookie});
  better_auth.answers["POST /api/auth/sign-out"] = {answer(200, "{}", headers)};
  return better_auth;
}

TEST(CredentialChecks, TheCookiesNameIsTheOneThatBetterAuthSets) {
  constexpr const char* plain = "better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax";
  constexpr const char* secure = "__Secure-better-auth.session_token=; Max-Age=0; Path=/; Secure";
  constexpr const char* own = "shop.session_token=; Path=/";
  struct Case {
    const char* issuer;
    const char* set;
    std::string given;
    CheckStatus status;
    const char* says;
  };
  constexpr const char* http = "http://localhost:3000";
  const Case cases[] = {
      {http, plain, "", CheckStatus::ok, "better-auth.session_token, as Better Auth sets it"},
      {https, secure, "", CheckStatus::ok, "__Secure-better-auth.session_token"},
      {http, own, "shop.session_token", CheckStatus::ok, "shop.session_token"},
      {https, plain, "better-auth.session_token", CheckStatus::ok, "as Better Auth sets it"},
      {http, own, "", CheckStatus::fault, "set DRAWBRIDGE_SESSION_COOKIE=shop.session_token"},
      {https, plain, "", CheckStatus::fault, "set DRAWBRIDGE_SESSION_COOKIE=better-auth.session_token, or"},
      {http, secure, "", CheckStatus::fault, "__Secure- in front of the name if its baseURL is https"},
      {http, plain, "my.session_token", CheckStatus::fault, "remove DRAWBRIDGE_SESSION_COOKIE"},
  };
  for (const Case& c : cases) {
    const Variables variables =
        c.given.empty() ? Variables{} : Variables{{"DRAWBRIDGE_SESSION_COOKIE", c.given}};
    const Check check =
        told_of("credentials.cookie_name", session, variables, c.issuer, setting_cookies({c.set}));
    const std::string told = check.summary + check.cause + check.remedy;
    EXPECT_EQ(check.status, c.status) << c.issuer << ' ' << c.set << ": " << told;
    EXPECT_TRUE(told.contains(c.says)) << told;
  }
}

TEST(CredentialChecks, TheCookieReachesTheApi) {
  struct Case {
    const char* issuer;
    const char* attributes;
    const char* page;
    const char* api;
    CheckStatus status;
    const char* says;
  };
  constexpr const char* same = "https://app.example.com";
  constexpr const char* api = "https://api.example.com";
  const Case cases[] = {
      {same, "", same, same, CheckStatus::ok, ""},
      {same, "SameSite=Strict; Secure", same, "https://app.example.com:8443/v1", CheckStatus::ok, ""},
      {same, "Domain=.example.com", same, api, CheckStatus::ok, ""},
      {same, "Domain=EXAMPLE.com", "https://example.com", api, CheckStatus::ok, ""},
      {"http://[::1]:3000", "", "http://[::1]:3000", "http://[::1]:8000", CheckStatus::ok, ""},
      {same, "", same, api, CheckStatus::fault, "domain: \"example.com\""},
      {same, "Domain=app.example.com", same, api, CheckStatus::fault, "is for app.example.com, but the API"},
      {same, "Domain=example.com", same, "https://badexample.com", CheckStatus::fault, "own host"},
      {"http://127.0.0.1:3000", "", "http://127.0.0.1:3000", "http://localhost:8000", CheckStatus::fault,
       "only for 127.0.0.1"},
      {"https://a.vercel.app", "", "https://a.vercel.app", "https://b.vercel.app", CheckStatus::fault,
       "own host"},
      {"https://a.vercel.app", "Domain=vercel.app", "https://a.vercel.app", "https://b.vercel.app",
       CheckStatus::fault, "browsers reject it"},
      {"https://a.co.uk", "Domain=co.uk", "https://a.co.uk", "https://b.co.uk", CheckStatus::fault, "many"},
      {same, "Domain=example.org", same, api, CheckStatus::fault, "not within that domain"},
      {api, "SameSite=Lax", "https://page.example.org", api, CheckStatus::fault, "SameSite=Lax"},
      {api, "", "https://page.example.org", api, CheckStatus::fault, "SameSite=Lax"},
      {api, "SameSite=Strict", "https://page.example.org", api, CheckStatus::fault, "SameSite=Strict"},
      {api, "", "http://app.example.com", api, CheckStatus::fault, "two sites"},
      {"https://b.vercel.app", "", "https://a.vercel.app", "https://b.vercel.app", CheckStatus::fault,
       "two sites"},
      {api, "SameSite=None", "https://page.example.org", api, CheckStatus::fault, "without Secure"},
      {api, "SameSite=None; Secure", "https://page.example.org", api, CheckStatus::warning,
       "block third-party cookies"},
  };
  for (const Case& c : cases) {
    FakeBetterAuth better_auth =
        setting_cookies({fmt::format("better-auth.session_token=; Path=/; {}", c.attributes)});
    Visit visit = better_auth.visit();
    visit.kinds = session;
    visit.better_auth_url = std::string{c.issuer} + "/api/auth";
    visit.jwks_url = visit.better_auth_url + "/jwks";
    visit.page_origin = c.page;
    visit.api_url = c.api;
    const Check check = found_by(visit).checks.at("credentials.cookie_reach");
    const std::string told = check.summary + check.cause + check.remedy;
    EXPECT_EQ(check.status, c.status) << c.issuer << ' ' << c.attributes << ' ' << c.api << ": " << told;
    EXPECT_TRUE(told.contains(c.says)) << told;
  }
}

TEST(CredentialChecks, WhetherBetterAuthHasADatabase) {
  constexpr const char* id = "credentials.issuer_storage";
  const std::string cookie = "better-auth.session_token=; Path=/";
  const auto without = [&] { return setting_cookies({cookie, "better-auth.account_data=; Max-Age=0"}); };
  constexpr const char* http = "http://localhost:3000";
  EXPECT_EQ(told_of(id, session, {}, http, without()).status, CheckStatus::warning);
  EXPECT_EQ(told_of(id, key, {}, http, without()).status, CheckStatus::warning);
  EXPECT_EQ(told_of(id, token, {}, http, without()).status, CheckStatus::ok);
  EXPECT_EQ(told_of(id, session, {}, http, setting_cookies({cookie})).status, CheckStatus::ok);
  EXPECT_EQ(told_of(id, session, {}, http).status, CheckStatus::not_checked);
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
