// What is made of each answer to the question for the keys.

#include <gtest/gtest.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using test::jwks_of;
using test::TestKey;
using Ids = std::set<std::string>;

const std::string keys_path = "GET /api/auth/jwks";

TEST(KeyChecks, FindNothingOnAHealthyBetterAuth) {
  FakeBetterAuth issuer;
  const Found found = found_by(issuer.visit());
  EXPECT_EQ(found.faults, Ids{});
  EXPECT_EQ(found.warnings, Ids{});
  EXPECT_EQ(found.checks.at("jwks.algorithm").status, CheckStatus::ok);
  EXPECT_EQ(issuer.asked, (std::vector<std::string>{keys_path, "GET /api/auth/drawbridge/revocations"}));
}

// --- the answer ------------------------------------------------------------------------------------

struct AnswerCase {
  const char* name;
  FakeBetterAuth::Answer given;
  const char* check;
  const char* says;
};

std::string many_keys(std::size_t count) {
  std::string keys;
  for (std::size_t i = 0; i < count; ++i) keys += keys.empty() ? "{}" : ",{}";
  return R"({"keys":[)" + keys + "]}";
}

TEST(KeyChecks, TellEachAnswerThatIsNoKeySet) {
  const std::vector<AnswerCase> cases{
      {"nobody", std::unexpected{"Nothing listens at http://localhost:3000/api/auth/jwks."}, "jwks.reachable",
       "in a container"},
      {"to sign in", answer(307, "", {{"Location", "/sign-in"}}), "jwks.status", "exempt /api/auth"},
      {"to https", answer(308, "", {{"Location", "https://a.example/k"}}), "jwks.status",
       "https://a.example/k"},
      {"to nowhere", answer(302), "jwks.status", "the final address"},
      {"401", answer(401), "jwks.status", "keys are public"},
      {"403", answer(403), "jwks.status", "keys are public"},
      {"429", answer(429), "jwks.status", "rateLimit.customRules"},
      {"500", answer(500), "jwks.status", "--database-url"},
      {"503", answer(503), "jwks.status", "--database-url"},
      {"204", answer(204), "jwks.status", "does not return this status"},
      {"a page", answer(200, " \n<html>"), "jwks.document", "a web page"},
      {"nothing", answer(200), "jwks.document", "not valid JSON"},
      {"a list", answer(200, "[]"), "jwks.document", "not a JSON object"},
      {"no keys", answer(200, "{}"), "jwks.document", "no array \"keys\""},
      {"too many keys", answer(200, many_keys(1'001)), "jwks.document", "over 1,000"},
      {"no key", answer(200, R"({"keys":[]})"), "jwks.not_empty", "get a token"},
  };
  for (const AnswerCase& c : cases) {
    FakeBetterAuth issuer;
    issuer.answers[keys_path] = {c.given};
    const Found found = found_by(issuer.visit());
    EXPECT_EQ(found.faults, Ids{c.check}) << c.name;
    EXPECT_NE(found.text_of(c.check).find(c.says), std::string::npos)
        << c.name << ": " << found.text_of(c.check);
  }
}

TEST(KeyChecks, TellAnUnreachableMachineOtherwiseThanThisOne) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.jwks_url = "https://auth.example.com/api/auth/jwks";
  issuer.answers[keys_path] = {std::unexpected{"The host has no address."}};
  EXPECT_NE(found_by(visit).text_of("jwks.reachable").find("curl -i https://auth.example.com"),
            std::string::npos);
}

TEST(KeyChecks, TellWhyThereIsNothingAtThePath) {
  struct Case {
    const char* name;
    std::string base;
    std::map<std::string, FakeBetterAuth::Answer> answers;
    const char* says;
  };
  const std::string jwks_set = jwks_of({});
  const std::vector<Case> cases{
      {"another base",
       "/auth",
       {{"GET /api/auth/ok", answer(200)}},
       "set BETTER_AUTH_URL=http://localhost:3000"},
      {"no Better Auth", "/auth", {{"GET /api/auth/ok", answer(404)}}, "its basePath is different"},
      {"nothing at the usual base",
       "/api/auth",
       {{"GET /api/auth/ok", answer(404)}},
       "its basePath is different"},
      {"no plugin", "/api/auth", {{"GET /api/auth/token", answer(404)}}, "has no JWT plugin"},
      {"another jwksPath", "/api/auth", {{"GET /api/auth/token", answer(401)}}, "jwks.jwksPath"},
      {"keys elsewhere",
       "/api/auth",
       {{"GET /api/auth/token", answer(401)},
        {"GET /api/auth/jwks", answer(404, "", {{"Content-Type", "application/json"}})}},
       "set BETTER_AUTH_JWKS_URL to the value of jwks.remoteUrl"},
      {"a proxy that says so of everything",
       "/api/auth",
       {{"GET /api/auth/token", answer(401)},
        {"GET /api/auth/jwks", answer(404, "", {{"Content-Type", "application/json"}})},
        {"GET /api/auth/jwks-of-nobody", answer(404, "", {{"Content-Type", "application/json"}})}},
       "jwks.jwksPath"},
  };
  for (const Case& c : cases) {
    FakeBetterAuth issuer;
    issuer.answers[keys_path] = {answer(404)};
    for (const auto& [path, given] : c.answers) issuer.answers[path] = {given};
    Visit visit = issuer.visit();
    visit.better_auth_url = "http://localhost:3000" + c.base;
    visit.jwks_url = visit.better_auth_url + "/jwks";
    const Found found = found_by(visit);
    EXPECT_EQ(found.faults, Ids{"jwks.status"}) << c.name;
    EXPECT_NE(found.text_of("jwks.status").find(c.says), std::string::npos) << found.text_of("jwks.status");
  }
}

TEST(KeyChecks, TellThatTheKeysAreWhereTheyAreByDefault) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.jwks_url = "http://localhost:3000/elsewhere";
  EXPECT_NE(found_by(visit).text_of("jwks.status").find("remove BETTER_AUTH_JWKS_URL"), std::string::npos);
}

TEST(KeyChecks, TellAWrongPortOnceWhereTheTokenSaysTheRightOne) {
  struct Case {
    const char* name;
    FakeBetterAuth::Answer given;  ///< at the wrong port
    const char* better_auth_url;
    Ids faults;
  };
  const std::vector<Case> cases{
      {"nothing there", std::unexpected{"Nothing listens."}, "http://localhost:4000", {"jwks.reachable"}},
      {"something else there", answer(404), "http://localhost:4000", {"jwks.status"}},
      {"another host",
       std::unexpected{"Nothing listens."},
       "http://127.0.0.1:4000",
       {"jwks.reachable", "token.issuer"}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    FakeBetterAuth issuer;
    Visit visit = issuer.visit();
    visit.token = issuer.token();
    visit.better_auth_url = std::string{c.better_auth_url} + "/api/auth";
    visit.jwks_url = visit.better_auth_url + "/jwks";
    visit.policy = Policy{c.better_auth_url, c.better_auth_url};
    visit.call = [&, at_right_port = visit.call](const fetch::HttpCall& call) {
      return call.url.starts_with(c.better_auth_url) ? c.given : at_right_port(call);
    };
    const Found found = found_by(visit);
    EXPECT_EQ(found.faults, c.faults);
    const bool knows = c.faults.size() == 1;
    const std::string remedy = found.checks.at(*c.faults.begin()).remedy;
    EXPECT_EQ(remedy.starts_with("set BETTER_AUTH_URL=http://localhost:3000;"), knows) << remedy;
  }
}

TEST(KeyChecks, CompareTheClocksWhereTheyCan) {
  FakeBetterAuth issuer;
  issuer.answers[keys_path] = {fetch::HttpAnswer{.status = 500, .headers = {}, .body = {}}};
  EXPECT_EQ(found_by(issuer.visit()).checks.at("clock.issuer").status, CheckStatus::not_checked);
  issuer.answers[keys_path] = {
      fetch::HttpAnswer{.status = 500, .headers = {{"date", "Fri, 15 Jan 2027 08:05:00 GMT"}}, .body = {}}};
  EXPECT_EQ(found_by(issuer.visit()).faults, (Ids{"clock.issuer", "jwks.status"}));
}

// --- the keys --------------------------------------------------------------------------------------

struct SetCase {
  const char* name;
  std::string set;
  Ids faults;
  Ids warnings;
  const char* says;  ///< by the first of either
};

TEST(KeyChecks, TellWhatIsWrongWithKeys) {
  const TestKey good = TestKey::generate(Algorithm::eddsa, "k1");
  const TestKey other = TestKey::generate(Algorithm::eddsa, "k2");
  const TestKey es256 = TestKey::generate(Algorithm::es256, "es");
  const TestKey weak = TestKey::generate(Algorithm::rs256, "weak", 1024);
  const std::string ok = good.jwk();
  const std::string small_order =
      R"({"kid":"s","kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";
  const std::string x25519 =
      R"({"kid":"x","kty":"OKP","crv":"X25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";
  const std::string foreign_alg = R"({"kid":"h","kty":"oct","alg":"HS256"})";
  std::string fifty_one = ok;
  for (int i = 0; i < 50; ++i)
    fifty_one += ",{" + other.material() + R"(,"alg":"EdDSA","kid":"n)" + std::to_string(i) + "\"}";

  const std::vector<SetCase> cases{
      {"two good ones", jwks_of({ok, other.jwk()}), {}, {}, ""},
      {"one that fits and one that does not", jwks_of({ok, es256.jwk()}), {}, {}, ""},
      {"fifty-one", R"({"keys":[)" + fifty_one + "]}", {}, {"jwks.count"}, "51 keys"},
      {"one kid thrice", jwks_of({ok, ok, ok, other.jwk()}), {"jwks.kids"}, {}, "several keys share \"k1\""},
      {"no kid", jwks_of({ok, "{" + other.material() + "}"}), {"jwks.kids"}, {}, "has no kid"},
      {"a long kid",
       jwks_of({ok, R"({"kid":")" + std::string(257, 'k') + "\"," + other.material() + "}"}),
       {"jwks.kids"},
       {},
       "256 bytes"},
      {"a private one", jwks_of({ok, other.jwk(R"(,"d":"AA")")}), {"jwks.private_members"}, {}, "\"k2\""},
      {"a private one alone",
       jwks_of({ok.substr(0, ok.size() - 1) + R"(,"d":"AA"})"}),
       {"jwks.private_members"},
       {},
       "delete these rows"},
      {"a shared secret",
       jwks_of({ok, R"({"kid":"s","kty":"oct","k":"AA"})"}),
       {"jwks.private_members"},
       {},
       "\"s\""},
      {"a weak one beside", jwks_of({ok, weak.jwk()}), {}, {"jwks.strength"}, "1024 bits"},
      {"a weak one alone", jwks_of({weak.jwk()}), {"jwks.strength"}, {}, "1024 bits"},
      {"of small order", jwks_of({ok, small_order}), {}, {"jwks.strength"}, "small order"},
      {"for encryption beside", jwks_of({ok, other.jwk(R"(,"use":"enc")")}), {}, {}, ""},
      {"for encryption alone",
       jwks_of({other.jwk(R"(,"use":"enc")")}),
       {"jwks.algorithm"},
       {},
       "accepts EdDSA"},
      {"for signing alone",
       jwks_of({other.jwk(R"(,"key_ops":["sign"])")}),
       {"jwks.algorithm"},
       {},
       "accepts EdDSA"},
      {"of another curve alone", jwks_of({x25519}), {"jwks.algorithm"}, {}, "X25519"},
      {"of a foreign alg alone", jwks_of({foreign_alg}), {"jwks.algorithm"}, {}, "HS256"},
      {"EdDSA by its newer name", jwks_of({TestKey::generate(Algorithm::ed25519, "k1").jwk()}), {}, {}, ""},
      {"ES256", jwks_of({es256.jwk()}), {"jwks.algorithm"}, {}, "set DRAWBRIDGE_ALGORITHMS=ES256"},
      {"ES256 and a private one",
       jwks_of({es256.jwk(), other.jwk(R"(,"d":"AA")")}),
       {"jwks.algorithm", "jwks.private_members"},
       {},
       "ES256"},
  };
  for (const SetCase& c : cases) {
    FakeBetterAuth issuer;
    issuer.answers[keys_path] = {answer(200, c.set)};
    const Found found = found_by(issuer.visit());
    EXPECT_EQ(found.faults, c.faults) << c.name;
    EXPECT_EQ(found.warnings, c.warnings) << c.name;
    if (*c.says == '\0') continue;
    const std::string text = found.text_of(c.faults.empty() ? *c.warnings.begin() : *c.faults.begin());
    EXPECT_NE(text.find(c.says), std::string::npos) << c.name << ": " << text;
  }
}

TEST(KeyChecks, ShowEdDsaByTheNameThatTheKeyHas) {
  struct Case {
    Algorithm key;
    std::vector<Algorithm> accepted;
    const char* says;  ///< all of it where it is ok
    bool healthy;
  };
  using enum Algorithm;
  const Case cases[] = {
      {eddsa, {eddsa}, "a key uses an accepted algorithm: EdDSA", true},
      {ed25519, {eddsa}, "a key uses an accepted algorithm: Ed25519", true},
      {ed25519, {ed25519}, "a key uses an accepted algorithm: Ed25519", true},
      {eddsa, {ed25519}, "the keys are for EdDSA, but the backend accepts Ed25519", false},
  };
  for (const Case& c : cases) {
    FakeBetterAuth issuer;
    issuer.answers[keys_path] = {answer(200, jwks_of({TestKey::generate(c.key, "k1").jwk()}))};
    Visit visit = issuer.visit();
    visit.policy.algorithms = c.accepted;
    const Found found = found_by(visit);
    EXPECT_EQ(found.checks.at("jwks.algorithm").summary, c.says);
    EXPECT_EQ(found.faults.contains("jwks.algorithm"), !c.healthy) << c.says;
  }
}

}  // namespace
}  // namespace drawbridge::doctor
