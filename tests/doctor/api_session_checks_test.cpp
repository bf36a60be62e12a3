// What is made of each way in which an API can answer a session that Better Auth knows.

#include <algorithm>

#include <gtest/gtest.h>

#include "fake_api.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using fetch::HttpCall;

constexpr auto ok = CheckStatus::ok;
constexpr auto fault = CheckStatus::fault;
constexpr auto not_checked = CheckStatus::not_checked;
constexpr const char* id = "api.session";
constexpr const char* session = "t.c2VjcmV0";

std::string cookie_of(const HttpCall& call) {
  const auto found = std::ranges::find(call.headers, "Cookie", &fetch::HttpHeader::name);
  return found == call.headers.end() ? std::string{} : found->value;
}

bool has_cookie(const HttpCall& call) {
  return !cookie_of(call).empty();
}

bool is_own_by_cookie(const HttpCall& call) {
  return call.method == "GET" && call.url == std::string{api_url} + "/api/v1/" + own_uuid + "/tasks" &&
         cookie_of(call) == std::string{"better-auth.session_token="} + session;
}

bool is_sign_out(const HttpCall& call) {
  return call.url.ends_with("/sign-out");
}

HttpAnswer status(int number, std::string body = {}) {
  return {.status = number, .headers = {}, .body = std::move(body)};
}

HttpAnswer refusal(int number, const std::string& code) {
  return status(number, R"({"code":")" + code + "\"}");
}

Visit visit_with_session(std::vector<Instead> instead) {
  Visit visit = visit_of(std::move(instead));
  visit.kinds.session = true;
  visit.session_cookie = session;
  return visit;
}

Check told_of_session(const Visit& visit, const std::optional<std::string>& token = good_token().text,
                      const Before& before = {}) {
  Report report = report_before_the_api(before);
  check_api(report, visit, good_token());
  check_api_session(report, visit, token);
  check_cors(report, visit, good_token());
  const auto checks = report.checks();
  return *std::ranges::find(checks, id, &Check::id);
}

std::string said_by(const Check& check) {
  return check.summary + " | " + check.cause + " | " + check.remedy;
}

TEST(ApiSessionChecks, FindEachFaultAndNothingElse) {
  struct Case {
    const char* name;
    HttpAnswer answer;
    CheckStatus status;
    const char* part;
  };
  for (const Case& c : {
           Case{"taken", status(200, "[]"), ok, "accepts the session cookie"},
           Case{"not taken, or of another name", refusal(401, "token_missing"), fault,
                "DRAWBRIDGE_CREDENTIALS and DRAWBRIDGE_SESSION_COOKIE"},
           Case{"another secret", refusal(401, "session_unknown"), fault, "BETTER_AUTH_SECRET"},
           Case{"two cookies", refusal(401, "credential_malformed"), fault, "two session cookies"},
           Case{"401 of another rule", refusal(401, "audience_mismatch"), fault, "audience_mismatch"},
           Case{"401 without a reason", status(401), fault, "so the API has different ones"},
           Case{"another user", refusal(403, "user_mismatch"), fault, "DRAWBRIDGE_USER_CLAIM"},
           Case{"403 of another rule", status(403), fault, "returns 403"},
           Case{"cannot be judged", refusal(503, "session_unavailable"), fault, "cannot ask Better Auth"},
           Case{"an outage of another kind", status(503), fault, "fails with a valid session"},
           Case{"an exception", status(500), fault, "fails with a valid session"},
           Case{"a connection that was cut", status(0, "the connection was reset"), fault, "was reset"},
           Case{"no such route", status(404), not_checked, "no route /api/v1/{user_id}/tasks"},
           Case{"a sign-in page", status(302), not_checked, "no route /api/v1/{user_id}/tasks"},
           Case{"too many requests", status(429), not_checked, "limits requests"},
       }) {
    SCOPED_TRACE(c.name);
    const Check check = told_of_session(visit_with_session({{is_own_by_cookie, c.answer}}));
    EXPECT_EQ(name_of(check.status), name_of(c.status));
    EXPECT_TRUE(said_by(check).contains(c.part)) << said_by(check);
    EXPECT_FALSE(said_by(check).contains(session));
  }
}

TEST(ApiSessionChecks, SendTheCookieAsTheBrowserDoes) {
  struct Case {
    const char* name;
    const char* given;
    const char* set;  ///< by Better Auth
    const char* sent;
  };
  for (const Case& c : {
           Case{"a value, and Better Auth sets a name", "t.c2ln", "shop.session_token=; Path=/",
                "shop.session_token=t.c2ln"},
           Case{"a value alone", "t.c2ln=", "", "better-auth.session_token=t.c2ln="},
           Case{"with its name",
                "app.session_token=t.c2ln=", "shop.session_token=", "app.session_token=t.c2ln="},
       }) {
    SCOPED_TRACE(c.name);
    Visit visit =
        visit_with_session({{is_sign_out, {.status = 200, .headers = {{"Set-Cookie", c.set}}, .body = {}}}});
    visit.session_cookie = c.given;
    std::string sent;
    visit.call = [&sent, call = visit.call](const HttpCall& asked) {
      if (has_cookie(asked)) sent = cookie_of(asked);
      return call(asked);
    };
    told_of_session(visit);
    EXPECT_EQ(sent, c.sent);
  }
}

TEST(ApiSessionChecks, AskForThePathOfTheSessionsUserAndNotOfTheTokens) {
  Visit visit = visit_with_session({});
  std::string asked_for;
  visit.call = [&asked_for, call = visit.call](const HttpCall& asked) {
    if (has_cookie(asked)) asked_for = asked.url;
    return call(asked);
  };
  const auto token_of = [](const std::string& claims) {
    return "eyJhbGciOiJFZERTQSIsImtpZCI6Im9uZSJ9." + claims + ".c2ln";
  };
  // {"sub":"u1","uuid":"11111111-1111-4111-8111-111111111111"}
  told_of_session(visit,
                  token_of("eyJzdWIiOiJ1MSIsInV1aWQiOiIxMTExMTExMS0xMTExLTQxMTEtODExMS0xMTExMTExMTExMTEifQ"));
  EXPECT_TRUE(asked_for.ends_with("/11111111-1111-4111-8111-111111111111/tasks")) << asked_for;

  const Check nobody = told_of_session(visit, token_of("e30"));
  EXPECT_EQ(nobody.status, not_checked);
  EXPECT_EQ(nobody.summary, "the session's token does not identify the user's own path");
}

TEST(ApiSessionChecks, AFaultOfTheSameSettingsIsNotToldAgain) {
  for (const char* root : {"credentials.cookie_name", "credentials.cookie_secret", "credentials.storage",
                           "credentials.stored_session", "credentials.secret"}) {
    const Visit visit = visit_with_session({{is_own_by_cookie, refusal(401, "session_unknown")}});
    const Check check = told_of_session(visit, good_token().text, {.fault = root});
    EXPECT_EQ(name_of(check.status), name_of(not_checked)) << root;
    EXPECT_EQ(check.summary, std::string{"because of the fault "} + root);
  }
  const Visit visit = visit_with_session(
      {{is_own, refusal(401, "audience_mismatch")}, {is_own_by_cookie, refusal(401, "audience_mismatch")}});
  EXPECT_EQ(told_of_session(visit).summary, "because of the fault api.own_path");
}

TEST(ApiSessionChecks, SendNoCookieOverPlainHttpToAnotherMachine) {
  for (const auto& [address, may_send] :
       {std::pair{"http://api.internal:8000", false}, std::pair{"https://api.internal:8000", true}}) {
    Visit visit = visit_with_session({});
    visit.api_url = address;
    bool was_sent = false;
    visit.call = [&](const HttpCall& call) -> std::expected<HttpAnswer, std::string> {
      was_sent = was_sent || has_cookie(call);
      return status(call.url.ends_with("/readyz") ? 404 : 401);
    };
    const Check check = told_of_session(visit);
    EXPECT_EQ(was_sent, may_send) << address;
    EXPECT_EQ(check.summary.contains("not send a cookie over plain http"), !may_send) << check.summary;
  }
}

TEST(ApiSessionChecks, SendNoSessionToAnApiThatTakesNone) {
  struct Case {
    const char* name;
    HttpAnswer answer;
    CheckStatus status;
  };
  for (const Case& c : {Case{"takes none", refusal(401, "token_missing"), ok},
                        Case{"takes them", refusal(401, "credential_malformed"), not_checked},
                        Case{"no Drawbridge", status(401), ok}}) {
    SCOPED_TRACE(c.name);
    Visit visit = visit_with_session({{has_cookie, c.answer}});
    visit.kinds.session = false;
    std::string sent;
    visit.call = [&sent, call = visit.call](const HttpCall& asked) {
      sent += cookie_of(asked);
      return call(asked);
    };
    const Check check = told_of_session(visit);
    EXPECT_EQ(name_of(check.status), name_of(c.status));
    EXPECT_TRUE(check.summary.contains("DRAWBRIDGE_CREDENTIALS")) << check.summary;
    EXPECT_FALSE(sent.contains(session)) << sent;
    EXPECT_TRUE(sent.contains("session_token=")) << sent;
  }
}

TEST(ApiSessionChecks, AnApiThatTakesSessionsAloneIsNotAskedByToken) {
  Visit visit =
      visit_with_session({{is_own_by_cookie, status(200)}, {is_own, refusal(401, "token_missing")}});
  visit.kinds.token = false;
  Report report = report_before_the_api();
  check_api(report, visit, good_token());
  check_api_session(report, visit, good_token().text);
  check_cors(report, visit, good_token());
  const auto told = told_of(report, {"api."});
  EXPECT_FALSE(told.contains(id));
  for (const char* left : {"api.own_path", "api.tampered_token", "api.foreign_path"})
    EXPECT_EQ(told.at(left).summary, "DRAWBRIDGE_CREDENTIALS does not include token") << left;
}

}  // namespace
}  // namespace drawbridge::doctor
