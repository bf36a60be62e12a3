// Which credential of a request counts and what it is worth, of the public class: by a server that plays
// Better Auth. What an exchange can come to is in exchanger_test.cpp.

#include "drawbridge/authenticator.h"

#include <gtest/gtest.h>

#include "tests/issuer/fake_better_auth.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::FakeBetterAuth;

constexpr std::string_view value =
    "AbCdEfGhIjKlMnOpQrStUvWxYz012345.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D";
const std::string secret = "a-secret-of-thirty-two-characters";
const std::string cookie = "theme=dark; __Secure-better-auth.session_token=" + std::string{value};
const std::string page = "https://app.example.com";

using Values = std::vector<std::string_view>;

struct Request {
  Values authorization{};
  Values cookie{};
  Values api_key{};
  std::string_view method = "GET";
  Values origin{};
  Values site{};
  bool is_websocket_handshake = false;
};

CredentialSource all_kinds(const FakeBetterAuth& better_auth) {
  return {.kinds = {.token = true, .session = true, .key = true},
          .base_url = better_auth.server.url("/api/auth"),
          .allowed_origins = {page}};
}

/// The user, or the code of the refusal.
std::string said_by(Authenticator& authenticator, const Request& request) {
  return test::said_of(authenticator.authenticate({.authorization = request.authorization,
                                                   .cookie = request.cookie,
                                                   .api_key = request.api_key,
                                                   .origin = request.origin,
                                                   .sec_fetch_site = request.site,
                                                   .method = request.method,
                                                   .is_websocket_handshake = request.is_websocket_handshake,
                                                   .client_address = "192.0.2.1"}));
}

TEST(Authenticator, TakesWhatItIsSetToTake) {
  FakeBetterAuth better_auth;
  const std::string bearer = "Bearer " + better_auth.jwt("bearer");
  const std::string two_in_one = cookie + "; __Secure-better-auth.session_token=" + std::string{value};
  const std::string plain = "better-auth.session_token=" + std::string{value};
  const std::string cut = cookie.substr(0, cookie.size() - 1);
  const std::string long_key(513, 'k');
  struct Case {
    const char* name;
    CredentialKinds kinds;
    Request request;
    const char* expected;
  };
  constexpr CredentialKinds all{.token = true, .session = true, .key = true};
  constexpr CredentialKinds token{};
  constexpr CredentialKinds session{.token = false, .session = true};
  const Case cases[] = {
      {"a token", all, {.authorization = {bearer}}, "bearer"},
      {"a session", all, {.cookie = {cookie}}, "ada"},
      {"a key", all, {.api_key = {"key-of-ada"}}, "ada"},
      {"a token before all else",
       all,
       {.authorization = {bearer}, .cookie = {cookie}, .api_key = {"k"}},
       "bearer"},
      {"a bad token is not replaced",
       all,
       {.authorization = {"Bearer x"}, .cookie = {cookie}},
       "token_malformed"},
      {"nor another scheme", all, {.authorization = {"Basic eDp5"}, .cookie = {cookie}}, "token_missing"},
      {"nor an empty header", all, {.authorization = {""}, .cookie = {cookie}}, "token_missing"},
      {"nor two", all, {.authorization = {bearer, bearer}, .cookie = {cookie}}, "token_malformed"},
      {"nothing", all, {}, "token_missing"},
      {"another cookie", all, {.cookie = {"theme=dark"}}, "token_missing"},
      {"the cookie of an issuer without TLS", all, {.cookie = {plain}}, "token_missing"},
      {"two cookies", all, {.cookie = {two_in_one}}, "credential_malformed"},
      {"two cookies in two headers", all, {.cookie = {cookie, cookie}}, "credential_malformed"},
      {"a cookie that was cut", all, {.cookie = {cut}}, "credential_malformed"},
      {"two keys", all, {.api_key = {"a", "b"}}, "credential_malformed"},
      {"an empty key", all, {.cookie = {cookie}, .api_key = {""}}, "credential_malformed"},
      {"a key of 513", all, {.api_key = {long_key}}, "credential_malformed"},
      {"a session where tokens are taken", token, {.cookie = {cookie}}, "token_missing"},
      {"a key where tokens are taken", token, {.api_key = {"key-of-ada"}}, "token_missing"},
      {"a token where sessions are taken", session, {.authorization = {bearer}}, "token_missing"},
      {"which hides no session", session, {.authorization = {"Basic eDp5"}, .cookie = {cookie}}, "ada"},
  };
  for (const auto& [name, kinds, request, expected] : cases) {
    CredentialSource source = all_kinds(better_auth);
    source.kinds = kinds;
    Authenticator authenticator{test::policy(), test::source_of(better_auth.server), std::move(source)};
    EXPECT_EQ(said_by(authenticator, request), expected) << name;
  }
}

TEST(Authenticator, AnIdentitySaysWhatItsCredentialWas) {
  FakeBetterAuth better_auth;
  Authenticator authenticator{test::policy(), test::source_of(better_auth.server), all_kinds(better_auth)};
  const std::string bearer = "Bearer " + better_auth.jwt("bearer");
  const std::string_view header = bearer;
  const std::string_view cookies = cookie;
  const std::string_view key = "key-of-ada";
  const auto kind_of = [&](const Credentials& credentials) {
    return authenticator.authenticate(credentials).value().credential();
  };
  for (const char* time : {"asked for", "remembered"}) {
    EXPECT_EQ(kind_of({.authorization = {&header, 1}}), CredentialKind::token) << time;
    EXPECT_EQ(kind_of({.cookie = {&cookies, 1}, .method = "GET"}), CredentialKind::session) << time;
    EXPECT_EQ(kind_of({.api_key = {&key, 1}}), CredentialKind::key) << time;
  }
}

TEST(Authenticator, ACookieHasToShowItsSender) {
  FakeBetterAuth better_auth;
  Authenticator authenticator{test::policy(), test::source_of(better_auth.server), all_kinds(better_auth)};
  const std::string refused = "origin_not_allowed";
  struct Case {
    const char* name;
    Request request;
    std::string expected;
  };
  const Case cases[] = {
      {"to read", {.cookie = {cookie}, .origin = {"https://evil.example"}}, "ada"},
      {"to write, of the page", {.cookie = {cookie}, .method = "POST", .origin = {page}}, "ada"},
      {"of another", {.cookie = {cookie}, .method = "POST", .origin = {"https://evil.example"}}, refused},
      {"of a sandbox", {.cookie = {cookie}, .method = "DELETE", .origin = {"null"}}, refused},
      {"of two", {.cookie = {cookie}, .method = "POST", .origin = {page, page}}, refused},
      {"of nobody", {.cookie = {cookie}, .method = "PUT"}, refused},
      {"of the same origin", {.cookie = {cookie}, .method = "PATCH", .site = {"same-origin"}}, "ada"},
      {"of a sibling", {.cookie = {cookie}, .method = "POST", .site = {"same-site"}}, refused},
      {"where an Origin says otherwise",
       {.cookie = {cookie}, .method = "POST", .origin = {"https://evil.example"}, .site = {"same-origin"}},
       refused},
      {"to open a WebSocket", {.cookie = {cookie}, .is_websocket_handshake = true}, refused},
      {"to open one from the page",
       {.cookie = {cookie}, .origin = {page}, .is_websocket_handshake = true},
       "ada"},
      {"before the cookie is judged",
       {.cookie = {"__Secure-better-auth.session_token=x"}, .method = "POST"},
       refused},
      {"also of two cookies", {.cookie = {cookie, cookie}, .method = "POST"}, refused},
      {"a key does not", {.api_key = {"key-of-ada"}, .method = "POST"}, "ada"},
  };
  for (const auto& [name, request, expected] : cases)
    EXPECT_EQ(said_by(authenticator, request), expected) << name;
}

TEST(Authenticator, WithTheSecretNothingForgedIsAskedFor) {
  FakeBetterAuth better_auth;
  CredentialSource source = all_kinds(better_auth);
  source.secrets = {"a-newer-secret-of-enough-characters", secret};
  Authenticator authenticator{test::policy(), test::source_of(better_auth.server), std::move(source)};
  std::string forged = cookie;
  forged[forged.find("r37i")] = 'X';
  const Values of_others{forged};
  const auto refused = authenticator.authenticate({.cookie = of_others, .method = "GET"});
  EXPECT_EQ(test::said_of(refused), "session_unknown");
  EXPECT_NE(refused.error().hint.find("was not signed with the Better Auth secret given here"),
            std::string::npos)
      << refused.error().hint;
  EXPECT_TRUE(better_auth.exchanges().empty());
  EXPECT_EQ(said_by(authenticator, {.cookie = {cookie}}), "ada");
  // Nor is it found among what is remembered.
  EXPECT_EQ(said_by(authenticator, {.cookie = {forged}}), "session_unknown");
  EXPECT_EQ(better_auth.exchanges().size(), 1U);
}

TEST(Authenticator, AsksAtTheBaseUrlHoweverItIsWritten) {
  FakeBetterAuth better_auth;
  for (const char* path : {"", "/", "/api/auth", "/api/auth/"}) {
    CredentialSource source = all_kinds(better_auth);
    source.base_url = better_auth.server.url(path);
    Authenticator authenticator{test::policy(), test::source_of(better_auth.server), std::move(source)};
    EXPECT_EQ(said_by(authenticator, {.cookie = {cookie}}), "ada") << path;
  }
  EXPECT_EQ(better_auth.exchanges().back(),
            "/api/auth/get-session?disableCookieCache=true&disableRefresh=true");
}

TEST(Authenticator, IssuersOfHttpAndHttpsNeedTheNameOfTheCookie) {
  FakeBetterAuth better_auth;
  Policy policy = test::policy();
  policy.issuers = {"http://localhost:3000", page};
  CredentialSource source = all_kinds(better_auth);
  EXPECT_THROW((Authenticator{policy, test::source_of(better_auth.server), source}), std::invalid_argument);
  source.session_cookie = "__Secure-better-auth.session_token";
  Authenticator authenticator{policy, test::source_of(better_auth.server), std::move(source)};
  EXPECT_EQ(said_by(authenticator, {.cookie = {cookie}}), "ada");
}

TEST(Authenticator, SaysWhyACredentialIsNotTaken) {
  FakeBetterAuth better_auth;
  CredentialSource source = all_kinds(better_auth);
  std::mutex mutex;
  std::string failure;
  source.on_failure = [&](const std::string& text) {
    const std::lock_guard lock{mutex};
    failure += text;
  };
  Authenticator authenticator{test::policy(), test::source_of(better_auth.server), std::move(source)};
  const Values cookies{cookie};
  const Values keys{"key-of-ada"};
  better_auth.answer_instead(Answer::json("null"));
  EXPECT_EQ(test::said_of(authenticator.authenticate({.cookie = cookies, .method = "GET"})),
            "session_unknown");
  better_auth.answer_instead(Answer::of(429, R"({"code":"USAGE_EXCEEDED"})", "X-Retry-After: 9\r\n"));
  const auto limited = authenticator.authenticate({.api_key = keys});
  EXPECT_EQ(test::said_of(limited), "rate_limited");
  EXPECT_EQ(limited.error().retry_after, 9s);
  const Values others{"another-key"};
  better_auth.answer_instead(Answer::of(401, R"({"code":"KEY_EXPIRED"})"));
  EXPECT_EQ(test::said_of(authenticator.authenticate({.api_key = others})), "api_key_unknown");
  const Values without_plugin{"a-key-too-many"};
  better_auth.answer_instead(Answer::of(401, ""));
  const auto misfit = authenticator.authenticate({.api_key = without_plugin});
  EXPECT_EQ(test::said_of(misfit), "session_unavailable");
  EXPECT_TRUE(misfit.error().hint.contains("apiKey()")) << misfit.error().hint;
  EXPECT_TRUE(test::eventually([&] {
    const std::lock_guard lock{mutex};
    return failure == misfit.error().hint;
  }));
  better_auth.server.go_down();
  const Values more{"a-third-key"};
  const auto outage = authenticator.authenticate({.api_key = more});
  EXPECT_EQ(test::said_of(outage), "session_unavailable");
  EXPECT_GE(outage.error().retry_after, 1s);
}

TEST(Authenticator, WhoWaitsAtItsEndIsAnswered) {
  FakeBetterAuth better_auth;
  better_auth.answer_instead(Answer{.then = Answer::Then::say_nothing});
  std::optional<Authenticator> authenticator{std::in_place, test::policy(),
                                             test::source_of(better_auth.server), all_kinds(better_auth)};
  std::string said = "nothing";
  const Values keys{"key-of-ada"};
  const auto at_once = authenticator->authenticate_async(
      {.api_key = keys}, [&said](const Authenticator::Result& later) { said = test::said_of(later); });
  EXPECT_FALSE(at_once);
  authenticator.reset();
  EXPECT_EQ(said, "session_unavailable");
}

TEST(Authenticator, RefusesASourceThatCannotWork) {
  FakeBetterAuth better_auth;
  const std::pair<const char*, void (*)(CredentialSource&)> cases[] = {
      {"no kind", [](CredentialSource& source) { source.kinds = {.token = false}; }},
      {"no URL", [](CredentialSource& source) { source.base_url.clear(); }},
      {"plain http to another machine",
       [](CredentialSource& source) { source.base_url = "http://auth.example"; }},
      {"an empty secret", [](CredentialSource& source) { source.secrets = {""}; }},
      {"an origin with a slash", [](CredentialSource& source) { source.allowed_origins = {page + "/"}; }},
      {"any origin", [](CredentialSource& source) { source.allowed_origins = {"*"}; }},
      {"an origin with a port that browsers leave out",
       [](CredentialSource& source) { source.allowed_origins = {page + ":443"}; }},
      {"an origin in upper case",
       [](CredentialSource& source) { source.allowed_origins = {"https://App.example.com"}; }},
      {"a cookie with its value", [](CredentialSource& source) { source.session_cookie = "a=b"; }},
      {"a cookie and a header",
       [](CredentialSource& source) { source.session_cookie = "x\r\nX-Injected: 1"; }},
      {"a cookie without a name", [](CredentialSource& source) { source.session_cookie = ""; }},
      {"a URL with a query", [](CredentialSource& source) { source.base_url += "?x=1"; }},
      {"a time that is over", [](CredentialSource& source) { source.max_age = -1s; }},
  };
  for (const auto& [name, spoil] : cases) {
    CredentialSource source = all_kinds(better_auth);
    spoil(source);
    EXPECT_THROW((Authenticator{test::policy(), test::source_of(better_auth.server), source}),
                 std::invalid_argument)
        << name;
  }
}

}  // namespace
}  // namespace drawbridge
