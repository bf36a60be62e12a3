// The verifier against a real server that says what it has revoked, and one that does not.

#include <mutex>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drawbridge/authenticator.h"
#include "drawbridge/remote_verifier.h"

#include "core/jose/base64url.h"
#include "core/revocations/marks.h"
#include "tests/issuer/fake_better_auth.h"
#include "tests/issuer/issuer.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using State = RevocationStatus::State;
using test::Answer;
using test::eventually;
using test::HeardRequest;
using test::key_named;
using test::MisbehavingServer;
using test::origin;
using test::policy;
using test::said_of;
using test::TestKey;

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string text_of(const RevocationDigest& digest) {
  return encode_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// Entries of an issuer whose clock stands at 1,000,000 ms.
std::string ended_session(std::string_view id) {
  return fmt::format(R"({{"s":"{}","until":1900000}})", text_of(session_digest(id)));
}
std::string changed_user(std::string_view id, std::int64_t before) {
  return fmt::format(R"({{"u":"{}","before":{},"until":1900000}})", text_of(user_digest(id)), before);
}
std::string page_of(std::string_view entries, std::string_view cursor = "c", bool more = false) {
  return fmt::format(R"({{"cursor":"{}","now":1000000,"more":{},"entries":[{}]}})", cursor, more, entries);
}

/// On a machine with much else to do the first answer takes longer than a token waits.
bool is_told(const RemoteVerifier& judge) {
  return eventually([&] { return judge.revocation_status().state == State::current; });
}

/// An issuer with a key set and revocations.
class RevocationsTest : public testing::Test {
 protected:
  RevocationsTest() {
    server.answer([this](const HeardRequest& request) {
      const std::lock_guard lock{mutex};
      if (request.target.ends_with("/jwks")) return test::set_of({key});
      heard.push_back(request);
      return feed(request);
    });
    source.jwks_url = server.url();
    source.on_event = [this](const KeySource::Event& event) {
      if (event.about == KeySource::Event::About::keys) return;
      const std::lock_guard lock{mutex};
      events.push_back((event.good ? "good: " : "bad: ") + event.text);
    };
  }
  ~RevocationsTest() override { server.go_down(); }

  void answer(Answer with) {
    answer([with = std::move(with)](const HeardRequest&) { return with; });
  }
  void answer(MisbehavingServer::Script script) {
    const std::lock_guard lock{mutex};
    feed = std::move(script);
  }
  void list(std::string_view entries) { answer(Answer::json(page_of(entries))); }
  std::vector<HeardRequest> questions() {
    const std::lock_guard lock{mutex};
    return heard;
  }
  std::vector<std::string> events_so_far() {
    const std::lock_guard lock{mutex};
    return events;
  }

  std::string token(std::string_view user, std::string_view session, std::string_view more = "") const {
    const auto now = now_ms() / 1'000;
    return key.token(fmt::format(R"({{"iat":{},"exp":{},"iss":"{}","aud":"{}","sub":"{}","sid":"{}"{}}})",
                                 now, now + 900, origin, origin, user, session, more));
  }
  RemoteVerifier verifier(RevocationMode mode = RevocationMode::preferred) {
    source.revocations.mode = mode;
    return {policy(), source};
  }

  std::mutex mutex;
  TestKey key = key_named("k1");
  MisbehavingServer::Script feed = [](const HeardRequest&) { return Answer::json(page_of("")); };
  std::vector<HeardRequest> heard;
  std::vector<std::string> events;
  KeySource source;
  MisbehavingServer server;
};

TEST_F(RevocationsTest, EndSessionsAndWhatUsersWere) {
  const auto now = now_ms();
  list(ended_session("s1") + "," + changed_user("bob", now) + "," + changed_user("cid", now - 60'000));
  auto judge = verifier();
  ASSERT_TRUE(is_told(judge));
  const struct {
    std::string name;
    std::string token;
    std::string said;
  } cases[] = {
      {"a session that ended", token("ada", "s1"), "token_revoked"},
      {"another session of that user", token("ada", "s2"), "ada"},
      {"a user who changed, made before", token("bob", "s3", fmt::format(R"(,"fresh":{})", now)),
       "token_revoked"},
      {"made after it", token("bob", "s3", fmt::format(R"(,"fresh":{})", now + 1)), "bob"},
      {"without fresh, of that second", token("bob", "s3"), "token_revoked"},
      {"without fresh, a minute later", token("cid", "s4"), "cid"},
      {"with fresh in parts", token("cid", "s4", fmt::format(R"(,"fresh":{}.0)", now + 1)), "token_revoked"},
      {"with fresh as a text", token("cid", "s4", fmt::format(R"(,"fresh":"{}")", now + 1)), "token_revoked"},
      {"with fresh as a flag, of a user who did not change", token("dan", "s5", R"(,"fresh":true)"), "dan"},
      {"with fresh below 0", token("cid", "s4", R"(,"fresh":-1)"), "token_revoked"},
  };
  for (const auto& each : cases)
    for (const char* look : {"first", "remembered"})
      EXPECT_EQ(said_of(judge.verify(each.token)), each.said) << each.name << ", " << look;
  const auto refused = judge.verify(cases[0].token);
  ASSERT_FALSE(refused);
  EXPECT_EQ(http_status(refused.error().code), 401);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST_F(RevocationsTest, EndATokenThatIsRemembered) {
  auto judge = verifier();
  const std::string first = token("ada", "s1");
  ASSERT_TRUE(is_told(judge));
  ASSERT_EQ(said_of(judge.verify(first)), "ada");
  const auto start = std::chrono::steady_clock::now();
  list(ended_session("s1"));
  EXPECT_TRUE(eventually([&] { return said_of(judge.verify(first)) == "token_revoked"; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s)
      << "a second, on a machine with nothing else to do";
  list("");
  EXPECT_TRUE(eventually([this, count = questions().size()] { return questions().size() > count + 1; }));
  EXPECT_EQ(said_of(judge.verify(first)), "token_revoked") << "what is not listed any more still holds";
  EXPECT_EQ(judge.revocation_status().entries, 1U);
  EXPECT_TRUE(eventually([&] { return !events_so_far().empty(); }));
  EXPECT_EQ(events_so_far(), std::vector<std::string>{"good: revocations are received, entries: 0"});
}

TEST_F(RevocationsTest, AreAskedForOnceForAllWhoVerify) {
  auto judge = verifier();
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      for (int j = 0; j < 50; ++j)
        EXPECT_EQ(said_of(judge.verify(token("ada", std::to_string(i * 50 + j)))), "ada");
    });
  for (std::thread& thread : threads) thread.join();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
  EXPECT_LE(questions().size(), static_cast<std::size_t>(seconds.count()) + 2);
}

TEST_F(RevocationsTest, AskByCursorConditionAndSecret) {
  source.revocations.secret = "a-secret/of+both==";
  answer([](const HeardRequest& request) {
    if (request.target.ends_with("after=g1.%2F%22%26%3D%3F%257")) {
      if (request.header("if-none-match") == "\"e7\"") return Answer::of(304, "");
      return Answer::json(page_of(ended_session("s2"), R"(g1./\"&=?%7)"), "ETag: \"e7\"\r\n");
    }
    return Answer::json(page_of(ended_session("s1"), R"(g1./\"&=?%7)", true));
  });
  auto judge = verifier();
  ASSERT_TRUE(is_told(judge));
  EXPECT_EQ(said_of(judge.verify(token("ada", "s1"))), "token_revoked");
  EXPECT_EQ(said_of(judge.verify(token("ada", "s2"))), "token_revoked")
      << "of the second page, asked for at once";
  const auto all_asked = [&] {
    judge.verify(token("ada", "s3"));
    return questions().size() >= 4;
  };
  ASSERT_TRUE(eventually(all_asked));
  const auto asked = questions();
  EXPECT_EQ(asked[0].target, "/api/auth/drawbridge/revocations");
  EXPECT_EQ(asked[0].header("authorization"), "Bearer a-secret/of+both==");
  EXPECT_EQ(asked[0].header("if-none-match"), "");
  EXPECT_EQ(asked[1].target, "/api/auth/drawbridge/revocations?after=g1.%2F%22%26%3D%3F%257");
  EXPECT_EQ(asked[3].header("if-none-match"), "\"e7\"");
  EXPECT_EQ(judge.revocation_status().state, State::current) << judge.revocation_status().last_failure;
}

TEST_F(RevocationsTest, OfAPlainIssuerAreNoneSilently) {
  answer(Answer::of(404, R"({"message":"Not Found"})"));
  auto judge = verifier();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(said_of(judge.verify(token("ada", std::to_string(i)))), "ada");
  const auto status = judge.revocation_status();
  EXPECT_EQ(status.state, State::off);
  EXPECT_EQ(status.last_failure, "");
  EXPECT_EQ(questions().size(), 1U);
  EXPECT_EQ(events_so_far(), std::vector<std::string>{});
}

TEST_F(RevocationsTest, OffAsksNothing) {
  list(ended_session("s1"));
  auto judge = verifier(RevocationMode::off);
  EXPECT_EQ(said_of(judge.verify(token("ada", "s1"))), "ada");
  EXPECT_EQ(judge.revocation_status().state, State::off);
  EXPECT_EQ(questions().size(), 0U);
}

/// Each case has an issuer and a verifier of its own, so that they wait at the same time.
TEST(Revocations, AreKeptWhateverTheIssuerAnswers) {
  const std::string good = page_of(ended_session("s9"));
  const struct {
    std::string name;
    Answer answer;
    std::string says;
  } cases[] = {
      {"404, where they were", Answer::of(404, ""), "answered 404"},
      {"401", Answer::of(401, ""), "the secret is missing"},
      {"429", Answer::of(429, ""), "limits how often"},
      {"500", Answer::of(500, good), "answered 500"},
      {"a redirect", Answer::of(302, "", "Location: /api/auth/jwks\r\n"), "a redirect"},
      {"a web page", Answer::of(200, "<!doctype html><title>Sign in</title>"), "answered with a web page"},
      {"an empty body", Answer::json(""), "something other than revocations"},
      {"another object", Answer::json(R"({"keys":[]})"), "something other than revocations"},
      {"half a page, as if whole", Answer::json(good.substr(0, good.size() - 5)), "is not valid JSON"},
      {"half a page", Answer::json(good).cut_in_body(20, Answer::Then::close), "partial file"},
      {"one bad entry among good ones",
       Answer::json(page_of(ended_session("s9") + R"(,{"s":"x","until":1})")), "digest"},
      {"3 MiB", Answer::json(good + std::string(3UL * 1024 * 1024, ' ')), "larger than 2 MiB"},
      {"a bomb",
       Answer::json(test::gzip(good + std::string(30UL * 1024 * 1024, ' ')), "Content-Encoding: gzip\r\n"),
       "larger than 2 MiB"},
      {"more without an end", Answer::json(page_of("", "c", true)), "does not lead to them"},
      {"304 to no condition", Answer::of(304, ""), "answered 304"},
      {"nothing", {""}, "could not be fetched"},
  };
  std::vector<std::thread> threads;
  for (const auto& each : cases)
    threads.emplace_back([&each] {
      const TestKey key = key_named("k1");
      MisbehavingServer server;
      std::atomic<bool> is_good{true};
      server.answer([&](const HeardRequest& request) {
        if (request.target.ends_with("/jwks")) return test::set_of({key});
        return is_good ? Answer::json(page_of(ended_session("s1"))) : each.answer;
      });
      KeySource source;
      source.jwks_url = server.url();
      RemoteVerifier judge{policy(), source};
      const auto token = [&](std::string_view session) {
        const auto now = now_ms() / 1'000;
        return key.token(fmt::format(R"({{"iat":{},"exp":{},"iss":"{}","aud":"{}","sub":"ada","sid":"{}"}})",
                                     now, now + 900, origin, origin, session));
      };
      EXPECT_TRUE(is_told(judge)) << each.name;
      EXPECT_EQ(said_of(judge.verify(token("s1"))), "token_revoked") << each.name;
      const std::string other = token("s9");
      const auto fails = [&](bool failing) {
        judge.verify(other);  // so that it goes on asking
        return judge.revocation_status().last_failure.empty() != failing;
      };
      is_good = false;
      EXPECT_TRUE(eventually([&] { return fails(true); })) << each.name;
      const auto failure = judge.revocation_status().last_failure;
      EXPECT_NE(failure.find(each.says), std::string::npos) << each.name << ": " << failure;
      EXPECT_EQ(said_of(judge.verify(token("s1"))), "token_revoked") << each.name;
      EXPECT_EQ(said_of(judge.verify(other)), "ada") << each.name << ": nothing of a bad page counts";
      is_good = true;
      EXPECT_TRUE(eventually([&] { return fails(false); })) << each.name;
      server.go_down();
    });
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RevocationsTest, RequiredIsUnavailableUntilTheyCome) {
  answer(Answer::of(404, ""));
  auto judge = verifier(RevocationMode::required);
  const auto refused = judge.verify(token("ada", "s1"));
  ASSERT_EQ(said_of(refused), "revocations_unavailable");
  EXPECT_EQ(http_status(refused.error().code), 503);
  EXPECT_NE(refused.error().hint.find("answered 404"), std::string::npos) << refused.error().hint;
  EXPECT_GE(refused.error().retry_after, 1s);
  EXPECT_EQ(said_of(judge.verify("garbage")), "token_malformed") << "what needs none is judged";
  EXPECT_TRUE(judge.revocation_status().required);
  list(ended_session("s2"));
  EXPECT_TRUE(eventually([&] { return said_of(judge.verify(token("ada", "s1"))) == "ada"; }));
  EXPECT_EQ(said_of(judge.verify(token("ada", "s2"))), "token_revoked");
}

TEST_F(RevocationsTest, WaitTwoSecondsAndNoLongerForASilentIssuer) {
  answer(Answer{"", Answer::Then::say_nothing});
  const struct {
    RevocationMode mode;
    std::string said;
  } cases[] = {{RevocationMode::preferred, "ada"}, {RevocationMode::required, "revocations_unavailable"}};
  for (const auto& each : cases) {
    auto judge = verifier(each.mode);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(said_of(judge.verify(token("ada", "s1"))), each.said);
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_GE(took, 1900ms);
    EXPECT_LT(took, 4500ms) << "the question itself has 5 s";
    const auto again = judge.verify_async(token("ada", "s1"), [](const RemoteVerifier::Result&) {});
    ASSERT_TRUE(again) << "nobody waits a second time";
    EXPECT_EQ(said_of(*again), each.said);
  }
}

TEST_F(RevocationsTest, AnswersWhoWaitsWhenItEnds) {
  answer(Answer{"", Answer::Then::say_nothing});
  std::vector<std::string> said;
  {
    auto judge = verifier(RevocationMode::required);
    ASSERT_TRUE(eventually([&] { return judge.key_status().usable_keys == 1 && !questions().empty(); }));
    for (int i = 0; i < 5; ++i)
      EXPECT_FALSE(judge.verify_async(token("ada", "s1"), [&](const RemoteVerifier::Result& result) {
        said.push_back(said_of(result));
      }));
  }
  EXPECT_EQ(said, std::vector<std::string>(5, "revocations_unavailable"));
}

TEST_F(RevocationsTest, NeedASourceThatCanWork) {
  const auto fault_of = [this](const std::function<void(KeySource&)>& change) -> std::string {
    KeySource changed = source;
    change(changed);
    try {
      const RemoteVerifier judge{policy(), changed};
    } catch (const std::invalid_argument& fault) {
      return fault.what();
    }
    return "";
  };
  constexpr auto required = RevocationMode::required;
  const struct {
    std::string name;
    std::function<void(KeySource&)> change;
    std::string says;
  } cases[] = {
      {"preferred without a place to ask", [](KeySource& s) { s.jwks_url += "?v=1"; }, ""},
      {"required without a place to ask",
       [](KeySource& s) {
         s.jwks_url += "?v=1";
         s.revocations.mode = required;
       },
       "does not end in /jwks"},
      {"required with one",
       [](KeySource& s) {
         s.revocations = {.mode = required, .base_url = "http://127.0.0.1:9/api/auth/"};
         s.jwks_url += "?v=1";
       },
       ""},
      {"plain http to another machine",
       [](KeySource& s) {
         s.revocations = {.mode = required, .base_url = "http://auth.example.com/api/auth"};
       },
       "is plain http"},
      {"the same, preferred",
       [](KeySource& s) { s.revocations.base_url = "http://auth.example.com/api/auth"; }, ""},
      {"an empty secret", [](KeySource& s) { s.revocations.secret = ""; }, "RevocationSource::secret"},
      {"a secret of two lines", [](KeySource& s) { s.revocations.secret = "a\r\nX: b"; },
       "RevocationSource::secret"},
      {"a secret that is not used", [](KeySource& s) { s.revocations = {RevocationMode::off, {}, ""}; }, ""},
  };
  for (const auto& each : cases) {
    const std::string fault = fault_of(each.change);
    if (each.says.empty())
      EXPECT_EQ(fault, "") << each.name;
    else
      EXPECT_NE(fault.find(each.says), std::string::npos) << each.name << ": " << fault;
  }
}

TEST_F(RevocationsTest, OfAPlaceThatMayNotBeAskedAreOffAndSayWhy) {
  source.revocations.base_url = "http://auth.example.com/api/auth";
  auto judge = verifier();
  EXPECT_EQ(said_of(judge.verify(token("ada", "s1"))), "ada");
  EXPECT_EQ(judge.revocation_status().state, State::off);
  EXPECT_NE(judge.revocation_status().last_failure.find("is plain http"), std::string::npos);
}

/// A session that was exchanged is remembered as its token.
TEST(Revocations, EndAnExchangedSession) {
  test::FakeBetterAuth issuer;
  std::atomic<bool> is_over{false};
  issuer.server.answer([&](const HeardRequest& request) {
    if (request.target.contains("/drawbridge/revocations"))
      return Answer::json(page_of(is_over ? ended_session("s1") : ""));
    return issuer.answer(request);
  });
  KeySource keys;
  keys.jwks_url = issuer.server.url();
  CredentialSource source{.kinds = {.token = true, .session = true, .key = false},
                          .base_url = issuer.server.url("/api/auth")};
  Authenticator judge{policy(), keys, source};
  const std::string cookie =
      fmt::format("__Secure-better-auth.session_token={}.{}%3D", test::session_token, std::string(43, 'A'));
  const std::string_view cookies[] = {cookie};
  const Credentials credentials{.cookie = cookies, .method = "GET"};
  const auto said = [&] {
    const auto result = judge.authenticate(credentials);
    return result ? result->subject() : std::string{name_of(result.error().code)};
  };
  EXPECT_EQ(said(), "ada");
  issuer.answer_instead(Answer::json("null"));
  EXPECT_EQ(said(), "ada") << "remembered";
  is_over = true;
  EXPECT_TRUE(eventually([&] { return said() == "session_unknown"; })) << "long before its 30 seconds";
}

}  // namespace
}  // namespace drawbridge
