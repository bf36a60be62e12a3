// Sessions by the cookie in which Better Auth caches them, of the public class: what is asked beside it, and
// what never is. The cache's own rules are in cached_session_test.cpp.

#include <gtest/gtest.h>

#include "drawbridge/authenticator.h"

#include "core/text/time_text.h"
#include "tests/issuer/fake_better_auth.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::FakeBetterAuth;
using Values = std::vector<std::string_view>;

const std::string cookie =
    "__Secure-better-auth.session_token="
    "AbCdEfGhIjKlMnOpQrStUvWxYz012345.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D";
const std::string of_another =
    "__Secure-better-auth.session_token="
    "AbCdEfGhIjKlMnOpQrStUvWxYz012346.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D";
const std::string asked = "/api/auth/get-session?disableCookieCache=true&disableRefresh=true";

/// Of Grace, whom nobody but the cache knows; Better Auth, which is asked, says Ada.
std::string cache_of(const test::TestKey& key, std::chrono::seconds life = 5min,
                     std::string_view audience = "better-auth:session-cache") {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return key.token(
      R"({"alg":"EdDSA","kid":")" + key.kid() + R"(","typ":"better-auth.session-cache+jwt"})",
      fmt::format(
          R"({{"session":{{"id":"s2","token":"{}","userId":"grace","expiresAt":"{}"}},"user":{{"id":"grace"}},)"
          R"("updatedAt":1,"version":"1","sid":"{}","sub":"grace","iss":"{}","aud":"{}","iat":{},"exp":{}}})",
          test::session_token, time_text(now + 1h), test::session_token, test::origin, audience,
          now.time_since_epoch() / 1s - 60, (now + life).time_since_epoch() / 1s));
}

std::string cache_cookie(const std::string& jwt) {
  return "__Secure-better-auth.session_data=" + jwt;
}

std::string chunked(const std::string& jwt) {
  return fmt::format("__Secure-better-auth.session_data.1={}; __Secure-better-auth.session_data.0={}",
                     jwt.substr(200), jwt.substr(0, 200));
}

struct Backend {
  FakeBetterAuth better_auth{};

  CredentialSource source() {
    return {.kinds = {.token = true, .session = true},
            .base_url = better_auth.server.url("/api/auth"),
            .session_cache = true,
            .allowed_origins = {test::origin}};
  }
  Authenticator authenticator() { return {test::policy(), test::source_of(better_auth.server), source()}; }
};

Authenticator::Result sent(Authenticator& authenticator, const Values& cookies,
                           std::string_view method = "GET", const Values& bearer = {}) {
  return authenticator.authenticate({.authorization = bearer, .cookie = cookies, .method = method});
}

TEST(CachedSessions, CountWithoutAQuestion) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  const std::string jwt = cache_of(backend.better_auth.key);
  const std::string cache = cache_cookie(jwt);
  const std::string pieces = chunked(jwt);
  for (const Values& cookies :
       {Values{cache}, Values{cache, cookie}, Values{cookie, pieces}, Values{cache}}) {
    const auto who = sent(authenticator, cookies);
    ASSERT_TRUE(who) << who.error().hint;
    EXPECT_EQ(who->subject(), "grace");
    EXPECT_EQ(who->session_id(), "s2");
    EXPECT_EQ(who->credential(), CredentialKind::session);
  }
  EXPECT_TRUE(backend.better_auth.exchanges().empty());
}

TEST(CachedSessions, WhatCountsBesideThem) {
  Backend backend;
  const test::TestKey& key = backend.better_auth.key;
  const std::string good = cache_cookie(cache_of(key));
  const std::string ended = cache_cookie(cache_of(key, -31s));
  const std::string forged = cache_cookie(cache_of(test::key_named("k1")));
  const std::string for_others = cache_cookie(cache_of(key, 5min, test::origin));
  const std::string token = cache_cookie(backend.better_auth.jwt());
  const std::string cut = good.substr(0, good.rfind('.'));
  const std::string gap = "__Secure-better-auth.session_data.1=a";
  const std::string other_name = "better-auth.session_data=" + cache_of(key);
  const std::string spoilt = "__Secure-better-auth.session_token=x";
  struct Case {
    const char* name;
    Values cookies;
    const char* said;
    bool is_asked = false;
  };
  const Case cases[] = {
      {"no cache", {cookie}, "ada", true},
      {"an empty cache", {"__Secure-better-auth.session_data=", cookie}, "ada", true},
      {"a cache by another name", {other_name, cookie}, "ada", true},
      {"a cache that has ended", {ended, cookie}, "ada", true},
      {"one that has ended, alone", {ended}, "session_unknown"},
      {"one of another session", {good, of_another}, "session_unavailable", true},
      {"one beside a spoilt session", {good, spoilt}, "credential_malformed"},
      {"a forged one is never replaced", {forged, cookie}, "session_unknown"},
      {"one for another audience is never replaced", {for_others, cookie}, "session_unknown"},
      {"a token in its place is never replaced", {token, cookie}, "session_unknown"},
      {"a cut one is never replaced", {cut, cookie}, "credential_malformed"},
      {"one with a gap is never replaced", {gap, cookie}, "credential_malformed"},
      {"two of them", {good, good}, "credential_malformed"},
      {"none of both", {"theme=dark"}, "token_missing"},
  };
  for (const Case& c : cases) {
    Authenticator authenticator = backend.authenticator();
    const std::size_t before = backend.better_auth.exchanges().size();
    const auto who = sent(authenticator, c.cookies);
    EXPECT_EQ(test::said_of(who), c.said) << c.name << (who ? "" : ": " + who.error().hint);
    EXPECT_EQ(backend.better_auth.exchanges().size() - before, c.is_asked ? 1U : 0U) << c.name;
    if (who) continue;
    EXPECT_FALSE((who.error().detail + who.error().hint).contains(test::session_token)) << c.name;
  }
}

TEST(CachedSessions, AreNoTokens) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  const std::string jwt = cache_of(backend.better_auth.key);
  const std::string cache = cache_cookie(jwt);
  const std::string bearer = "Bearer " + jwt;
  const std::string token = backend.better_auth.jwt();
  const std::string good_bearer = "Bearer " + token;
  EXPECT_EQ(test::said_of(sent(authenticator, {cache})), "grace");
  EXPECT_EQ(test::said_of(sent(authenticator, {cache}, "GET", {bearer})), "token_type_not_allowed");
  EXPECT_EQ(test::said_of(sent(authenticator, {cache}, "GET", {good_bearer})), "ada");
  EXPECT_EQ(test::said_of(sent(authenticator, {cache_cookie(token)})), "session_unknown");
}

TEST(CachedSessions, ShowTheirSender) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  const std::string cache = cache_cookie(cache_of(backend.better_auth.key));
  const std::string gap = "__Secure-better-auth.session_data.1=a";
  const Values ours{test::origin};
  const Values foreign{"https://evil.example"};
  for (const std::string& one : {cache, gap}) {
    const Values cookies{one};
    EXPECT_EQ(test::said_of(authenticator.authenticate({.cookie = cookies, .method = "POST"})),
              "origin_not_allowed");
    EXPECT_EQ(
        test::said_of(authenticator.authenticate({.cookie = cookies, .origin = foreign, .method = "POST"})),
        "origin_not_allowed");
  }
  const Values cookies{cache};
  EXPECT_EQ(test::said_of(authenticator.authenticate({.cookie = cookies, .origin = ours, .method = "POST"})),
            "grace");
}

TEST(CachedSessions, AKeyThatIsNotHeldIsFetched) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  ASSERT_EQ(test::said_of(sent(authenticator, {cookie})), "ada");
  const test::TestKey newer = test::key_named("k2");
  {
    const std::lock_guard lock{backend.better_auth.mutex};
    backend.better_auth.listed.push_back(newer);
  }
  const std::string cache = cache_cookie(cache_of(newer));
  EXPECT_EQ(test::said_of(sent(authenticator, {cache, cookie})), "grace");
  const std::string unlisted = cache_cookie(cache_of(test::key_named("k3")));
  EXPECT_EQ(test::said_of(sent(authenticator, {unlisted, cookie})), "session_unknown");
}

TEST(CachedSessions, WithoutKeysNothingCanBeTold) {
  Backend backend;
  backend.better_auth.server.go_down();
  Authenticator authenticator = backend.authenticator();
  const std::string cache = cache_cookie(cache_of(backend.better_auth.key));
  const auto who = sent(authenticator, {cache});
  EXPECT_EQ(test::said_of(who), "session_unavailable");
  EXPECT_TRUE(who.error().retry_after);
}

TEST(CachedSessions, AreNotLookedAtUnlessTheyAreTaken) {
  Backend backend;
  CredentialSource source = backend.source();
  source.session_cache = false;
  Authenticator authenticator{test::policy(), test::source_of(backend.better_auth.server), std::move(source)};
  const std::string cache = cache_cookie(cache_of(backend.better_auth.key));
  EXPECT_EQ(test::said_of(sent(authenticator, {cache})), "token_missing");
  EXPECT_EQ(test::said_of(sent(authenticator, {cache, cookie})), "ada");
}

class NoStore final : public SessionStore {
  void find(std::string_view, Done done) override { done(std::nullopt); }
};

TEST(CachedSessions, RefuseASourceThatCannotWork) {
  const std::pair<const char*, void (*)(Policy&, CredentialSource&)> cases[] = {
      {"choose one",
       [](Policy&, CredentialSource& source) {
         source.session_store = std::make_shared<NoStore>();
         source.secrets = {"a-secret-of-thirty-two-characters"};
       }},
      {"the claim \"tenant\" is required",
       [](Policy& policy, CredentialSource&) { policy.required_claims = {"tenant"}; }},
      {"does not end in session_token",
       [](Policy&, CredentialSource& source) { source.session_cookie = "sid"; }},
  };
  for (const auto& [fault, spoil] : cases) {
    Backend backend;
    Policy policy = test::policy();
    CredentialSource source = backend.source();
    spoil(policy, source);
    try {
      Authenticator authenticator{std::move(policy), test::source_of(backend.better_auth.server),
                                  std::move(source)};
      ADD_FAILURE() << fault;
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(std::string_view{error.what()}.contains(fault)) << error.what();
    }
  }
}

}  // namespace
}  // namespace drawbridge
