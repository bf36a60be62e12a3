// What is made of each token; independent faults are all told, what follows from another is not.

#include <gtest/gtest.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using test::jwks_of;
using test::TestKey;
using Ids = std::set<std::string>;
using Changes = std::map<std::string, std::string>;

TEST(TokenChecks, FindNothingInAGoodToken) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.token = issuer.token();
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{});
  EXPECT_EQ(found.warnings, Ids{});
  for (const auto& [id, check] : found.checks)
    if (id.starts_with("token.")) {
      EXPECT_EQ(check.status, CheckStatus::ok) << id;
    }
}

TEST(TokenChecks, SayWhyThereIsNone) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  EXPECT_TRUE(found_by(visit)
                  .checks.at("token.uuid")
                  .summary.contains(
                      "give a token (DRAWBRIDGE_TOKEN) or a session (DRAWBRIDGE_SESSION), or pipe one"));
  visit.session_cookie = "c.s=";
  issuer.answers["GET /api/auth/get-session"] = {answer(200, "null")};
  EXPECT_EQ(found_by(visit).checks.at("token.form").summary, "because of the fault issuer.session");
}

struct ClaimsCase {
  const char* name;
  Changes claims;
  Ids faults;
  const char* says;  ///< by the first fault
};

TEST(TokenChecks, TellEachClaimThatIsNotAsItShouldBe) {
  const std::string past = std::to_string(now_seconds - 3'600);
  const std::string future = std::to_string(now_seconds + 3'600);
  const std::vector<ClaimsCase> cases{
      {"ended", {{"exp", past}}, {"token.times"}, "it expired at 2027-01-15T07:00:00.000Z"},
      {"issued later", {{"iat", future}, {"exp", future}}, {"token.times"}, "it is valid from 2027-01-15T09"},
      {"begins later", {{"nbf", future}, {"exp", future}}, {"token.times"}, "it is valid from 2027-01-15T09"},
      {"without end", {{"exp", ""}}, {"token.times"}, "\"exp\""},
      {"an end in words", {{"exp", "\"soon\""}}, {"token.times"}, "\"exp\""},
      {"another issuer", {{"iss", R"("https://a.example")"}}, {"token.issuer"}, "name different addresses"},
      {"a slash", {{"iss", R"("http://localhost:3000/")"}}, {"token.issuer"}, "the trailing slash"},
      {"no issuer", {{"iss", ""}}, {"token.issuer"}, "set `baseURL`"},
      {"an issuer that is no text", {{"iss", "1"}}, {"token.issuer"}, "not text"},
      {"another audience", {{"aud", R"(["a","b"])"}}, {"token.audience"}, R"("a", "b")"},
      {"ours among audiences", {{"aud", R"(["a","http://localhost:3000"])"}}, {}, ""},
      {"no audience", {{"aud", ""}}, {"token.audience"}, "set `baseURL`"},
      {"another baseURL",
       {{"iss", R"("http://127.0.0.1:3000")"}, {"aud", R"("http://127.0.0.1:3000")"}},
       {"token.issuer"},
       "different origins"},
      {"another issuer and another audience",
       {{"iss", R"("https://a.example")"}, {"aud", R"("https://b.example")"}},
       {"token.audience", "token.issuer"},
       "https://b.example"},
      {"no uuid", {{"uuid", ""}}, {"token.uuid"}, "plugins: [drawbridge()]"},
      {"null as uuid", {{"uuid", "null"}}, {"token.uuid"}, "plugins: [drawbridge()]"},
      {"no UUID as uuid", {{"uuid", R"("user-1")"}}, {"token.uuid"}, "drawbridge migrate plan"},
      {"no sub", {{"sub", ""}}, {"token.uuid"}, "\"sub\""},
      {"ended, without uuid, for another",
       {{"exp", past}, {"uuid", ""}, {"aud", R"("x")"}},
       {"token.audience", "token.times", "token.uuid"},
       "\"x\""},
      {"an ID token",
       {{"nonce", R"("n")"}, {"aud", R"("client")"}, {"uuid", ""}},
       {"token.kind"},
       "\"nonce\""},
      {"a logout token", {{"events", "{}"}}, {"token.kind"}, "\"events\""},
  };
  for (const ClaimsCase& c : cases) {
    FakeBetterAuth issuer;
    Visit visit = issuer.visit();
    visit.token = issuer.token(c.claims);
    const Found found = found_by(visit);
    EXPECT_EQ(found.faults, c.faults) << c.name;
    if (c.faults.empty()) continue;
    const std::string text = found.text_of(*c.faults.begin());
    EXPECT_NE(text.find(c.says), std::string::npos) << c.name << ": " << text;
  }
}

TEST(TokenChecks, NameTheSettingThatMendsAllAddresses) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  const auto remedy = [&](const Changes& claims) {
    visit.token = issuer.token(claims);
    return found_by(visit).checks.at("token.issuer").remedy;
  };
  const std::string elsewhere = R"("http://web:3000")";
  EXPECT_TRUE(
      remedy({{"iss", elsewhere}, {"aud", elsewhere}})
          .contains("set BETTER_AUTH_URL=http://web:3000; if the backend can reach the keys only at their "
                    "current address, also set BETTER_AUTH_JWKS_URL=http://localhost:3000/api/auth/jwks"));
  EXPECT_TRUE(remedy({{"iss", elsewhere}}).contains("set BETTER_AUTH_ISSUER=http://web:3000"));
  const std::string no_origin = R"("http://web:3000/")";
  EXPECT_TRUE(remedy({{"iss", no_origin}, {"aud", no_origin}}).contains("set BETTER_AUTH_ISSUER="));
}

TEST(TokenChecks, TakeAnyOfSeveralNamesAndSayWhatToDoAboutMore) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.policy.issuers.emplace_back("https://b.example");
  visit.policy.audiences.emplace_back("https://b.example");
  const auto with_origin = [&](const char* origin) {
    visit.token = issuer.token({{"iss", origin}, {"aud", origin}});
    return found_by(visit);
  };
  const Found second = with_origin(R"("https://b.example")");
  EXPECT_EQ(second.faults, Ids{});
  EXPECT_EQ(second.checks.at("token.issuer").summary, "`iss` is https://b.example");
  EXPECT_EQ(second.checks.at("token.audience").summary, "`aud` is https://b.example");
  const Found third = with_origin(R"("https://c.example")");
  EXPECT_EQ(third.faults, Ids{"token.issuer"});
  const std::string text = third.text_of("token.issuer");
  for (const char* part : {R"(the backend expects one of "http://localhost:3000", "https://b.example")",
                           "uses the host of each request", "(baseURL: { allowedHosts })",
                           "drawbridge({ jwt: { issuer, audience } })"})
    EXPECT_TRUE(text.contains(part)) << text;
}

TEST(TokenChecks, TakeTheWholeRowOfAUserForAWarning) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.token = issuer.token({{"createdAt", "\"2026\""}, {"image", "null"}});
  EXPECT_EQ(found_by(visit).warnings, Ids{"token.payload"});
  visit.token = issuer.token({{"image", "null"}, {"username", "\"al\""}});  // somebody's choice
  EXPECT_EQ(found_by(visit).warnings, Ids{});
}

TEST(TokenChecks, NeedNoUuidWhereSubIsTheUser) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.token = issuer.token({{"uuid", ""}});
  visit.variable = [](const std::string& name) {
    return name == "DRAWBRIDGE_USER_CLAIM" ? std::optional<std::string>{"sub"} : std::nullopt;
  };
  EXPECT_EQ(found_by(visit).faults, Ids{});
}

struct TextCase {
  const char* name;
  std::string token;
  Ids faults;
  const char* says;  ///< by the first fault
};

TEST(TokenChecks, TellWhatIsNoTokenAndWhatIsSomebodyElses) {
  const FakeBetterAuth issuer;
  const TestKey& key = issuer.key;
  const std::string payload = FakeBetterAuth::payload();
  const auto with_header = [&](const char* header) { return key.token(header, payload); };
  const TestKey stranger = TestKey::generate(Algorithm::eddsa, "k9");
  const TestKey impostor = TestKey::generate(Algorithm::eddsa, "k1");
  const std::string elsewhere =
      FakeBetterAuth::payload({{"iss", R"("https://a.example")"}, {"aud", R"("https://a.example")"}});
  const std::vector<TextCase> cases{
      {"a session token", std::string(32, 'a'), {"token.form"}, "opaque session token"},
      {"a cookie", std::string(32, 'a') + ".c2ln%3D", {"token.form"}, "session cookie"},
      {"five parts", "a.b.c.d.e", {"token.form"}, "JWE"},
      {"a header that is no JSON", "YQ.YQ.YQ", {"token.form"}, "header"},
      {"a payload that is no JSON", key.token("a"), {"token.form"}, "payload"},
      {"a payload with a member twice", key.token(R"({"a":1,"a":2})"), {"token.form"}, "payload"},
      {"an extension", with_header(R"({"alg":"EdDSA","kid":"k1","crit":["b64"]})"), {"token.form"}, "crit"},
      {"without kid", with_header(R"({"alg":"EdDSA"})"), {"token.key"}, "names no key"},
      {"of another typ",
       with_header(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})"),
       {"token.kind"},
       "at+jwt"},
      {"HS256",
       with_header(R"({"alg":"HS256","kid":"k1"})"),
       {"token.algorithm"},
       "can also make one, for any user"},
      {"the cookie cache by the secret",
       key.token(R"({"alg":"HS256"})", R"({"session":{"id":"s"},"user":{"id":"u"},"updatedAt":1})"),
       {"token.algorithm"},
       "cookie cache (session_data)"},
      {"none", with_header(R"({"alg":"none","kid":"k1"})"), {"token.algorithm"}, "did not make this"},
      {"ES256",
       with_header(R"({"alg":"ES256","kid":"k1"})"),
       {"token.algorithm"},
       "the key that it names uses another algorithm"},
      {"of another typ and HS256",
       with_header(R"({"alg":"HS256","kid":"k1","typ":"at+jwt"})"),
       {"token.algorithm"},
       "HS256"},
      {"HS256 and nothing else",
       key.token(R"({"alg":"HS256"})", R"({"sub":"7"})"),
       {"token.algorithm"},
       "it has no `iss`"},
      {"an ID token of somebody else",
       TestKey::generate(Algorithm::rs256, "g1").token(R"({"iss":"https://a.example","azp":"c","sub":"7"})"),
       {"token.key"},
       R"(its `iss` is "https://a.example")"},
      {"RS256 without kid", with_header(R"({"alg":"RS256"})"), {"token.key"}, "names no key"},
      {"of an unknown key", stranger.token(payload), {"token.key"}, "\"k9\""},
      {"of another Better Auth", stranger.token(elsewhere), {"token.key"}, "another Better Auth"},
      {"of another key of that name", impostor.token(payload), {"token.signature"}, "a key other than"},
      {"of another Better Auth under that name",
       impostor.token(elsewhere),
       {"token.signature"},
       "a key other than"},
      {"large",
       key.token(FakeBetterAuth::payload({{"x", '"' + std::string(20'000, 'x') + '"'}})),
       {"token.size"},
       "at most 16384"},
  };
  for (const TextCase& c : cases) {
    FakeBetterAuth asked = issuer;
    Visit visit = asked.visit();
    visit.token = c.token;
    const Found found = found_by(visit);
    EXPECT_EQ(found.faults, c.faults) << c.name;
    const std::string text = found.text_of(*c.faults.begin());
    EXPECT_NE(text.find(c.says), std::string::npos) << c.name << ": " << text;
    for (const auto& [id, check] : found.checks)
      EXPECT_EQ(found.text_of(id).find(c.token), std::string::npos) << c.name << " is shown by " << id;
  }
}

TEST(TokenChecks, TellAKeyThatCannotVerifyAtTheKey) {
  struct Case {
    const char* name;
    std::string set;
    Ids faults;
  };
  const FakeBetterAuth issuer;
  const std::string good = issuer.key.jwk();
  const std::string other = TestKey::generate(Algorithm::eddsa, "k2").jwk();
  const std::string weak = R"({"kid":"k1","kty":"OKP","crv":"Ed25519","x":"AA"})";
  const std::vector<Case> cases{
      {"named twice", jwks_of({good, good}), {"jwks.kids"}},
      {"without its name", jwks_of({"{" + issuer.key.material() + "}", other}), {"jwks.kids"}},
      {"published", jwks_of({issuer.key.jwk(R"(,"d":"AA")"), other}), {"jwks.private_members"}},
      {"broken, alone", jwks_of({weak}), {"jwks.strength"}},
      {"broken, beside a good one", jwks_of({weak, other}), {"token.key"}},
      {"for encryption", jwks_of({issuer.key.jwk(R"(,"use":"enc")"), other}), {"token.key"}},
      {"of another kind", jwks_of({TestKey::generate(Algorithm::es256, "k1").jwk()}), {"jwks.algorithm"}},
      {"of another kind, beside one that fits",
       jwks_of({TestKey::generate(Algorithm::es256, "k1").jwk(), other}),
       {"token.key"}},
      {"none", R"({"keys":[]})", {"jwks.not_empty"}},
  };
  for (const Case& c : cases) {
    FakeBetterAuth asked = issuer;
    asked.answers["GET /api/auth/jwks"] = {answer(200, c.set)};
    Visit visit = asked.visit();
    visit.token = issuer.token();
    EXPECT_EQ(found_by(visit).faults, c.faults) << c.name;
  }
}

TEST(TokenChecks, TellAnAlgorithmOnceWithItsKeys) {
  FakeBetterAuth issuer;
  const TestKey key = TestKey::generate(Algorithm::es256, "e");
  issuer.answers["GET /api/auth/jwks"] = {answer(200, jwks_of({key.jwk()}))};
  Visit visit = issuer.visit();
  visit.token = key.token(FakeBetterAuth::payload());
  EXPECT_EQ(found_by(visit).faults, Ids{"jwks.algorithm"});
  visit.policy.algorithms = {Algorithm::es256};
  EXPECT_EQ(found_by(visit).faults, Ids{});
}

TEST(TokenChecks, TellASharedSecretAtTheBetterAuthThatSignsWithIt) {
  FakeBetterAuth issuer;
  const std::string token = issuer.key.token(R"({"alg":"HS256","typ":"JWT"})", FakeBetterAuth::payload());
  issuer.answers["GET /api/auth/token"] = {answer(200, R"({"token":")" + token + "\"}")};
  Visit visit = issuer.visit();
  visit.session_cookie = std::string(32, 'a') + ".c2ln%3D";
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{"token.algorithm"});
  const std::string text = found.text_of("token.algorithm");
  EXPECT_TRUE(text.contains("Better Auth's option jwt.sign signs its tokens with a shared secret")) << text;
  EXPECT_TRUE(text.contains("remove jwt.sign and jwks.remoteUrl")) << text;
  EXPECT_FALSE(text.contains("this Better Auth did not make this token")) << text;
}

TEST(TokenChecks, TakeEdDsaByItsNewerNameAndShowIt) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.token = issuer.key.token(R"({"alg":"Ed25519","kid":"k1"})", FakeBetterAuth::payload());
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{});
  EXPECT_EQ(found.checks.at("token.algorithm").summary, "Ed25519");
  EXPECT_EQ(found.checks.at("token.signature").status, CheckStatus::ok);
  visit.token = issuer.key.token(R"({"alg":"Ed448","kid":"k1"})", FakeBetterAuth::payload());
  EXPECT_EQ(found_by(visit).faults, Ids{"token.algorithm"});
}

TEST(TokenChecks, AdviseAnAlgorithmThatTheTokensKeyHas) {
  FakeBetterAuth issuer;
  const TestKey other = TestKey::generate(Algorithm::es256, "e");
  issuer.answers["GET /api/auth/jwks"] = {answer(200, jwks_of({issuer.key.jwk(), other.jwk()}))};
  Visit visit = issuer.visit();
  const auto text_of = [&](const std::string& token) {
    visit.token = token;
    const Found found = found_by(visit);
    EXPECT_EQ(found.faults, Ids{"token.algorithm"});
    return found.text_of("token.algorithm");
  };
  EXPECT_TRUE(text_of(other.token(FakeBetterAuth::payload())).contains("set DRAWBRIDGE_ALGORITHMS=ES256"));
  const auto misnamed = issuer.key.token(R"({"alg":"ES256","kid":"k1"})", R"({"sub":"7"})");
  EXPECT_FALSE(text_of(misnamed).contains("DRAWBRIDGE_ALGORITHMS"));
}

TEST(TokenChecks, SayOfATokenThatIsNotOursOnlyThat) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  const TestKey stranger = TestKey::generate(Algorithm::eddsa, "k9");
  visit.token = stranger.token(R"({"createdAt":"2026","nonce":"n"})");
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{"token.key"});
  EXPECT_EQ(found.warnings, Ids{});
  for (const char* id :
       {"token.kind", "token.times", "token.issuer", "token.audience", "token.uuid", "token.payload"})
    EXPECT_EQ(found.checks.at(id).summary, "because of the fault token.key") << id;
}

TEST(TokenChecks, LeaveAnotherAlgorithmToTheKeySetThatIsNotThere) {
  FakeBetterAuth issuer;
  issuer.answers["GET /api/auth/jwks"] = {answer(200, R"({"keys":[]})")};
  Visit visit = issuer.visit();
  visit.token = TestKey::generate(Algorithm::es256, "e").token(FakeBetterAuth::payload());
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{"jwks.not_empty"});
  EXPECT_EQ(found.checks.at("token.algorithm").summary, "because of the fault jwks.not_empty");
}

TEST(TokenChecks, AskAgainForAKeyThatTheSetLacks) {
  FakeBetterAuth issuer;
  const std::string old_set = jwks_of({TestKey::generate(Algorithm::eddsa, "k0").jwk()});
  issuer.answers["GET /api/auth/jwks"] = {answer(200, old_set), answer(200, jwks_of({issuer.key.jwk()}))};
  Visit visit = issuer.visit();
  visit.token = issuer.token();
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{});
  EXPECT_EQ(found.checks.at("token.signature").status, CheckStatus::ok);
}

TEST(TokenChecks, LeaveTimesToTheClockThatIsWrong) {
  FakeBetterAuth issuer;
  fetch::HttpAnswer from_the_past{.status = 200,
                                  .headers = {{"Date", "Fri, 15 Jan 2027 07:30:00 GMT"}},
                                  .body = jwks_of({issuer.key.jwk()})};
  issuer.answers["GET /api/auth/jwks"] = {from_the_past};
  Visit visit = issuer.visit();
  visit.token = issuer.token(
      {{"iat", std::to_string(now_seconds - 1'860)}, {"exp", std::to_string(now_seconds - 960)}});
  EXPECT_EQ(found_by(visit).faults, Ids{"clock.issuer"});
  visit.token = issuer.token({{"exp", std::to_string(now_seconds - 7'200)}});  // by either clock
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, (Ids{"clock.issuer", "token.times"}));
  EXPECT_NE(found.text_of("token.times").find("Better Auth's clock is 1800 s behind"), std::string::npos)
      << found.text_of("token.times");
}

}  // namespace
}  // namespace drawbridge::doctor
