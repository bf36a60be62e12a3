// A session or an API key becomes the identity of its token: by a server that plays Better Auth, and its
// faults.

#include "issuer/exchanger.h"

#include <future>
#include <mutex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/jose/base64url.h"
#include "core/revocations/marks.h"
#include "tests/issuer/fake_better_auth.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::FakeBetterAuth;
using test::HeardRequest;
using Outcome = ExchangeQueue::Outcome;

constexpr std::string_view token = test::session_token;
const std::string cookie = std::string{token} + ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D";

KeySource source_of(const FakeBetterAuth& better_auth, RevocationMode mode) {
  KeySource source = test::source_of(better_auth.server);
  source.revocations.mode = mode;
  return source;
}

struct Backend {
  explicit Backend(FakeBetterAuth& better_auth, std::chrono::seconds memory = 30s,
                   RevocationMode mode = RevocationMode::off)
      : verifier{test::policy(), source_of(better_auth, mode)},
        exchanger{{.base_url = better_auth.server.url("/api/auth"),
                   .cookie_name = "better-auth.session_token",
                   .longest_memory = memory,
                   .on_failure =
                       [this](const std::string& text) {
                         const std::lock_guard lock{mutex};
                         failure_ += text;
                       }},
                  verifier} {}

  std::future<Exchanger::Result> begin(ExchangedKind kind, std::string_view value) {
    const auto promise = std::make_shared<std::promise<Exchanger::Result>>();
    const Exchanger::Done done = [promise](Exchanger::Result result) {
      promise->set_value(std::move(result));
    };
    auto answer = kind == ExchangedKind::key
                      ? exchanger.ask_key(value, "192.0.2.1", done)
                      : exchanger.ask_session(read_session_cookie(value).value(), value, "192.0.2.1", done);
    if (answer) promise->set_value(*std::move(answer));
    return promise->get_future();
  }
  /// The user, or why there is none.
  static std::string said(const Exchanger::Result& result) {
    if (result) return result->subject();
    switch (result.error().outcome) {
      case Outcome::unknown:
        return "unknown";
      case Outcome::limited:
        return fmt::format("limited {}", result.error().retry_after.count());
      default:
        return "unavailable";
    }
  }
  std::string session(std::string_view value = cookie) {
    return said(begin(ExchangedKind::session, value).get());
  }
  std::string api_key(std::string_view value = "key-of-ada") {
    return said(begin(ExchangedKind::key, value).get());
  }

  std::string failure() {
    const std::lock_guard lock{mutex};
    return failure_;
  }

  std::mutex mutex;
  std::string failure_;
  RemoteVerifier verifier;
  Exchanger exchanger;
};

const std::string get_session = "/api/auth/get-session?disableCookieCache=true&disableRefresh=true";

TEST(Exchanger, ASessionIsAskedForOnceAndSendsItsCookieAlone) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "ada");
  EXPECT_EQ(backend.session(), "ada");
  EXPECT_EQ(better_auth.exchanges(), std::vector{get_session});
  for (const HeardRequest& request : better_auth.server.requests()) {
    if (!request.target.contains("get-session")) continue;
    EXPECT_EQ(request.header("cookie"), "better-auth.session_token=" + cookie);
    EXPECT_EQ(request.header("cache-control"), "no-store");
    EXPECT_EQ(request.header("authorization") + request.header("x-api-key"), "");
  }
}

TEST(Exchanger, OneSessionInTwoSpellingsIsOneCredential) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "ada");
  const std::string spelled = std::string{token} + "%2E" + cookie.substr(token.size() + 1);
  EXPECT_EQ(backend.session(spelled), "ada");
  EXPECT_EQ(better_auth.exchanges().size(), 1U);
}

TEST(Exchanger, WithoutAJwtAlongTheTokenIsAskedFor) {
  FakeBetterAuth better_auth;
  better_auth.gives_jwt_along = false;
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "ada");
  EXPECT_EQ(better_auth.exchanges(), (std::vector<std::string>{get_session, "/api/auth/token"}));
}

TEST(Exchanger, AKeyIsSentAlone) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth};
  EXPECT_EQ(backend.api_key(), "ada");
  EXPECT_EQ(backend.api_key(), "ada");
  EXPECT_EQ(better_auth.exchanges(), std::vector<std::string>{"/api/auth/token"});
  for (const HeardRequest& request : better_auth.server.requests())
    if (request.target.contains("/token")) {
      EXPECT_EQ(request.header("x-api-key"), "key-of-ada");
      EXPECT_EQ(request.header("cookie") + request.header("authorization"), "");
    }
}

TEST(Exchanger, SaysWhatBetterAuthSays) {
  const std::string another_key = test::token_of(test::key_named("elsewhere"));
  FakeBetterAuth better_auth;
  const auto with_jwt = [](const std::string& jwt) { return "Set-Auth-Jwt: " + jwt + "\r\n"; };
  struct Case {
    const char* name;
    ExchangedKind kind;
    Answer answer;
    const char* expected;
    const char* failure = "";
  };
  using enum ExchangedKind;
  const Case cases[] = {
      {"signed out", session, Answer::json("null"), "unknown"},
      {"a page", session, Answer::of(200, "<html></html>"), "unavailable", "a web page"},
      {"a bare 401", session, Answer::of(401, ""), "unavailable", "answered 401"},
      {"500", session, Answer::of(500, ""), "unavailable", "answered 500"},
      {"limited", session, Answer::of(429, "", "X-Retry-After: 3\r\n"), "unavailable", "limits how often"},
      {"another's session", session,
       Answer::json(FakeBetterAuth::session("BbCdEfGhIjKlMnOpQrStUvWxYz012345"), with_jwt(better_auth.jwt())),
       "unavailable", "a different session"},
      {"another user's token", session,
       Answer::json(FakeBetterAuth::session(), with_jwt(better_auth.jwt("eve"))), "unavailable",
       "the token of a different session"},
      {"another session's token", session,
       Answer::json(FakeBetterAuth::session(), with_jwt(better_auth.jwt("ada", "s2"))), "unavailable",
       "the token of a different session"},
      {"a token that is none", session, Answer::json(FakeBetterAuth::session(), with_jwt("a.b.c")),
       "unavailable", "token_malformed"},
      {"an unknown key's token", session, Answer::json(FakeBetterAuth::session(), with_jwt(another_key)),
       "unavailable", "key_unknown"},
      {"no such key", key, Answer::of(401, R"({"code":"INVALID_API_KEY"})"), "unknown"},
      {"a key's own limit", key, Answer::of(429, R"({"code":"RATE_LIMITED"})", "X-Retry-After: 7\r\n"),
       "limited 7"},
      {"without the plugin", key, Answer::of(401, ""), "unavailable", "apiKey()"},
  };
  for (const Case& c : cases) {
    Backend backend{better_auth};
    better_auth.answer_instead(c.answer);
    EXPECT_EQ(c.kind == session ? backend.session() : backend.api_key(), c.expected) << c.name;
    EXPECT_TRUE(test::eventually([&] { return backend.failure().contains(c.failure); })) << c.name;
    const std::string failure = backend.failure();
    EXPECT_EQ(failure.empty(), *c.failure == '\0') << c.name << ": " << failure;
    EXPECT_FALSE(failure.contains(token) || failure.contains("key-of-ada")) << failure;
    better_auth.answer_instead(std::nullopt);
  }
}

TEST(Exchanger, AnUnknownSessionIsNotAskedForAgainAtOnce) {
  FakeBetterAuth better_auth;
  better_auth.answer_instead(Answer::json("null"));
  Backend backend{better_auth};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(backend.session(), "unknown");
  EXPECT_EQ(better_auth.exchanges().size(), 1U);
}

/// As after a key was disabled and enabled again: Better Auth takes it, and its tokens are revoked.
TEST(Exchanger, ARevokedTokenOfAKeyIsNotAskedForAgainAtOnce) {
  struct Case {
    const char* name;
    ExchangedKind kind;
    const char* expected;
    const char* failure;
  };
  const Case cases[] = {
      {"a key", ExchangedKind::key, "unknown", ""},
      {"a session", ExchangedKind::session, "unavailable", "token_revoked"},
  };
  for (const Case& c : cases) {
    FakeBetterAuth better_auth;
    const RevocationDigest ended = session_digest("s1");
    better_auth.revocations =
        fmt::format(R"({{"cursor":"c","now":1000000,"more":false,"entries":[{{"s":"{}","until":1900000}}]}})",
                    encode_base64url({reinterpret_cast<const char*>(ended.data()), ended.size()}));
    Backend backend{better_auth, 30s, RevocationMode::preferred};
    ASSERT_TRUE(test::eventually([&] {
      return backend.verifier.revocation_status().state == RevocationStatus::State::current;
    })) << c.name;
    const bool is_key = c.kind == ExchangedKind::key;
    EXPECT_EQ(is_key ? backend.api_key() : backend.session(), c.expected) << c.name;
    EXPECT_TRUE(test::eventually([&] { return backend.failure().contains(c.failure); })) << c.name;
    EXPECT_EQ(backend.failure().empty(), is_key) << c.name << ": " << backend.failure();
    if (!is_key) continue;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(backend.api_key(), "unknown");
    EXPECT_EQ(better_auth.exchanges().size(), 1U);
  }
}

TEST(Exchanger, AllWhoSendOneSessionWaitForOneAnswer) {
  FakeBetterAuth better_auth;
  Answer slow = Answer::json(FakeBetterAuth::session(), "Set-Auth-Jwt: " + better_auth.jwt() + "\r\n");
  slow.delay = 300ms;
  better_auth.answer_instead(slow);
  Backend backend{better_auth};
  std::vector<std::future<Exchanger::Result>> answers;
  for (int i = 0; i < 100; ++i) answers.push_back(backend.begin(ExchangedKind::session, cookie));
  for (auto& answer : answers) EXPECT_EQ(Backend::said(answer.get()), "ada");
  EXPECT_EQ(better_auth.exchanges().size(), 1U);
}

TEST(Exchanger, AnOutageKeepsWhatIsRememberedAndRefusesTheRest) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "ada");
  better_auth.server.go_down();
  EXPECT_EQ(backend.session(), "ada");
  EXPECT_EQ(backend.api_key(), "unavailable");
  EXPECT_TRUE(test::eventually([&] {
    const auto refused = backend.begin(ExchangedKind::key, "another-key").get();
    return refused.error().why.contains("Nothing listens");
  }));
  better_auth.server.come_up();
  EXPECT_TRUE(test::eventually([&] { return backend.api_key() == "ada"; }));
  const CredentialCounts sessions = backend.exchanger.counts(ExchangedKind::session);
  EXPECT_EQ(sessions.good, 1U);
  EXPECT_EQ(sessions.remembered, 1U);
  EXPECT_EQ(sessions.failed, 0U);
  const CredentialCounts keys = backend.exchanger.counts(ExchangedKind::key);
  EXPECT_GE(keys.failed, 1U);
  EXPECT_EQ(keys.good, 1U);
  EXPECT_EQ(keys.waiting, 0U);
}

TEST(Exchanger, ASlowIssuerIsWaitedForTwoSeconds) {
  FakeBetterAuth better_auth;
  better_auth.answer_instead(Answer{.then = Answer::Then::say_nothing});
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "unavailable");
}

/// One user's long name, or claims that throw, make Better Auth fail for her alone.
TEST(Exchanger, WhatOneUserMakesFailDelaysNobodyElse) {
  struct Case {
    const char* name;
    Answer answer;
    const char* failure;
  };
  const std::string header = "Set-Auth-Jwt: " + std::string(110UL * 1024, 'x') + "\r\n";
  const Case cases[] = {
      {"a header of 110 KB", Answer::json("{}", header), "could not be fetched"},
      {"a proxy's 502 for such a header", Answer::of(502, "<html>"), "answered 502"},
      {"claims that throw", Answer::of(500, ""), "answered 500"},
      {"an answer that breaks off", Answer::json("{}").cut_in_body(1, Answer::Then::close), "could not be"},
      {"no answer", Answer{}, "could not be fetched"},
  };
  constexpr int sessions = 8;
  for (const Case& c : cases) {
    FakeBetterAuth better_auth;
    const auto token_of = [](int session) { return fmt::format("{:032}", session); };
    {
      const std::lock_guard lock{better_auth.mutex};
      for (int i = 0; i < sessions; ++i) better_auth.instead_for.emplace(token_of(i), c.answer);
    }
    Backend backend{better_auth, 0s};
    EXPECT_EQ(backend.session(), "ada") << c.name;
    for (int i = 0; i < sessions; ++i) {
      const std::string hers = token_of(i) + cookie.substr(token.size());
      EXPECT_EQ(backend.session(hers), "unavailable") << c.name;
      EXPECT_EQ(backend.session(), "ada") << c.name << " " << i;
    }
    for (int i = 0; i < sessions; ++i) {
      const std::string key = token_of(i);
      EXPECT_EQ(backend.api_key(key), "unavailable") << c.name;
    }
    EXPECT_EQ(backend.api_key(), "ada") << c.name << ", a new key";
    EXPECT_TRUE(test::eventually([&] { return backend.failure().contains(c.failure); }))
        << c.name << ": " << backend.failure();
  }
}

TEST(Exchanger, WithoutAMemoryEachRequestAsks) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth, 0s};
  EXPECT_EQ(backend.session(), "ada");
  better_auth.answer_instead(Answer::json("null"));
  EXPECT_EQ(backend.session(), "unknown");
  EXPECT_EQ(better_auth.exchanges().size(), 2U);
}

TEST(Exchanger, AWithdrawnKeyEndsWhatIsRemembered) {
  FakeBetterAuth better_auth;
  Backend backend{better_auth};
  EXPECT_EQ(backend.session(), "ada");
  {
    const std::lock_guard lock{better_auth.mutex};
    better_auth.key = test::key_named("k2");
    better_auth.listed = {better_auth.key};
  }
  backend.verifier.refresh();
  // Its token is of a key that is not listed any more, so the session is exchanged for one of the new key.
  EXPECT_TRUE(
      test::eventually([&] { return backend.session() == "ada" && better_auth.exchanges().size() >= 2; }));
}

TEST(Exchanger, WhoWaitsAtItsEndIsAnswered) {
  FakeBetterAuth better_auth;
  better_auth.answer_instead(Answer{.then = Answer::Then::say_nothing});
  std::optional<Backend> backend{std::in_place, better_auth};
  auto waiting = backend->begin(ExchangedKind::session, cookie);
  backend.reset();
  EXPECT_EQ(Backend::said(waiting.get()), "unavailable");
}

TEST(Exchanger, RefusesAnAddressThatKeysMayNotComeFrom) {
  FakeBetterAuth better_auth;
  RemoteVerifier verifier{test::policy(), test::source_of(better_auth.server)};
  EXPECT_THROW((Exchanger{{.base_url = "http://auth.example/api/auth", .cookie_name = "c"}, verifier}),
               std::invalid_argument);
}

}  // namespace
}  // namespace drawbridge::fetch
