// What is made of a session, of the token that it gets, and of fields that users may not set.

#include <algorithm>

#include <gtest/gtest.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using Ids = std::set<std::string>;

const std::string session = "GET /api/auth/get-session";
const std::string token = "GET /api/auth/token";
const std::string update = "POST /api/auth/update-user";
const std::string keys = "GET /api/auth/jwks";
const std::string cookie = std::string(32, 'a') + ".c2ln%3D";

Found found_with_session(FakeBetterAuth& issuer, const std::string& value = cookie) {
  Visit visit = issuer.visit();
  visit.session_cookie = value;
  return found_by(visit);
}

std::string cookie_sent(const FakeBetterAuth& issuer) {
  for (const fetch::HttpCall& call : issuer.calls)
    for (const fetch::HttpHeader& header : call.headers)
      if (header.name == "Cookie") return header.value;
  return {};
}

TEST(IssuerChecks, FindNothingOnAHealthyBetterAuth) {
  FakeBetterAuth issuer;
  const Found found = found_with_session(issuer);
  EXPECT_EQ(found.faults, Ids{});
  for (const char* id :
       {"issuer.session", "issuer.signs", "issuer.own_fields", "issuer.bearer", "token.signature"})
    EXPECT_EQ(found.checks.at(id).status, CheckStatus::ok) << id;
}

TEST(IssuerChecks, AskForNothingThatChangesAnything) {
  FakeBetterAuth issuer;
  found_with_session(issuer);
  for (const fetch::HttpCall& call : issuer.calls) {
    // None has what is asked of the keys, and of what was revoked.
    const bool has_session = std::ranges::any_of(call.headers, [](const fetch::HttpHeader& header) {
      return header.name == "Cookie" || header.name == "Authorization";
    });
    if (!has_session) continue;
    EXPECT_NE(call.url.find("disableRefresh=1"), std::string::npos) << call.url;
    if (call.method != "GET") {
      const std::string own_uuid = std::string{R"({"uuid":")"} + users_uuid + "\"}";
      EXPECT_TRUE(call.body == own_uuid || call.body == R"({"role":"user"})") << call.body;
    }
  }
}

TEST(IssuerChecks, TellWhatASessionTokenWithoutItsSignatureDoes) {
  const std::string by_bearer = session + " by bearer";
  struct Case {
    FakeBetterAuth::Answer answer;
    CheckStatus status;
    const char* says;
  };
  for (const Case& c :
       {Case{answer(200, "null"), CheckStatus::ok, "does not sign anyone in"},
        Case{answer(200, R"({"session":{},"user":{}})"), CheckStatus::warning, "requireSignature"},
        Case{answer(401), CheckStatus::not_checked, "returns 401"},
        Case{answer(500), CheckStatus::not_checked, "returns 500"},
        Case{std::unexpected{"it is gone"}, CheckStatus::not_checked, "it is gone"}}) {
    FakeBetterAuth issuer;
    issuer.answers[by_bearer] = {c.answer};
    const Found found = found_with_session(issuer);
    EXPECT_EQ(found.checks.at("issuer.bearer").status, c.status) << c.says;
    EXPECT_TRUE(found.text_of("issuer.bearer").contains(c.says)) << found.text_of("issuer.bearer");
    EXPECT_FALSE(found.text_of("issuer.bearer").contains(std::string(32, 'a')));
  }
}

TEST(IssuerChecks, SendTheSessionTokenAloneWhateverTheFormOfTheCookie) {
  for (const std::string& given : {cookie, "better-auth.session_token=" + cookie,
                                   "a=b; __Secure-better-auth.session_token=" + cookie + "; c=d"}) {
    FakeBetterAuth issuer;
    found_with_session(issuer, given);
    const auto call = std::ranges::find_if(issuer.calls, [](const fetch::HttpCall& one) {
      return std::ranges::any_of(one.headers,
                                 [](const auto& header) { return header.name == "Authorization"; });
    });
    ASSERT_NE(call, issuer.calls.end()) << given;
    ASSERT_EQ(call->headers.size(), 1U) << given;
    EXPECT_EQ(call->headers.front().value, "Bearer " + std::string(32, 'a')) << given;
  }
}

TEST(IssuerChecks, SendTheCookieInTheFormThatItWasGivenIn) {
  const std::string both =
      "better-auth.session_token=" + cookie + "; __Secure-better-auth.session_token=" + cookie;
  for (const auto& [given, sent] : std::map<std::string, std::string>{
           {cookie, both},
           {"t.s=", "better-auth.session_token=t.s=; __Secure-better-auth.session_token=t.s="},
           {"mine.session_token=t.s%3D", "mine.session_token=t.s%3D"},
           {"a=b; better-auth.session_token=t.s=", "a=b; better-auth.session_token=t.s="}}) {
    FakeBetterAuth issuer;
    found_with_session(issuer, given);
    EXPECT_EQ(cookie_sent(issuer), sent);
  }
}

TEST(IssuerChecks, SendNoCookieOverPlainHttpToAnotherMachine) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.session_cookie = cookie;
  visit.better_auth_url = "http://web.internal:3000/api/auth";
  const Found found = found_by(visit);
  EXPECT_EQ(found.faults, Ids{});
  EXPECT_NE(found.text_of("issuer.session").find("not send a cookie over plain http"), std::string::npos);
  EXPECT_EQ(cookie_sent(issuer), "");
}

TEST(IssuerChecks, SendNoLineEndWithACookie) {
  FakeBetterAuth issuer;
  EXPECT_EQ(found_with_session(issuer, "a.b\r\nX-Admin: 1").faults, Ids{"issuer.session"});
  EXPECT_EQ(cookie_sent(issuer), "");
}

struct Case {
  const char* name;
  std::map<std::string, FakeBetterAuth::Answer> answers;
  Ids faults;
  const char* left;  ///< a check that is not made
  const char* says;  ///< by the fault, else by what is left
};

TEST(IssuerChecks, TellEachAnswer) {
  const auto message = [](const char* code) { return std::string{R"({"code":")"} + code + "\"}"; };
  const std::vector<Case> cases{
      {"no session", {{session, answer(200, "null")}}, {"issuer.session"}, "issuer.signs", "sign in again"},
      {"a page",
       {{session, answer(200, "<html>")}},
       {"issuer.session"},
       "issuer.signs",
       "Better Auth is not there"},
      {"nothing there",
       {{session, answer(404)}},
       {"issuer.session"},
       "issuer.signs",
       "Better Auth is not there"},
      {"nothing at all there",
       {{session, answer(404)}, {keys, answer(404)}, {"GET /api/auth/ok", answer(404)}},
       {"jwks.status"},
       "issuer.session",
       "basePath"},
      {"too many requests", {{session, answer(429)}}, {}, "issuer.session", "429"},
      {"no answer", {{session, std::unexpected{"It is gone."}}}, {}, "issuer.session", "It is gone."},
      {"a failure", {{session, answer(500)}, {token, answer(401)}}, {}, "issuer.session", "500"},
      {"a failure of keys too",
       {{session, answer(500)}, {keys, answer(500)}},
       {"jwks.status"},
       "issuer.session",
       "500"},
      {"a failure over the token",
       {{session, answer(500)}, {token, answer(500)}},
       {"issuer.signs"},
       "issuer.own_fields",
       "BETTER_AUTH_SECRET changed"},
      {"a failure of keys and tokens",
       {{token, answer(500)}, {keys, answer(500)}},
       {"jwks.status"},
       "issuer.signs",
       "returns 500"},
      {"another secret", {{token, answer(500)}}, {"issuer.signs"}, "token.form", "DELETE FROM jwks"},
      {"a user without uuid",
       {{token, answer(500, message("USER_UUID_MISSING"))}},
       {"issuer.signs"},
       "token.form",
       "drawbridge migrate up"},
      {"a claim that is taken",
       {{token, answer(500, message("CLAIM_NOT_ALLOWED"))}},
       {"issuer.signs"},
       "token.form",
       "rename that claim"},
      {"claims that no token has room for",
       {{token, answer(500, message("TOKEN_TOO_LARGE"))}},
       {"issuer.signs"},
       "token.form",
       "shorten the claim"},
      {"no token for a session", {{token, answer(401)}}, {"issuer.signs"}, "token.form", "its database"},
      {"no plugin", {{token, answer(404)}}, {"issuer.signs"}, "token.form", "no JWT plugin"},
      {"no plugin, no keys",
       {{token, answer(404)}, {keys, answer(404)}},
       {"jwks.status"},
       "issuer.signs",
       "JWT plugin"},
      {"an answer without token", {{token, answer(200, "{}")}}, {"issuer.signs"}, "token.form", "no token"},
      {"tokens limited", {{token, answer(429)}}, {}, "issuer.signs", "429"},
      {"no answer for tokens", {{token, std::unexpected{"It is gone."}}}, {}, "issuer.signs", "It is gone."},
      {"fields of one's own",
       {{update, answer(200, R"({"status":true})")}},
       {"issuer.own_fields"},
       "api.reachable",
       "uuid, role"},
      {"another origin", {{update, answer(403)}}, {}, "issuer.own_fields", "inconclusive"},
      {"too many updates", {{update, answer(429)}}, {}, "issuer.own_fields", "inconclusive"},
      {"no such fields",
       {{session, answer(200, R"({"user":{}})")}},
       {},
       "issuer.own_fields",
       "neither uuid nor role"},
  };
  for (const Case& c : cases) {
    FakeBetterAuth issuer;
    for (const auto& [path, given] : c.answers) issuer.answers[path] = {given};
    const Found found = found_with_session(issuer);
    EXPECT_EQ(found.faults, c.faults) << c.name;
    EXPECT_EQ(found.checks.at(c.left).status, CheckStatus::not_checked) << c.name;
    const std::string text = found.text_of(c.faults.empty() ? c.left : *c.faults.begin());
    EXPECT_NE(text.find(c.says), std::string::npos) << c.name << ": " << text;
    for (const auto& [id, check] : found.checks)
      EXPECT_EQ(found.text_of(id).find(cookie), std::string::npos) << c.name << " is shown by " << id;
  }
}

TEST(IssuerChecks, RefuseAnEndpointThatIsSwitchedOff) {
  for (const int status : {400, 404, 422}) {
    FakeBetterAuth issuer;
    issuer.answers[update] = {answer(status)};
    EXPECT_EQ(found_with_session(issuer).checks.at("issuer.own_fields").status, CheckStatus::ok) << status;
  }
}

TEST(IssuerChecks, TellOnlyTheFieldThatIsAccepted) {
  FakeBetterAuth issuer;
  issuer.answers[update] = {answer(400), answer(200)};  // uuid, then role
  const Found found = found_with_session(issuer);
  EXPECT_EQ(found.checks.at("issuer.own_fields").summary, "/update-user lets users set their own role");
}

TEST(IssuerChecks, NeedACookie) {
  FakeBetterAuth issuer;
  EXPECT_EQ(found_by(issuer.visit()).checks.at("issuer.own_fields").summary,
            "give a session (DRAWBRIDGE_SESSION), or pipe it in with --session -");
}

}  // namespace
}  // namespace drawbridge::doctor
