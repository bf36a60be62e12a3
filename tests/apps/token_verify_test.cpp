// `drawbridge token verify`, as a script and as a person meets it.

#include <filesystem>
#include <fstream>

#include "drawbridge_program.h"
#include "tests/support/places.h"

namespace drawbridge::app {
namespace {

namespace json = boost::json;

class TokenVerify : public DrawbridgeProgram {};

TEST_F(TokenVerify, AGoodTokenGivesHeaderClaimsAndIdentity) {
  const test::Outcome outcome = verify(
      token(R"("email":"u@example.com","emailVerified":true,"name":"Zoë","role":"admin, editor","sid":"s-1",
               "exp":1800000840.5,"more":{"a":[1,0.1,18446744073709551615,null]})"));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(json::value(json_line(outcome.out)), json::parse(R"({
    "valid": true,
    "header": {"alg": "EdDSA", "kid": "the-key"},
    "claims": {"iat": 1799999940, "sub": "user-1", "exp": 1800000840.5, "iss": "http://localhost:3000",
               "aud": "http://localhost:3000", "uuid": "d5e1ed25-7146-4435-b2bd-005278237699",
               "email": "u@example.com", "emailVerified": true, "name": "Zoë", "role": "admin, editor",
               "sid": "s-1", "more": {"a": [1, 0.1, 18446744073709551615, null]}},
    "identity": {"issuer": "http://localhost:3000", "subject": "user-1", "uuid": "d5e1ed25-7146-4435-b2bd-005278237699",
                 "email": "u@example.com", "email_verified": true, "name": "Zoë",
                 "roles": ["admin", "editor"], "session_id": "s-1", "impersonated_by": null,
                 "credential": "token", "permissions": {}, "organizations": null,
                 "organizations_truncated": false, "active_organization": null,
                 "issued_at": 1799999940, "expires_at": 1800000840}})"));
}

TEST_F(TokenVerify, WhatATokenLacksIsNullInItsIdentity) {
  const std::string payload =
      fmt::format(R"({{"sub":"u","exp":{},"iss":"{}","aud":["x","{}"]}})", now + 1, origin, origin);
  const json::object answer = json_line(verify(key_.token(payload)).out);
  EXPECT_EQ(answer.at("identity"),
            json::parse(R"({"issuer": "http://localhost:3000", "subject": "u", "uuid": null,
      "email": null, "email_verified": null, "name": null, "roles": [], "session_id": null,
      "impersonated_by": null, "credential": "token", "permissions": {}, "organizations": null,
      "organizations_truncated": false, "active_organization": null, "issued_at": null,
      "expires_at": 1800000001})"));
}

TEST_F(TokenVerify, EveryRealTokenOfBetterAuthIsValid) {
  std::size_t tokens = 0;
  const std::filesystem::path vectors = test::source_folder() / "tests/vectors";
  for (const auto& entry : std::filesystem::directory_iterator{vectors}) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream stream{entry.path()};
    const json::object vector = json::parse(std::string{std::istreambuf_iterator{stream}, {}}).get_object();
    const json::value& audience = vector.at("aud");
    const json::value& one = audience.is_array() ? audience.as_array().front() : audience;
    const test::Outcome outcome = drawbridge(
        {"token", "verify", "--json", "--jwks", file("vector.json", json::serialize(vector.at("jwks"))),
         "--issuer", text_member(vector, "iss"), "--audience", one.as_string().c_str(), "--algorithms",
         text_member(vector, "alg")},
        text_member(vector, "token"));
    EXPECT_EQ(outcome.status, 0) << entry.path() << outcome.out << outcome.err;
    EXPECT_EQ(json_line(outcome.out).at("claims"), vector.at("payload")) << entry.path();
    ++tokens;
  }
  EXPECT_GE(tokens, 5u);
}

struct Refused {
  const char* name;
  std::string token;
  const char* code;
  const char* group;
  const char* hint;  ///< part of it
};

void expect_refused(const Refused& c, const test::Outcome& outcome) {
  SCOPED_TRACE(c.name);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "");
  const json::object answer = json_line(outcome.out);
  EXPECT_EQ(answer.size(), 5u) << outcome.out;
  EXPECT_EQ(answer.at("valid"), json::value(false));
  EXPECT_EQ(text_member(answer, "code"), c.code);
  EXPECT_EQ(text_member(answer, "group"), c.group);
  EXPECT_NE(text_member(answer, "detail"), "");
  EXPECT_TRUE(text_member(answer, "hint").contains(c.hint)) << outcome.out;
}

TEST_F(TokenVerify, WhatIsNoJwtIsToldApart) {
  const std::string good = token();
  const std::string session = "cG7ZkLw2mQx9VbNs4RtYp1AeHj6UoIfD";
  const std::string large = key_.token(claims(R"("pad":")" + std::string(20'000, 'x') + '"'));
  const Refused cases[] = {
      {"nothing", "", "token_missing", "malformed", "GET /api/auth/token"},
      {"a line end alone", "\n", "token_missing", "malformed", "GET /api/auth/token"},
      {"the session token", session, "token_malformed", "malformed", "opaque session token"},
      {"the cookie", session + ".4Jx0bQm3Z1k7X9yN2wP5sT8vR6uE0aHcLdGfKiMoOqY%3D", "token_malformed",
       "malformed", "session cookie"},
      {"a prefix", "Bearer " + good, "token_malformed", "malformed", "\"Bearer \""},
      {"quotes", '"' + good + '"', "token_malformed", "malformed", "quotes"},
      {"JSON", "{\"token\":\"" + good + "\"}", "token_malformed", "malformed", "JSON"},
      {"a space after", good + ' ', "token_malformed", "malformed", "white space"},
      {"a space before", ' ' + good, "token_malformed", "malformed", "white space"},
      {"two line ends", good + "\n\n", "token_malformed", "malformed", "white space"},
      {"a line end before", '\n' + good, "token_malformed", "malformed", "white space"},
      {"a carriage return alone", good + '\r', "token_malformed", "malformed", "white space"},
      {"a NUL", good + std::string(1, '\0'), "token_malformed", "malformed", "cut or changed"},
      {"a JWE", good + ".a.b", "token_malformed", "malformed", "JWE"},
      {"padding", good + '=', "token_malformed", "malformed", "padded"},
      {"bytes", "\xFF\xFE\x1B[31m", "token_malformed", "malformed", "three parts"},
      {"a long one", large, "token_too_large", "malformed", "DRAWBRIDGE_MAX_TOKEN_SIZE"},
      {"a megabyte", std::string(1024 * 1024, 'a'), "token_too_large", "malformed", "claims"},
  };
  for (const Refused& c : cases) expect_refused(c, verify(c.token));
}

TEST_F(TokenVerify, ARejectedTokenNamesItsFault) {
  const std::string good = token();
  std::string tampered = good;
  tampered[good.size() - 10] = tampered[good.size() - 10] == 'A' ? 'B' : 'A';
  const auto other_key = test::TestKey::generate(Algorithm::eddsa, "other-key");
  const auto es256 = test::TestKey::generate(Algorithm::es256, "the-key");
  const Refused cases[] = {
      {"typ", key_.token(R"({"alg":"EdDSA","kid":"the-key","typ":"at+jwt"})", claims()),
       "token_type_not_allowed", "rejected", "at+jwt"},
      {"none", key_.token(R"({"alg":"none","kid":"the-key"})", claims()), "algorithm_not_allowed", "rejected",
       "never"},
      {"HS256", key_.token(R"({"alg":"HS256","kid":"the-key"})", claims()), "algorithm_not_allowed",
       "rejected", "never"},
      {"ES256", es256.token(claims()), "algorithm_not_allowed", "rejected",
       "add it to DRAWBRIDGE_ALGORITHMS"},
      {"no kid", key_.token(R"({"alg":"EdDSA"})", claims()), "key_id_missing", "rejected", "inspect"},
      {"another key", other_key.token(claims()), "key_unknown", "rejected", "other-key"},
      {"tampered", tampered, "signature_invalid", "rejected", "changed"},
      {"no exp", token(R"("exp":null)"), "claim_missing", "rejected", "exp"},
      {"uuid", token(R"("uuid":"7")"), "claim_invalid", "rejected", "user.uuid"},
      {"expired", token(R"("exp":1799999280)"), "token_expired", "rejected", "expired 12 minutes ago"},
      {"not yet", token(R"("nbf":1800000180)"), "token_not_yet_valid", "rejected", "in 3 minutes"},
      {"a slash in iss", token(R"("iss":"http://localhost:3000/")"), "issuer_mismatch", "rejected",
       "\"http://localhost:3000/\", but this API expects \"http://localhost:3000\": only the trailing slash "
       "differs"},
      {"https in iss", token(R"("iss":"https://localhost:3000")"), "issuer_mismatch", "rejected",
       "one has http and the other https"},
      {"127.0.0.1 in iss", token(R"("iss":"http://127.0.0.1:3000")"), "issuer_mismatch", "rejected",
       "127.0.0.1 and localhost"},
      {"the path in iss", token(R"("iss":"http://localhost:3000/api/auth")"), "issuer_mismatch", "rejected",
       "the path /api/auth"},
      {"a slash in aud", token(R"("aud":"http://localhost:3000/")"), "audience_mismatch", "rejected",
       "the trailing slash"},
      {"https in aud", token(R"("aud":"https://localhost:3000")"), "audience_mismatch", "rejected",
       "one has http and the other https"},
      {"127.0.0.1 in aud", token(R"("aud":"http://127.0.0.1:3000")"), "audience_mismatch", "rejected",
       "127.0.0.1 and localhost"},
      {"the path in aud", token(R"("aud":"http://localhost:3000/api/auth")"), "audience_mismatch", "rejected",
       "the path /api/auth"},
      {"an ID token", token(R"("nonce":"n")"), "token_type_not_allowed", "rejected", "ID token"},
  };
  for (const Refused& c : cases) expect_refused(c, verify(c.token));
}

TEST_F(TokenVerify, OneLineEndIsDropped) {
  const std::string good = token();
  for (const char* end : {"", "\n", "\r\n"}) EXPECT_EQ(verify(good + end).status, 0) << end;
  EXPECT_EQ(verify("", {"--token", good}).status, 0);
  expect_refused({"--token", "", "token_malformed", "malformed", "white space"},
                 verify("", {"--json", "--token", good + "\n"}));
  expect_refused({"--token", "", "token_missing", "malformed", "empty"},
                 verify(good, {"--json", "--token", ""}));
}

TEST_F(TokenVerify, TimesAreThoseOfAtAndSkew) {
  const std::string exp_now = token(R"("exp":1800000000)");
  EXPECT_EQ(verify(exp_now).status, 0);
  EXPECT_EQ(verify(exp_now, {"--clock-skew", "0"}).status, 1);
  EXPECT_TRUE(verify(token(), {}).out.contains("expires      2027-01-15 08:14:00 UTC (in 14 min)"));
}

TEST_F(TokenVerify, KeysThatCannotBeHadAreNotTheTokensFault) {
  std::string closed_port = "http://127.0.0.1:1/api/auth/jwks";
  const std::pair<std::string, std::string> cases[] = {
      {scratch_.path() / "missing.json", "No such file or directory"},
      {scratch_.path(), "Is a directory"},
      {file("text.json", "hello"), "not valid JSON"},
      {file("page.json", "<html></html>"), "not valid JSON"},
      {file("array.json", "[]"), "not a JSON object"},
      {file("keyless.json", "{}"), "no array \"keys\""},
      {file("large.json", std::string(1024 * 1024 + 1, ' ')), "larger than 1048576 bytes"},
      {closed_port, "Nothing listens"},
  };
  for (const auto& [place, part] : cases) {
    const test::Outcome outcome = drawbridge({"token", "verify", "--json", "--jwks", place, "--issuer",
                                              origin, "--audience", origin, "--at", std::to_string(now)},
                                             token());
    EXPECT_EQ(outcome.status, 3) << place;
    EXPECT_EQ(outcome.err, "");
    const json::object answer = json_line(outcome.out);
    EXPECT_EQ(answer.at("valid"), json::value(false));
    EXPECT_EQ(text_member(answer, "code"), "keys_unavailable");
    EXPECT_EQ(text_member(answer, "group"), "unavailable");
    EXPECT_TRUE((text_member(answer, "detail") + text_member(answer, "hint")).contains(part)) << outcome.out;
  }
}

TEST_F(TokenVerify, WhatNeedsNoKeyIsSaidWithoutTheKeys) {
  const auto without_keys = [&](const std::string& input) {
    return drawbridge(
        {"token", "verify", "--json", "--jwks", "/nonexistent", "--issuer", origin, "--audience", origin},
        input);
  };
  expect_refused({"empty", "", "token_missing", "malformed", ""}, without_keys(""));
  expect_refused({"no JWT", "", "token_malformed", "malformed", ""}, without_keys("x"));
  EXPECT_EQ(without_keys(token(R"("exp":1)")).status, 3);
}

TEST_F(TokenVerify, SignatureOnlyTakesAnyPayload) {
  const std::tuple<const char*, std::string, json::value> cases[] = {
      {"an expired one", R"({"exp":1,"a":0.5})", json::parse(R"({"exp":1,"a":0.5})")},
      {"an empty object", "{}", json::object{}},
      {"text", "hello", nullptr},
      {"an array", "[1]", nullptr},
      {"nothing", "", nullptr},
      {"bytes", std::string{"\0\xFF\x1B[31m", 7}, nullptr},
      {"a member twice", R"({"a":1,"a":2})", nullptr},
  };
  for (const auto& [name, payload, claims] : cases) {
    SCOPED_TRACE(name);
    const std::vector<std::string> arguments{"token", "verify", "--signature-only", "--jwks", key_set_};
    const test::Outcome for_people = drawbridge(arguments, key_.token(payload));
    EXPECT_EQ(for_people.status, 0);
    EXPECT_FALSE(for_people.out.contains('\x1B'));
    EXPECT_TRUE(for_people.out.contains("none of its claims was checked"));
    std::vector<std::string> with_json = arguments;
    with_json.emplace_back("--json");
    const test::Outcome outcome = drawbridge(with_json, key_.token(payload));
    EXPECT_EQ(outcome.status, 0);
    const json::object expected{{"valid", true},
                                {"header", {{"alg", "EdDSA"}, {"kid", "the-key"}}},
                                {"claims", claims},
                                {"identity", nullptr}};
    EXPECT_EQ(json::value(json_line(outcome.out)), json::value(expected));
  }
  const auto other = test::TestKey::generate(Algorithm::eddsa, "the-key");
  expect_refused(
      {"a foreign signature", "", "signature_invalid", "rejected", ""},
      drawbridge({"token", "verify", "--signature-only", "--json", "--jwks", key_set_}, other.token("{}")));
}

TEST_F(TokenVerify, AlgorithmsAreThoseAsked) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::rs256, Algorithm::ps256, Algorithm::es512}) {
    const auto key = test::TestKey::generate(algorithm, "k");
    const std::string keys = file("k.json", test::jwks_of({key.jwk()}));
    const std::vector<std::string> arguments{"--json", "--algorithms",
                                             "EdDSA," + std::string{name_of(algorithm)}};
    std::vector<std::string> all{"token", "verify",     "--jwks", keys,   "--issuer",
                                 origin,  "--audience", origin,   "--at", std::to_string(now)};
    EXPECT_EQ(drawbridge(all, key.token(claims())).status, 1) << name_of(algorithm);
    all.insert(all.end(), arguments.begin(), arguments.end());
    EXPECT_EQ(drawbridge(all, key.token(claims())).status, 0) << name_of(algorithm);
  }
}

TEST_F(TokenVerify, EdDsaIsShownByTheNameThatTheTokenHas) {
  const std::vector<std::string> arguments{"token", "verify",     "--jwks", key_set_, "--issuer",
                                           origin,  "--audience", origin,   "--at",   std::to_string(now)};
  const std::string named = key_.token(R"({"alg":"Ed25519","kid":"the-key"})", claims());
  const test::Outcome outcome = drawbridge(arguments, named);
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_TRUE(outcome.out.starts_with("valid  Ed25519, key the-key\n")) << outcome.out;
  std::vector<std::string> by_that_name = arguments;
  by_that_name.insert(by_that_name.end(), {"--algorithms", "Ed25519"});
  EXPECT_EQ(drawbridge(by_that_name, named).status, 0);
  const test::Outcome refused = drawbridge(by_that_name, token());
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.out.contains("The token's alg is EdDSA, but only Ed25519 is allowed.")) << refused.out;
}

TEST_F(TokenVerify, TheEnvironmentGivesWhatFlagsDoNot) {
  const std::vector<std::string> arguments{"token",  "verify", "--jwks",
                                           key_set_, "--at",   std::to_string(now)};
  EXPECT_EQ(drawbridge(arguments, token(), {{"BETTER_AUTH_URL", origin}}).status, 0);
  EXPECT_EQ(drawbridge(arguments, token(), {{"BETTER_AUTH_ISSUER", origin}, {"BETTER_AUTH_AUDIENCE", origin}})
                .status,
            0);
  EXPECT_EQ(
      drawbridge(arguments, token(), {{"BETTER_AUTH_ISSUER", "x"}, {"BETTER_AUTH_AUDIENCE", origin}}).status,
      1);
  std::vector<std::string> with_file = arguments;
  with_file.insert(with_file.end(),
                   {"--env-file", file(".env", std::string{"BETTER_AUTH_URL="} + origin + '\n')});
  EXPECT_EQ(drawbridge(with_file, token()).status, 0);
  EXPECT_EQ(drawbridge(with_file, token(), {{"BETTER_AUTH_URL", "http://localhost:4000"}}).status, 1);
}

TEST_F(TokenVerify, ForPeopleForeignTextIsMadeHarmless) {
  const test::Outcome outcome =
      verify(token(R"("name":"\u001b[31mred\u202e\u0007","email":"a\nsubject admin","role":"x\ry","sid":")" +
                   std::string(500, 's') + '"'),
             {});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.contains("\\x1b[31mred\\u{202e}\\x07")) << outcome.out;
  EXPECT_TRUE(outcome.out.contains("a\\x0asubject admin"));
  EXPECT_TRUE(outcome.out.contains(std::string(64, 's') + "…"));
  EXPECT_FALSE(outcome.out.contains('\x1B'));
  EXPECT_FALSE(outcome.out.contains('\r'));
  const test::Outcome refused = verify(token(R"("iss":"\u001b]0;owned\u0007")"), {});
  EXPECT_TRUE(refused.out.starts_with("issuer_mismatch  ")) << refused.out;
  EXPECT_FALSE(refused.out.contains('\x1B'));
}

TEST_F(TokenVerify, ForPeopleItNamesTheOrganizations) {
  const test::Outcome outcome =
      verify(token(R"("orgs":{"o-1":"admin,member"},"orgs_truncated":true,"active_org":"o-2")"), {});
  EXPECT_TRUE(outcome.out.contains("o-1: admin, member")) << outcome.out;
  EXPECT_TRUE(outcome.out.contains("more organizations than the token has room for")) << outcome.out;
  EXPECT_TRUE(outcome.out.contains("o-2 (chosen by the user; proves no membership)")) << outcome.out;
}

TEST_F(TokenVerify, ARefusalNeverShowsTheToken) {
  const std::string signature = token().substr(token().rfind('.') + 1, 20);
  for (const char* form : {"--json", "--no-such-flag"}) {
    const test::Outcome outcome = verify(token(R"("exp":1)"), {form});
    EXPECT_FALSE((outcome.out + outcome.err).contains(signature));
    EXPECT_FALSE((outcome.out + outcome.err).contains("eyJ"));
  }
}

}  // namespace
}  // namespace drawbridge::app
