// Whose session it is, by the record in storage: what a token of the same session would say.

#include "core/credentials/session_identity.h"

#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "core/credentials/issuer_answer.h"
#include "core/identity/identity_json.h"
#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 5h;
constexpr std::string_view token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
const std::string issuer = "https://app.example.com";
const std::string uuid = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";

Policy policy() {
  Policy policy{issuer, issuer};
  policy.issuers.emplace_back("https://www.example.com");
  policy.required_claims = {"uuid"};
  return policy;
}

std::string record(const std::string& session, const std::string& user, std::string_view of = token) {
  return R"({"session":{"id":"s1","token":")" + std::string{of} + R"(","userId":"ada",)" + session +
         R"(},"user":{"id":"ada",)" + user + "}}";
}
const std::string ends = R"("expiresAt":"2026-12-06T05:00:00.000Z","createdAt":"2026-11-29T04:00:00.000Z")";
const std::string ada =
    R"("uuid":")" + uuid + R"(","email":"ada@example.com","name":"Ada","emailVerified":true)";

TEST(SessionIdentity, IsTheOneThatATokenGives) {
  const std::string said = R"("uuid":")" + uuid + R"(","sub":"ada","sid":"s1",)";
  const std::string of_ada = R"("email":"ada@example.com","emailVerified":true,"name":"Ada")";
  struct Case {
    const char* name;
    std::string record;
    std::string claims;
  };
  const Case cases[] = {
      {"a user", record(ends, ada), of_ada},
      {"of a database without booleans and times",
       record(R"("expires_at":1796533200)", R"("uuid":")" + uuid +
                                                R"(","email":"ada@example.com","name":"Ada",)" +
                                                R"("email_verified":1,"banned":0)"),
       of_ada},
      {"with roles", record(ends, ada + R"(,"role":"user,admin")"), of_ada + R"(,"role":"user,admin")"},
      {"with an empty role", record(ends, ada + R"(,"role":"")"), of_ada},
      {"whom an administrator plays", record(ends + R"(,"impersonatedBy":"root")", ada),
       of_ada + R"(,"impersonatedBy":"root")"},
      {"anonymous", record(ends, ada + R"(,"isAnonymous":true)"), of_ada + R"(,"isAnonymous":true)"},
      {"without a name, with quotes in the address",
       record(ends,
              R"("uuid":")" + uuid + R"(","email":"\"a\\b\"@example.com","name":null,"emailVerified":false)"),
       R"("email":"\"a\\b\"@example.com","emailVerified":false,"name":null)"},
  };
  const test::TestKey key = test::TestKey::generate(Algorithm::eddsa, "k1");
  const KeySet keys = test::key_set_of({key.jwk()});
  const auto seconds = std::to_string(now.time_since_epoch() / 1s);
  const auto end = std::to_string((now + stored_identity_life).time_since_epoch() / 1s);
  for (const Case& c : cases) {
    const auto by_token =
        Verifier{policy()}.verify(key.token("{" + said + c.claims + R"(,"iat":)" + seconds + R"(,"exp":)" +
                                            end + R"(,"iss":")" + issuer + R"(","aud":")" + issuer + R"("})"),
                                  keys, now);
    ASSERT_TRUE(by_token) << c.name << ": " << by_token.error().detail;
    const auto by_session = identity_of_session(c.record, token, policy(), now);
    ASSERT_TRUE(by_session && *by_session) << c.name << ": " << by_session.error();
    EXPECT_EQ(identity_json(**by_session),
              identity_json(identity_of_exchange(*by_token, CredentialKind::session)))
        << c.name;
    EXPECT_FALSE((*by_session)->organizations()) << c.name << ": unknown, which is not: none";
    EXPECT_EQ((*by_session)->claims_json().contains("isAnonymous"), c.claims.contains("isAnonymous"))
        << c.name;
  }
}

TEST(SessionIdentity, HoldsForAWhileAndNotBeyondTheSession) {
  struct Case {
    const char* end;
    Instant now;
    std::chrono::sys_seconds expires_at;
  };
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const Case cases[] = {
      {R"("expiresAt":"2026-12-06T05:00:00.000Z")", now, second + 30s},
      {R"("expiresAt":"2026-11-29T05:00:10.000Z")", now, second + 10s},
      {R"("expiresAt":"2026-11-29T05:00:00.900Z")", now + 500ms, second + 1s},
  };
  Policy strict = policy();
  strict.clock_skew = 0s;
  for (const Case& c : cases) {
    const auto who = identity_of_session(record(c.end, ada), token, strict, c.now);
    ASSERT_TRUE(who && *who) << c.end << ": " << who.error();
    EXPECT_EQ((*who)->expires_at(), c.expires_at) << c.end;
    EXPECT_EQ((*who)->issued_at(), second) << c.end;
  }
}

TEST(SessionIdentity, OfNoSessionThereIsNone) {
  const std::pair<const char*, std::string> cases[] = {
      {"that is over", record(R"("expiresAt":"2026-11-29T05:00:00.000Z")", ada)},
      {"of a banned user", record(ends, ada + R"(,"banned":true)")},
      {"of one banned on SQLite",
       record(ends, ada + R"(,"banned":1,"banExpires":"2026-11-29T05:00:00.000Z")")},
  };
  for (const auto& [name, stored] : cases) {
    const auto who = identity_of_session(stored, token, policy(), now);
    ASSERT_TRUE(who) << name << ": " << who.error();
    EXPECT_FALSE(*who) << name;
  }
  const auto revoked = identity_of_session(record(ends, ada), token, policy(), now, now - 30min);
  ASSERT_TRUE(revoked) << revoked.error();
  EXPECT_FALSE(*revoked);
  EXPECT_TRUE(identity_of_session(record(ends, ada), token, policy(), now, now - 1h).value());
}

TEST(SessionIdentity, WhatCannotBeToldIsAFailure) {
  Policy small = policy();
  small.max_token_size = 100;
  const auto fault_of = [](const std::string& stored, const Policy& by = policy()) {
    const auto who = identity_of_session(stored, token, by, now);
    return who ? std::string{*who ? "an identity" : "none"} : who.error();
  };
  EXPECT_EQ(fault_of("nothing"), "The session's record is not valid JSON.");
  EXPECT_EQ(fault_of(record(R"("expiresAt":null)", ada)),
            "The session's record cannot be used: session.expiresAt is missing.");
  EXPECT_EQ(fault_of(record(ends, ada, "AbCdEfGhIjKlMnOpQrStUvWxYz012346")),
            "The session store returned a different session than the one asked for.");
  EXPECT_EQ(
      fault_of(record(ends, R"("email":"ada@example.com")")),
      "A token for this session's user would be refused, claim_missing: The token lacks the claim \"uuid\". "
      "Check the user's row, and the output of `drawbridge migrate plan`.");
  EXPECT_TRUE(fault_of(record(ends, R"("uuid":"ADA")")).contains("claim_invalid"));
  EXPECT_TRUE(fault_of(record(ends + R"(,"impersonatedBy":"")", ada)).contains("claim_invalid"));
  EXPECT_EQ(fault_of(record(ends, ada), small), "The session's user has more data than fits into a token.");
}

TEST(SessionIdentity, SaysWhichClaimStorageCannotGive) {
  EXPECT_EQ(claim_not_of_storage({}), std::nullopt);
  EXPECT_EQ(claim_not_of_storage({"uuid", "sid", "email", "role", "iat"}), std::nullopt);
  EXPECT_EQ(claim_not_of_storage({"uuid", "tenant"}), "tenant");
  EXPECT_EQ(claim_not_of_storage({"orgs"}), "orgs");
}

}  // namespace
}  // namespace drawbridge
