#include "core/errors/hints.h"

#include <array>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(MalformedTokenHint, RecognisesWhatWasGivenInstead) {
  const std::string session_token = "cG7ZkLw2mQx9VbNs4RtYp1AeHj6UoIfD";
  const std::pair<std::string, std::string> cases[] = {
      {"", "empty"},
      {session_token, "session token"},
      {session_token + ".4Jx0bQm3Z1k7X9yN2wP5sT8vR6uE0aHcLdGfKiMoOqY=", "session cookie"},
      {session_token + ".4Jx0bQm3Z1k7X9yN2wP5sT8vR6uE0aHcLdGfKiMoOqY%3D", "session cookie"},
      {"Bearer a.b.c", "Bearer"},
      {"\"a.b.c\"", "quotes"},
      {"{\"token\":\"a.b.c\"}", "JSON"},
      {" a.b.c", "white space"},
      {"a.b.c.d.e", "JWE"},
      {"a.b", "this has 2"},
      {"a.b.c=", "padded"},
  };
  for (const auto& [token, part] : cases) EXPECT_TRUE(contains(malformed_token_hint(token), part)) << token;
  EXPECT_TRUE(contains(malformed_token_hint(session_token), "/api/auth/token"));
  EXPECT_FALSE(contains(malformed_token_hint(session_token), session_token)) << "a session token is a secret";
}

TEST(MismatchHint, ShowsBothAndSaysInWhatTheyDiffer) {
  const std::vector<std::string> ours{"http://localhost:3000"};
  const std::pair<std::string, std::string> cases[] = {
      {"http://localhost:3000/", "trailing slash"},
      {"https://localhost:3000", "one has http and the other https"},
      {"http://127.0.0.1:3000", "127.0.0.1 and localhost are different origins"},
      {"http://localhost:3000/api/auth", "path /api/auth"},
      {"HTTP://localhost:3000", "upper and lower case"},
      {"http://localhost:3001", "port"},
      {"", "empty"},
  };
  for (const auto& [got, part] : cases) {
    for (const char* claim : {"iss", "aud"}) {
      const std::string hint = mismatch_hint(claim, got, ours);
      EXPECT_TRUE(contains(hint, part)) << hint;
      EXPECT_TRUE(contains(hint, '"' + got + '"')) << hint;
      EXPECT_TRUE(contains(hint, "expects \"http://localhost:3000\"")) << hint;
    }
  }
  EXPECT_TRUE(contains(mismatch_hint("iss", "x", ours), "Set Policy::issuers to"));
  EXPECT_TRUE(contains(mismatch_hint("aud", "x", ours), "Set Policy::audiences to"));
  EXPECT_TRUE(contains(mismatch_hint("aud", "http://[::1]:3000", ours), "[::1] and localhost"));
  EXPECT_FALSE(contains(mismatch_hint("iss", "https://other.example", ours), "differ"));
}

TEST(MismatchHint, NamesWhatToDoAboutSeveralHosts) {
  const std::vector<std::string> ours{"https://a.example", "https://b.example"};
  const std::string hint = mismatch_hint("iss", "https://c.example", ours);
  EXPECT_TRUE(contains(hint, R"(expects one of "https://a.example", "https://b.example")")) << hint;
  EXPECT_TRUE(contains(hint, "(baseURL: { allowedHosts })")) << hint;
  EXPECT_TRUE(contains(hint, "drawbridge({ jwt: { issuer, audience } })")) << hint;
  EXPECT_TRUE(contains(hint, "list each host's origin in Policy::issuers and Policy::audiences.")) << hint;
  // Of a slip in one of the names it speaks alone.
  const std::string slip = mismatch_hint("iss", "https://b.example/", ours);
  EXPECT_TRUE(contains(slip, "the trailing slash")) << slip;
  EXPECT_FALSE(contains(slip, "allowedHosts")) << slip;
}

TEST(QuotedNames, AreFiveAtMost) {
  const std::vector<std::string> names{"a", "b\n", "c", "d", "e", "f", "g"};
  EXPECT_EQ(quoted_names(std::span{names}.first(1)), R"("a")");
  EXPECT_EQ(quoted_names(names), R"(one of "a", "b\x0a", "c", "d", "e" and 2 more)");
}

TEST(TimeHints, SayHowLong) {
  EXPECT_TRUE(contains(expired_hint(1000, 1001), "1 second ago"));
  EXPECT_TRUE(contains(expired_hint(1000, 1090), "90 seconds ago"));
  EXPECT_TRUE(contains(expired_hint(1000, 1000 + 12 * 60), "12 minutes ago"));
  EXPECT_TRUE(contains(expired_hint(1000, 1000 + 5 * 3600), "5 hours ago"));
  EXPECT_TRUE(contains(expired_hint(0, 30.0 * 86'400), "30 days ago"));
  EXPECT_TRUE(contains(not_yet_valid_hint(1200, 1000), "3 minutes"));
}

TEST(AlgorithmHint, NamesThePolicyWhereItCanHelp) {
  constexpr std::array allowed{Algorithm::eddsa};
  EXPECT_TRUE(contains(algorithm_hint("ES256", allowed), "add it to Policy::algorithms"));
  EXPECT_TRUE(contains(algorithm_hint("none", allowed), "never"));
  EXPECT_FALSE(contains(algorithm_hint("none", allowed), "Policy::algorithms"));
}

TEST(ClaimHint, ShowsHowToPutTheUuidIn) {
  EXPECT_TRUE(contains(claim_missing_hint("uuid"), "plugins: [drawbridge()]"));
}

TEST(DisplayText, EscapesWhatCouldMislead) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain 日本 ë", "plain 日本 ë"},
      {"a\nb", "a\\x0ab"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"\u202Eevil", "\\u{202e}evil"},
      {"zero\u200Bwidth", "zero\\u{200b}width"},
      {"\u0085", "\\x85"},
      {"\xFF\xC3", "\\xff\\xc3"},
      {"\xC0\xAF", "\\xc0\\xaf"},
      {"\xED\xA0\x80", "\\xed\\xa0\\x80"},
      {"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
  };
  for (const auto& [foreign, shown] : cases) EXPECT_EQ(display_text(foreign), shown);
  EXPECT_EQ(display_text(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_EQ(display_text(std::string(65, 'x')), std::string(64, 'x') + "…");
  EXPECT_EQ(display_text("日本語", 2), "日本…");
}

}  // namespace
}  // namespace drawbridge
