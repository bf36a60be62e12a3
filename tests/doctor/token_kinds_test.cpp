// Every kind of token with every kind of API: doctor says something of each check, and ends.

#include <algorithm>
#include <memory>
#include <mutex>

#include <gtest/gtest.h>

#include "core/jose/unverified_token.h"
#include "doctor/catalogue.h"
#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using fetch::HttpCall;
using test::TestKey;

constexpr std::string_view api = "http://localhost:8000";

struct Kind {
  std::string name;
  std::string token;
};

std::vector<Kind> kinds_of_tokens(const FakeBetterAuth& issuer) {
  const TestKey& key = issuer.key;
  const std::string payload = FakeBetterAuth::payload();
  const auto header = [&](const char* json) { return key.token(json, payload); };
  const std::string past = std::to_string(now_seconds - 3'600);
  const std::string future = std::to_string(now_seconds + 3'600);
  return {
      {"good", issuer.token()},
      {"no uuid", issuer.token({{"uuid", ""}})},
      {"null as uuid", issuer.token({{"uuid", "null"}})},
      {"a uuid that is none", issuer.token({{"uuid", R"("7")"}})},
      {"a number as uuid", issuer.token({{"uuid", "7"}})},
      {"no sub", issuer.token({{"sub", ""}})},
      {"an empty sub", issuer.token({{"sub", R"("")"}})},
      {"a number as sub", issuer.token({{"sub", "7"}})},
      {"neither", issuer.token({{"sub", ""}, {"uuid", ""}})},
      {"a sub that is no part of a path", issuer.token({{"sub", R"("../a b?c#d%/\u00e9")"}, {"uuid", ""}})},
      {"a long sub", issuer.token({{"sub", '"' + std::string(5'000, 'x') + '"'}, {"uuid", ""}})},
      {"an e-mail", issuer.token({{"email", R"("a@example.com")"}, {"emailVerified", "true"}})},
      {"an e-mail that is none", issuer.token({{"email", "[]"}, {"emailVerified", "7"}})},
      {"no e-mail and no uuid", issuer.token({{"email", ""}, {"uuid", ""}})},
      {"expired", issuer.token({{"exp", past}})},
      {"expired, no uuid", issuer.token({{"exp", past}, {"uuid", ""}})},
      {"later", issuer.token({{"nbf", future}, {"exp", future}})},
      {"for ever", issuer.token({{"exp", "253402300799"}, {"iat", "0"}})},
      {"times that are none", issuer.token({{"exp", "-1e300"}, {"iat", "1e300"}, {"nbf", "[]"}})},
      {"no times", issuer.token({{"exp", ""}, {"iat", ""}})},
      {"no claim at all", key.token("{}")},
      {"a whole row", issuer.token({{"createdAt", "7"}, {"updatedAt", "null"}, {"image", "{}"}})},
      {"another issuer", issuer.token({{"iss", R"("https://a.example")"}})},
      {"no issuer, no audience, no uuid", issuer.token({{"iss", ""}, {"aud", ""}, {"uuid", ""}})},
      {"an issuer that is no text", issuer.token({{"iss", "{}"}, {"aud", "[7,[]]"}})},
      {"an ID token", issuer.token({{"nonce", R"("n")"}, {"uuid", ""}})},
      {"another algorithm", header(R"({"alg":"ES256","kid":"k1"})")},
      {"HMAC", header(R"({"alg":"HS256","kid":"k1"})")},
      {"unsigned", header(R"({"alg":"none"})")},
      {"no algorithm", header(R"({"kid":"k1"})")},
      {"no key", header(R"({"alg":"EdDSA"})")},
      {"another key", TestKey::generate(Algorithm::eddsa, "k9").token(payload)},
      {"forged", TestKey::generate(Algorithm::eddsa, "k1").token(payload)},
      {"of another typ", header(R"({"alg":"EdDSA","kid":"k1","typ":"at+jwt"})")},
      {"an empty header", header("{}")},
      {"a list as header", header("[]")},
      {"a payload that is no JSON", key.token("\xff")},
      {"a list as payload", key.token("[]")},
      {"deep", key.token(std::string(5'000, '['))},
      {"large", issuer.token({{"x", '"' + std::string(20'000, 'x') + '"'}})},
      {"the session token", std::string(32, 'a')},
      {"the cookie", std::string(32, 'a') + ".c2ln%3D"},
      {"encrypted", "a.b.c.d.e"},
      {"dots", ".."},
      {"a dot", "."},
      {"a space", " "},
      {"bytes", std::string{"\0\xff\n", 3}}};
}

struct Api {
  const char* name;
  HttpAnswer (*answer)(const HttpCall& call);
};

HttpAnswer status(int status) {
  return {.status = status};
}

/// As it should be, for whom the token's `sub` names.
HttpAnswer by_subject(const HttpCall& call) {
  if (call.url.ends_with("/readyz")) return status(404);
  const auto token = std::ranges::find(call.headers, "Authorization", &fetch::HttpHeader::name);
  if (token == call.headers.end()) return status(401);
  const bool is_unsigned = token->value.ends_with('.');
  const bool is_changed = split_token(token->value.substr(7))->unverified_payload.ends_with(' ');
  if (is_unsigned || is_changed) return status(401);
  return status(call.url.contains("/user-1/") ? 200 : 403);
}

const std::vector<Api> apis{{"answers all", [](const HttpCall&) { return status(200); }},
                            {"401", [](const HttpCall&) { return status(401); }},
                            {"403", [](const HttpCall&) { return status(403); }},
                            {"404", [](const HttpCall&) { return status(404); }},
                            {"429", [](const HttpCall&) { return status(429); }},
                            {"500", [](const HttpCall&) { return status(500); }},
                            {"asks for a token, refuses every user",
                             [](const HttpCall& call) { return status(call.headers.empty() ? 401 : 403); }},
                            {"asks for a token, takes every one",
                             [](const HttpCall& call) { return status(call.headers.empty() ? 401 : 200); }},
                            {"by sub", by_subject}};

Visit visit_with(FakeBetterAuth& issuer, const Api& asked, const std::string& user_claim) {
  Visit visit = issuer.visit();
  visit.api_url = api;
  visit.production = true;
  // Which fetches keys on several threads.
  const auto mutex = std::make_shared<std::mutex>();
  visit.call = [mutex, at_issuer = visit.call, &asked](const HttpCall& call) -> FakeBetterAuth::Answer {
    const std::lock_guard lock{*mutex};
    return call.url.starts_with(api) ? asked.answer(call) : at_issuer(call);
  };
  visit.variable = [user_claim](const std::string& name) {
    return name == "DRAWBRIDGE_USER_CLAIM" ? std::optional{user_claim} : std::nullopt;
  };
  visit.read_database = [] { return schema::BridgeFacts{.product = "postgresql", .version = "15.4"}; };
  visit.user_exists = [](const schema::NamedUser&) { return false; };
  return visit;
}

TEST(TokenKinds, AreAllExaminedToTheEnd) {
  FakeBetterAuth issuer;
  issuer.answers["GET /api/auth/get-session"] = {answer(200, "null")};
  for (const auto& [name, token] : kinds_of_tokens(issuer)) {
    for (const Api& asked : apis) {
      for (const std::string user_claim : {"uuid", "sub"}) {
        SCOPED_TRACE(name + " / " + asked.name + " / " + user_claim);
        Visit visit = visit_with(issuer, asked, user_claim);
        visit.token = token;
        Found found;
        ASSERT_NO_THROW(found = found_by(visit));
        EXPECT_EQ(found.checks.size(), all_checks().size());
        for (const auto& [id, check] : found.checks) EXPECT_FALSE(check.summary.empty()) << id;
      }
    }
  }
}

TEST(TokenKinds, GoToTheApiAsTheUserOfTheClaimThatCounts) {
  FakeBetterAuth issuer;
  const Api asked{"by sub", by_subject};
  for (const std::string& token : {issuer.token({{"uuid", ""}}), issuer.token()}) {
    Visit visit = visit_with(issuer, asked, "sub");
    visit.token = token;
    const Found found = found_by(visit);
    for (const char* id : {"api.own_path", "api.foreign_path"})
      EXPECT_EQ(found.checks.at(id).status, CheckStatus::ok) << found.text_of(id);
  }
  Visit visit = visit_with(issuer, asked, "uuid");
  visit.token = issuer.token();
  EXPECT_TRUE(found_by(visit).text_of("api.own_path").contains("compares the path with `sub`"));
}

TEST(TokenKinds, ASubjectIsEncodedForThePath) {
  FakeBetterAuth issuer;
  std::vector<std::string> asked;
  const Api api_of_nobody{"403",
                          [](const HttpCall& call) { return status(call.headers.empty() ? 401 : 403); }};
  Visit visit = visit_with(issuer, api_of_nobody, "sub");
  visit.token = issuer.token({{"sub", R"("a/b c?\u00e9")"}, {"uuid", ""}});
  visit.production = false;
  visit.call = [&asked, call = visit.call](const HttpCall& one) {
    asked.push_back(one.url);
    return call(one);
  };
  const Found found = found_by(visit);
  // Without the token and with it.
  EXPECT_EQ(std::ranges::count(asked, std::string{api} + "/api/v1/a%2Fb%20c%3F%C3%A9/tasks"), 2);
  EXPECT_TRUE(found.text_of("api.own_path").contains("DRAWBRIDGE_USER_CLAIM"))
      << found.text_of("api.own_path");
}

}  // namespace
}  // namespace drawbridge::doctor
