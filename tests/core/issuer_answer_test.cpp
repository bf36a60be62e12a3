// What Better Auth answers about a credential: what is the credential's fault, what the issuer's.

#include "core/credentials/issuer_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
constexpr std::string_view url = "https://app.example/api/auth/get-session";

std::string session_body(std::string_view session = token, std::string_view session_user = "u1",
                         std::string_view user = "u1") {
  return fmt::format(
      R"({{"session":{{"id":"s1","token":"{}","userId":"{}","expiresAt":"2026-12-06T05:00:00.000Z"}},)"
      R"("user":{{"id":"{}","name":"Ada","banned":null}}}})",
      session, session_user, user);
}

/// `good`, `unknown`, `limited`, or a failure: `failed` of this credential alone, `perhaps out` or `out` for
/// all.
std::string outcome_of(const auto& read) {
  if (read) return "good";
  if (std::holds_alternative<CredentialUnknown>(read.error())) return "unknown";
  if (const auto* limited = std::get_if<CredentialLimited>(&read.error()))
    return fmt::format("limited {}", limited->retry_after.count());
  switch (std::get<FailedExchange>(read.error()).concerns) {
    case FailedExchange::Concerns::credential:
      return "failed";
    case FailedExchange::Concerns::perhaps_all:
      return "perhaps out";
    case FailedExchange::Concerns::all:
      break;
  }
  return "out";
}

std::string text_of(const auto& read) {
  return std::get<FailedExchange>(read.error()).text;
}

TEST(SessionAnswer, NullAloneIsNoSession) {
  struct Case {
    const char* name;
    IssuerAnswer answer;
    const char* expected;
  };
  const std::string good = session_body();
  const std::string another = session_body("BbCdEfGhIjKlMnOpQrStUvWxYz012345");
  const std::string cut = session_body(token.substr(0, 31));
  const std::string of_another_user = session_body(token, "u2", "u1");
  const std::string other_whole = session_body("BbCdEfGhIjKlMnOpQrStUvWxYz012345", "u2", "u2");
  const std::string without_user = session_body(token, "", "");
  const Case cases[] = {
      {"a session with its token", {url, 200, good, {"a.b.c"}}, "good"},
      {"a session without one", {url, 200, good}, "good"},
      {"null", {url, 200, "null"}, "unknown"},
      {"null with white space", {url, 200, " null\r\n"}, "unknown"},
      {"null beside a token", {url, 200, "null", {"a.b.c"}}, "unknown"},
      {"null with another status", {url, 404, "null"}, "failed"},
      {"a bare 401", {url, 401, ""}, "failed"},
      {"401 null", {url, 401, "null"}, "failed"},
      {"403", {url, 403, R"({"code":"FORBIDDEN"})"}, "failed"},
      {"a banned user", {url, 403, R"({"code":"BANNED_USER"})"}, "unknown"},
      {"that code with another status", {url, 401, R"({"code":"BANNED_USER"})"}, "failed"},
      {"404", {url, 404, "{}"}, "failed"},
      {"302", {url, 302, ""}, "failed"},
      {"204", {url, 204, ""}, "failed"},
      {"429", {url, 429, "", {}, 7s}, "out"},
      {"500", {url, 500, ""}, "perhaps out"},
      {"500 null", {url, 500, "null"}, "perhaps out"},
      {"500 of one user", {url, 500, R"({"code":"USER_UUID_MISSING","message":"…"})"}, "failed"},
      {"500 of one user's claims", {url, 500, R"({"code":"TOKEN_TOO_LARGE","message":"…"})"}, "failed"},
      {"503", {url, 503, "null", {}, 3s}, "perhaps out"},
      {"a page", {url, 200, "<!doctype html><title>Sign in</title>"}, "failed"},
      {"nothing", {url, 200, ""}, "failed"},
      {"an empty object", {url, 200, "{}"}, "failed"},
      {"an array", {url, 200, "[null]"}, "failed"},
      {"\"null\"", {url, 200, R"("null")"}, "failed"},
      {"cut", {url, 200, std::string_view{good}.substr(0, good.size() - 1)}, "failed"},
      {"a session without its user", {url, 200, R"({"session":{"id":"s1"},"user":null})"}, "failed"},
      {"empty ids", {url, 200, without_user}, "failed"},
      {"another session", {url, 200, another, {"a.b.c"}}, "failed"},
      {"the beginning of its token", {url, 200, cut}, "failed"},
      {"another's user", {url, 200, of_another_user}, "failed"},
      {"another user's whole", {url, 200, other_whole, {"a.b.c"}}, "failed"},
      {"two tokens", {url, 200, good, {"a.b.c", "d.e.f"}}, "failed"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(outcome_of(read_session_answer(c.answer, token)), c.expected) << c.name;
}

TEST(SessionAnswer, HoldsWhatTheTokenIsComparedWith) {
  const std::string body = session_body();
  const auto session = read_session_answer({url, 200, body, {"a.b.c"}}, token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->id, "s1");
  EXPECT_EQ(session->user_id, "u1");
  EXPECT_EQ(session->jwt, "a.b.c");
  EXPECT_EQ(read_session_answer({url, 200, body}, token)->jwt, "");
}

TEST(SessionAnswer, AMemberTwiceIsNoAnswer) {
  const std::string body = session_body();
  const std::string twice = body.substr(0, body.size() - 1) + R"(,"user":{"id":"u1"}})";
  EXPECT_EQ(outcome_of(read_session_answer({url, 200, twice}, token)), "failed");
}

TEST(SessionAnswer, FailuresSayWhatToDoAndQuoteNoBody) {
  const std::string another = session_body("BbCdEfGhIjKlMnOpQrStUvWxYz012345");
  const std::pair<IssuerAnswer, const char*> cases[] = {
      {{url, 429, ""}, "limits how often"}, {{url, 404, ""}, "base path"},
      {{url, 307, ""}, "redirect"},         {{url, 500, another}, "Better Auth's log"},
      {{url, 200, "<html>"}, "a web page"}, {{url, 200, another}, "mixes up answers"},
  };
  for (const auto& [answer, part] : cases) {
    const std::string text = text_of(read_session_answer(answer, token));
    EXPECT_TRUE(text.starts_with(url)) << text;
    EXPECT_TRUE(text.contains(part)) << text;
    EXPECT_FALSE(text.contains("BbCdEf") || text.contains('\n')) << text;
  }
  EXPECT_EQ(std::get<FailedExchange>(read_session_answer({url, 503, "", {}, 3s}, token).error()).retry_after,
            3s);
}

TEST(TokenAnswer, OfASessionThatWasShown) {
  EXPECT_EQ(*read_session_token_answer({url, 200, R"({"token":"a.b.c"})"}), "a.b.c");
  const std::pair<IssuerAnswer, const char*> cases[] = {
      {{url, 200, "{}"}, "failed"},
      {{url, 200, R"({"token":""})"}, "failed"},
      {{url, 200, "null"}, "failed"},
      {{url, 200, R"({"token":1})"}, "failed"},
      {{url, 401, ""}, "failed"},
      {{url, 401, R"({"code":"INVALID_API_KEY"})"}, "failed"},
      {{url, 403, ""}, "failed"},
      {{url, 403, R"({"code":"BANNED_USER"})"}, "unknown"},
      {{url, 429, R"({"code":"RATE_LIMITED"})"}, "out"},
      {{url, 500, ""}, "perhaps out"},
  };
  for (const auto& [answer, expected] : cases)
    EXPECT_EQ(outcome_of(read_session_token_answer(answer)), expected) << answer.status << answer.body;
}

TEST(TokenAnswer, OfAKeyWhoseFaultsHaveCodes) {
  EXPECT_EQ(*read_key_token_answer({url, 200, R"({"token":"a.b.c"})"}), "a.b.c");
  const std::pair<IssuerAnswer, const char*> cases[] = {
      {{url, 401, R"({"code":"INVALID_API_KEY","message":"Invalid API key."})"}, "unknown"},
      {{url, 403, R"({"code":"INVALID_API_KEY"})"}, "unknown"},
      {{url, 401, R"({"code":"KEY_DISABLED"})"}, "unknown"},
      {{url, 401, R"({"code":"KEY_EXPIRED"})"}, "unknown"},
      {{url, 401, R"({"code":"INVALID_REFERENCE_ID_FROM_API_KEY"})"}, "unknown"},
      {{url, 403, R"({"code":"BANNED_USER"})"}, "unknown"},
      {{url, 401, R"({"code":"BANNED_USER"})"}, "failed"},
      {{url, 400, R"({"code":"INVALID_API_KEY"})"}, "failed"},
      {{url, 500, R"({"code":"INVALID_API_KEY"})"}, "perhaps out"},
      {{url, 429, R"({"code":"RATE_LIMITED"})", {}, 7s}, "limited 7"},
      {{url, 429, R"({"code":"RATE_LIMITED","details":{"tryAgainIn":1200}})"}, "limited 2"},
      {{url, 429, R"({"code":"RATE_LIMITED","details":{"tryAgainIn":-1}})"}, "limited 60"},
      {{url, 429, R"({"code":"RATE_LIMITED","details":{"tryAgainIn":9223372036854775807}})"},
       "limited 86400"},
      {{url, 401, R"({"code":"RATE_LIMITED"})"}, "failed"},
      {{url, 429, R"({"code":"USAGE_EXCEEDED"})"}, "limited 60"},
      {{url, 429, R"({"message":"Too many requests."})"}, "out"},
      {{url, 429, ""}, "out"},
      {{url, 401, ""}, "failed"},
      {{url, 401, R"({"code":"UNAUTHORIZED"})"}, "failed"},
      {{url, 401, R"({"code":["KEY_EXPIRED"]})"}, "failed"},
      {{url, 200, "null"}, "failed"},
      {{url, 302, ""}, "failed"},
      {{url, 503, "<html>"}, "perhaps out"},
  };
  for (const auto& [answer, expected] : cases)
    EXPECT_EQ(outcome_of(read_key_token_answer(answer)), expected) << answer.status << answer.body;
}

TEST(IsOfSession, ComparesUserAndSession) {
  const auto key = test::TestKey::generate(Algorithm::eddsa, "k1");
  const KeySet keys = test::key_set_of({key.jwk()});
  const Policy policy{"https://app.example", "https://app.example"};
  const Verifier verifier{policy};
  const auto of = [&](std::string_view members) {
    const auto identity = verifier.verify(
        key.token(fmt::format(
            R"({{"iss":"https://app.example","aud":"https://app.example","exp":1800000900,{}}})", members)),
        keys, TokenTime{1'800'000'000s});
    EXPECT_TRUE(identity) << identity.error().hint;
    return is_of_session(*identity, {.id = "s1", .user_id = "u1", .jwt = ""});
  };
  EXPECT_TRUE(of(R"("sub":"u1","sid":"s1")"));
  EXPECT_TRUE(of(R"("sub":"u1")"));
  EXPECT_FALSE(of(R"("sub":"u2","sid":"s1")"));
  EXPECT_FALSE(of(R"("sub":"u1","sid":"s2")"));
  EXPECT_FALSE(of(R"("sub":"U1","sid":"s1")"));
  EXPECT_FALSE(of(R"("sub":"s1","sid":"u1")"));
}

}  // namespace
}  // namespace drawbridge
