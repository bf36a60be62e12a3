// Whose session a cookie caches, by a JWT of its own profile, and that it is no token, nor a token it.

#include "core/credentials/cached_session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "core/identity/identity_json.h"
#include "core/keys/verified_tokens.h"
#include "core/revocations/marks.h"
#include "core/text/time_text.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 5h;
constexpr std::string_view session_token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
const std::string issuer = "https://app.example.com";
const std::string uuid = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";

const test::TestKey& key() {
  static const test::TestKey key = test::TestKey::generate(Algorithm::eddsa, "k1");
  return key;
}

const KeySet& keys() {
  static const KeySet keys = test::key_set_of({key().jwk()});
  return keys;
}

Policy policy() {
  Policy policy{issuer, "https://api.example.com"};
  policy.required_claims = {"uuid"};
  return policy;
}

std::int64_t seconds(Instant time) {
  return time.time_since_epoch() / 1s;
}

/// What Better Auth 1.7 writes, and what a test changes about it.
struct Cache {
  std::string header = R"({"alg":"EdDSA","kid":"k1","typ":"better-auth.session-cache+jwt"})";
  std::string session =
      R"("id":"s1","token":"AbCdEfGhIjKlMnOpQrStUvWxYz012345","userId":"ada","expiresAt":"2026-12-06T05:00:00.000Z",)"
      R"("createdAt":"2026-11-29T04:00:00.000Z","updatedAt":"2026-11-29T04:00:00.000Z","ipAddress":"","userAgent":"x")";
  std::string user = R"("id":"ada","uuid":"5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1","email":"ada@example.com",)"
                     R"("name":"Ada","emailVerified":true,"role":"user,admin","image":null)";
  std::string times = fmt::format(R"("iat":{},"exp":{})", seconds(now - 1min), seconds(now + 4min));
  std::string issuer = R"("iss":"https://app.example.com")";
  std::string audience = R"("aud":"better-auth:session-cache")";
  std::string subject = R"("sub":"ada")";
  std::string sid = R"("sid":"AbCdEfGhIjKlMnOpQrStUvWxYz012345")";

  std::string payload() const {
    return fmt::format(
        R"({{"session":{{{}}},"user":{{{}}},"updatedAt":1796533200000,"version":"1",{},{},{},{},{}}})",
        session, user, times, issuer, audience, subject, sid);
  }
  std::string jwt(const test::TestKey& by = key()) const { return by.token(header, payload()); }
  Cache with(std::string Cache::* part, std::string value) const {
    Cache other = *this;
    other.*part = std::move(value);
    return other;
  }
  Cache with_end(std::string_view ends) const {
    Cache other = *this;
    const std::string_view usual = "2026-12-06T05:00:00.000Z";
    other.session.replace(other.session.find(usual), usual.size(), ends);
    return other;
  }
};

std::expected<Verdict, Refusal> verified(std::string_view jwt, const Policy& by = policy(), Instant at = now,
                                         std::optional<std::string_view> beside = session_token) {
  return verify_cached_session(jwt, beside, by, keys(), at);
}

std::string code_of(std::string_view jwt, const Policy& by = policy(), Instant at = now,
                    std::optional<std::string_view> beside = session_token) {
  const auto verdict = verified(jwt, by, at, beside);
  return verdict ? verdict->identity.subject() : std::string{name_of(verdict.error().error.code)};
}

TEST(CachedSession, SaysWhatATokenOfTheSessionSays) {
  const auto cached = verified(Cache{}.jwt());
  ASSERT_TRUE(cached) << cached.error().error.hint;
  const Identity& who = cached->identity;
  const std::string claims = fmt::format(
      R"({{"uuid":"{}","email":"ada@example.com","emailVerified":true,"name":"Ada","sid":"s1","role":"user,admin",)"
      R"("iat":{},"exp":{},"sub":"ada","iss":"{}","aud":"https://api.example.com"}})",
      uuid, seconds(now - 1min), seconds(now + 4min), issuer);
  const auto token = Verifier{policy()}.verify(key().token(claims), keys(), now);
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(who.claims_json(), token->claims_json());
  EXPECT_EQ(who.credential(), CredentialKind::session);
  EXPECT_EQ(who.session_id(), "s1");
  EXPECT_EQ(who.roles(), (std::vector<std::string>{"user", "admin"}));
  // The session's token is in none of what anybody is shown.
  EXPECT_FALSE(identity_json(who).contains(session_token));
  EXPECT_FALSE(who.claims_json().contains(session_token));
}

TEST(CachedSession, HasOneProfile) {
  const Cache good;
  const test::TestKey forger = test::TestKey::generate(Algorithm::eddsa, "k1");
  const std::string jwt = good.jwt();
  const std::string token = key().token(good.payload());
  std::string cut = jwt.substr(0, jwt.size() - 6);  // of its signature
  struct Case {
    const char* name;
    std::string jwt;
    const char* code;
  };
  const Case cases[] = {
      {"good", jwt, "ada"},
      {"nothing", "", "credential_malformed"},
      {"the strategy compact", "eyJzZXNzaW9uIjp7fX0", "credential_malformed"},
      {"the strategy jwe", "eyJhbGciOiJkaXIifQ..aaaa.bbbb.cccc", "credential_malformed"},
      {"cut in a segment", jwt.substr(0, jwt.rfind('.') - 1), "credential_malformed"},
      {"in quotes", '"' + jwt + '"', "credential_malformed"},
      {"escaped", "%65" + jwt.substr(1), "credential_malformed"},
      {"too large", good.with(&Cache::user, good.user + R"(,"bio":")" + std::string(16'384, 'x') + '"').jwt(),
       "credential_malformed"},
      {"cut at its end", cut, "session_unknown"},
      {"signed by another key", good.jwt(forger), "session_unknown"},
      {"signed by the secret", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "session_unknown"},
      {"without a typ", token, "session_unknown"},
      {"with the typ of a token",
       good.with(&Cache::header, R"({"alg":"EdDSA","kid":"k1","typ":"JWT"})").jwt(), "session_unknown"},
      {"with the typ in capitals",
       good.with(&Cache::header, R"({"alg":"EdDSA","kid":"k1","typ":"BETTER-AUTH.session-cache+jwt"})").jwt(),
       "session_unknown"},
      {"with a typ that is no text", good.with(&Cache::header, R"({"alg":"EdDSA","kid":"k1","typ":7})").jwt(),
       "session_unknown"},
      {"with a crit",
       good.with(&Cache::header,
                 R"({"alg":"EdDSA","kid":"k1","typ":"better-auth.session-cache+jwt","crit":["exp"]})")
           .jwt(),
       "credential_malformed"},
      {"for the API", good.with(&Cache::audience, R"("aud":"https://api.example.com")").jwt(),
       "session_unknown"},
      {"for the issuer", good.with(&Cache::audience, R"("aud":"https://app.example.com")").jwt(),
       "session_unknown"},
      {"of another issuer", good.with(&Cache::issuer, R"("iss":"https://evil.example")").jwt(),
       "session_unknown"},
      {"of nobody", good.with(&Cache::issuer, R"("iss":"better-auth:session-cache")").jwt(),
       "session_unknown"},
      {"without exp", good.with(&Cache::times, fmt::format(R"("iat":{})", seconds(now))).jwt(),
       "session_unknown"},
      {"without iat", good.with(&Cache::times, fmt::format(R"("exp":{})", seconds(now + 1min))).jwt(),
       "session_unknown"},
      {"of the future",
       good.with(&Cache::times, fmt::format(R"("iat":{},"exp":{})", seconds(now + 1h), seconds(now + 2h)))
           .jwt(),
       "session_unknown"},
      {"without sid", good.with(&Cache::sid, R"("x":1)").jwt(), "session_unknown"},
      {"with another sid", good.with(&Cache::sid, R"("sid":"s1")").jwt(), "session_unavailable"},
      {"of another user than its sub", good.with(&Cache::subject, R"("sub":"bob")").jwt(),
       "session_unavailable"},
      {"of another user than its session's",
       good.with(&Cache::user, R"("id":"bob","uuid":")" + uuid + '"')
           .with(&Cache::subject, R"("sub":"bob")")
           .jwt(),
       "session_unavailable"},
      {"of a user without a UUID", good.with(&Cache::user, R"("id":"ada")").jwt(), "session_unavailable"},
      {"without a session's end", good.with(&Cache::session, R"("id":"s1","token":"x","userId":"ada")").jwt(),
       "session_unavailable"},
      {"of a banned user", good.with(&Cache::user, good.user + R"(,"banned":true)").jwt(), "token_expired"},
  };
  for (const Case& c : cases) {
    const auto verdict = verified(c.jwt);
    EXPECT_EQ(code_of(c.jwt), c.code) << c.name;
    if (verdict) continue;
    const AuthError& error = verdict.error().error;
    EXPECT_FALSE((error.detail + error.hint).contains(session_token)) << c.name;
    EXPECT_FALSE(error.hint.empty() || (error.detail + error.hint).contains('\n')) << c.name;
    EXPECT_FALSE(verdict.error().missing_kid) << c.name;
  }
}

TEST(CachedSession, EndsWithItselfOrItsSession) {
  const Cache good;
  Policy strict = policy();
  strict.clock_skew = 0s;
  EXPECT_EQ(code_of(good.jwt(), strict, now + 4min - 1ms), "ada");
  EXPECT_EQ(code_of(good.jwt(), strict, now + 4min), "token_expired");
  EXPECT_EQ(code_of(good.jwt(), policy(), now + 4min + 29s), "ada");
  EXPECT_EQ(code_of(good.jwt(), policy(), now + 4min + 30s), "token_expired");
  // The session's own end is exact.
  const Cache short_session = good.with_end("2026-11-29T05:00:10.500Z");
  EXPECT_EQ(code_of(short_session.jwt(), policy(), now + 10'499ms), "ada");
  EXPECT_EQ(code_of(short_session.jwt(), policy(), now + 10'500ms), "token_expired");
  EXPECT_EQ(verified(short_session.jwt())->identity.expires_at(),
            std::chrono::floor<std::chrono::seconds>(now) + 11s);
  EXPECT_EQ(verified(good.jwt())->identity.expires_at(),
            std::chrono::floor<std::chrono::seconds>(now) + 4min);
}

TEST(CachedSession, AChangeOfItsUserCountsUpToAMinuteBeforeIt) {
  struct Case {
    const char* name;
    std::string times;
    std::int64_t made_at;
  };
  const std::int64_t iat = seconds(now - 1min);
  const std::string exp = fmt::format(R"(,"exp":{})", seconds(now + 4min));
  const Case cases[] = {
      {"of a whole second", fmt::format(R"("iat":{})", iat) + exp, (iat - 61) * 1'000},
      {"with parts of one", fmt::format(R"("iat":{}.5)", iat) + exp, (iat - 61) * 1'000 + 500},
      {"with a claim fresh, which no cache has",
       fmt::format(R"("iat":{},"fresh":{})", iat, iat * 1'000) + exp, (iat - 61) * 1'000},
  };
  for (const Case& c : cases) {
    const auto verdict = verified(Cache{}.with(&Cache::times, c.times).jwt());
    ASSERT_TRUE(verdict) << c.name << ": " << verdict.error().error.hint;
    EXPECT_EQ(verdict->marks.made_at, c.made_at) << c.name;
    EXPECT_EQ(verdict->marks.session, session_digest("s1")) << c.name;
  }
}

TEST(CachedSession, IsOfTheSessionWhoseCookieIsBesideIt) {
  EXPECT_EQ(code_of(Cache{}.jwt(), policy(), now, std::nullopt), "ada");
  EXPECT_EQ(code_of(Cache{}.jwt(), policy(), now, "AbCdEfGhIjKlMnOpQrStUvWxYz012346"), "token_expired");
  EXPECT_EQ(code_of(Cache{}.jwt(), policy(), now, ""), "token_expired");
}

TEST(CachedSession, AKeyThatIsNotHeldIsWorthAFetchForWhatIsOtherwiseGood) {
  const auto unknown = [](const Cache& cache) {
    const auto verdict = verify_cached_session(cache.jwt(), std::nullopt, policy(), KeySet{}, now);
    EXPECT_FALSE(verdict);
    return verdict ? Refusal{.error = {ErrorCode::internal_error, {}, {}, {}}, .missing_kid = {}}
                   : verdict.error();
  };
  const Refusal good = unknown({});
  EXPECT_EQ(good.missing_kid, "k1");
  EXPECT_EQ(good.unverified_subject, "ada");
  EXPECT_EQ(good.error.code, ErrorCode::session_unknown);
  EXPECT_FALSE(unknown(Cache{}.with(&Cache::audience, R"("aud":"other")")).missing_kid);
  EXPECT_FALSE(unknown(Cache{}.with(&Cache::times, R"("iat":1,"exp":2)")).missing_kid);
}

TEST(CachedSession, IsRememberedAsNoToken) {
  VerifiedTokens tokens{128, 30s};
  const std::string jwt = Cache{}.jwt();
  tokens.remember(jwt, verified(jwt).value(), now);
  EXPECT_TRUE(tokens.find(jwt, keys(), now, TokenType::session_cache));
  EXPECT_FALSE(tokens.find(jwt, keys(), now));
  EXPECT_FALSE(Verifier{policy()}.verify(jwt, keys(), now));
  // It stands for as long as a verification would find it good.
  const std::string ends = Cache{}.with_end("2026-11-29T05:00:10.500Z").jwt();
  tokens.remember(ends, verified(ends).value(), now);
  EXPECT_TRUE(tokens.find(ends, keys(), now + 10'499ms, TokenType::session_cache));
  EXPECT_FALSE(tokens.find(ends, keys(), now + 10'500ms, TokenType::session_cache));
}

}  // namespace
}  // namespace drawbridge
