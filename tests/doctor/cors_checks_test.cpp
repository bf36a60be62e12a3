// What is made of each way in which an API can answer a page of another origin.

#include <algorithm>

#include <gtest/gtest.h>

#include "fake_api.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using fetch::HttpCall;
using fetch::HttpHeader;

constexpr auto fault = CheckStatus::fault;
constexpr auto warning = CheckStatus::warning;

std::string origin_of(const HttpCall& call) {
  for (const HttpHeader& header : call.headers)
    if (header.name == "Origin") return header.value;
  return {};
}

bool is_preflight_of_page(const HttpCall& call) {
  return is_preflight(call) && origin_of(call) == page;
}

bool is_refusal_to_page(const HttpCall& call) {
  return is_without_token(call) && origin_of(call) == page;
}

std::function<bool(const HttpCall&)> comes_from(const char* origin) {
  return [origin](const HttpCall& call) { return origin_of(call) == origin; };
}

HttpAnswer preflight_answer(const char* origin, const char* methods = "GET, PATCH",
                            const char* headers = "authorization, content-type", int status = 204) {
  return {.status = status,
          .headers = {{"Access-Control-Allow-Origin", origin},
                      {"Access-Control-Allow-Methods", methods},
                      {"Access-Control-Allow-Headers", headers}},
          .body = {}};
}

HttpAnswer with_headers(int status, std::vector<HttpHeader> headers) {
  return {.status = status, .headers = std::move(headers), .body = {}};
}

struct CorsCase {
  const char* name;
  std::vector<Instead> instead;
  std::string id;  ///< of the check that is not ok; empty when all are
  CheckStatus status = CheckStatus::ok;
  std::string part{};  ///< of what it says
};

std::vector<CorsCase> cors_cases() {
  const char* const other_name = "http://127.0.0.1:3000";
  return {
      {"healthy", {}, ""},
      {"all origins are allowed for this page only in words",
       {{is_preflight_of_page, preflight_answer("*", "*", "Authorization,Content-Type")}},
       ""},
      {"no CORS at all",
       {{is_preflight_of_page, with_headers(204, {})}},
       "cors.preflight",
       fault,
       "without Access-Control-Allow-Origin"},
      {"another origin",
       {{is_preflight_of_page, preflight_answer("http://localhost:3001")}},
       "cors.preflight",
       fault,
       "Access-Control-Allow-Origin http://localhost:3001"},
      {"a slash at the end",
       {{is_preflight_of_page, preflight_answer("http://localhost:3000/")}},
       "cors.preflight",
       fault,
       "compared exactly"},
      {"the other name of this machine",
       {{is_preflight_of_page, with_headers(400, {})},
        {comes_from(other_name), preflight_answer(other_name)}},
       "cors.preflight",
       fault,
       "the API allows http://127.0.0.1:3000"},
      {"the gate answers OPTIONS",
       {{is_preflight_of_page, with_headers(401, {})}},
       "cors.preflight",
       fault,
       "refuses OPTIONS, which has no token"},
      {"no layer, and routes that know no OPTIONS",
       {{is_preflight_of_page, with_headers(405, {})}},
       "cors.preflight",
       fault,
       "the API has no CORS layer"},
      {"a status that a browser does not take",
       {{is_preflight_of_page, preflight_answer(page, "PATCH", "authorization, content-type", 405)}},
       "cors.preflight",
       fault,
       "from 200 to 299"},
      {"no PATCH",
       {{is_preflight_of_page, preflight_answer(page, "GET, POST")}},
       "cors.preflight",
       fault,
       "the method PATCH"},
      {"no Authorization",
       {{is_preflight_of_page, preflight_answer(page, "*", "content-type")}},
       "cors.preflight",
       fault,
       "the header Authorization"},
      {"Authorization is not in *",
       {{is_preflight_of_page, preflight_answer(page, "*", "*")}},
       "cors.preflight",
       fault,
       "* does not include Authorization"},
      {"no Content-Type",
       {{is_preflight_of_page, preflight_answer(page, "PATCH", "Authorization")}},
       "cors.preflight",
       fault,
       "the header Content-Type"},
      {"refusals without CORS",
       {{is_refusal_to_page, with_headers(401, {})}},
       "cors.errors",
       fault,
       "Failed to fetch"},
      {"nothing is exposed",
       {{is_refusal_to_page, with_headers(401, {{"Access-Control-Allow-Origin", page}})}},
       "cors.exposed_headers",
       warning,
       "cannot read Retry-After, WWW-Authenticate"},
      {"one is exposed",
       {{is_refusal_to_page, with_headers(401, {{"Access-Control-Allow-Origin", page},
                                                {"Access-Control-Expose-Headers", "www-authenticate"}})}},
       "cors.exposed_headers",
       warning,
       "cannot read Retry-After"},
      {"any origin is sent back",
       {{comes_from("https://evil.example"), preflight_answer("https://evil.example")}},
       "cors.foreign_origin",
       fault,
       "https://evil.example"},
      {"every origin is allowed",
       {{comes_from("https://evil.example"), preflight_answer("*")}},
       "cors.foreign_origin",
       fault,
       "Access-Control-Allow-Origin: *"},
      {"null is allowed",
       {{comes_from("null"), preflight_answer("null")}},
       "cors.foreign_origin",
       fault,
       "null"},
      {"names that begin as the page's",
       {{comes_from("http://localhost:3000.evil.example"),
         preflight_answer("http://localhost:3000.evil.example")}},
       "cors.foreign_origin",
       fault,
       "compares only part of the origin"},
      {"names that end as the page's",
       {{comes_from("http://evillocalhost:3000"), preflight_answer("http://evillocalhost:3000")}},
       "cors.foreign_origin",
       fault,
       "compares only part of the origin"},
      {"with credentials",
       {{comes_from("https://evil.example"),
         with_headers(200, {{"Access-Control-Allow-Origin", "https://evil.example"},
                            {"Access-Control-Allow-Credentials", "true"}})}},
       "cors.foreign_origin",
       fault,
       "including credentials"},
  };
}

std::map<std::string, Check> examined(const Visit& visit, CheckStatus status) {
  Report report = report_before_the_api();
  check_api(report, visit, good_token());
  check_api_session(report, visit, {});
  check_cors(report, visit, good_token());
  auto told = told_of(report, {"cors."});
  std::erase_if(told, [&](const auto& entry) { return entry.second.status != status; });
  return told;
}

TEST(CorsChecks, FindEachFaultAndNothingElse) {
  for (CorsCase& c : cors_cases()) {
    SCOPED_TRACE(c.name);
    const Visit visit = visit_of(std::move(c.instead));
    for (const CheckStatus status : {fault, warning}) {
      const auto told = examined(visit, status);
      if (c.id.empty() || c.status != status) {
        EXPECT_TRUE(told.empty()) << told.begin()->first;
        continue;
      }
      ASSERT_EQ(told.size(), 1U);
      const Check& check = told.begin()->second;
      EXPECT_EQ(check.id, c.id);
      const std::string said = check.summary + " | " + check.cause + " | " + check.remedy;
      EXPECT_TRUE(said.contains(c.part)) << said;
    }
  }
}

TEST(CorsChecks, LetThePageSendItsCookieWhereSessionsAreTaken) {
  const HttpHeader origin{"Access-Control-Allow-Origin", page};
  const HttpHeader any{"Access-Control-Allow-Origin", "*"};
  const HttpHeader methods{"Access-Control-Allow-Methods", "PATCH"};
  const HttpHeader headers{"Access-Control-Allow-Headers", "authorization, content-type"};
  const HttpHeader exposed{"Access-Control-Expose-Headers", "Retry-After, WWW-Authenticate"};
  const HttpHeader credentials{"Access-Control-Allow-Credentials", "true"};
  const HttpAnswer good_preflight = with_headers(204, {origin, methods, headers, credentials});
  const HttpAnswer good_refusal = with_headers(401, {origin, exposed, credentials});
  struct Case {
    const char* name;
    HttpAnswer preflight;
    HttpAnswer refusal;
    const char* part;  ///< empty when all is good
  };
  for (const Case& c : {
           Case{"both", good_preflight, good_refusal, ""},
           Case{"no credentials", with_headers(204, {origin, methods, headers}),
                with_headers(401, {origin, exposed}), "the response to the preflight comes without"},
           Case{"not in refusals", good_preflight, with_headers(401, {origin, exposed}),
                "an error response comes without"},
           Case{"any origin", with_headers(204, {any, methods, headers, credentials}), good_refusal,
                "with Access-Control-Allow-Origin *"},
       }) {
    SCOPED_TRACE(c.name);
    Visit visit = visit_of({{is_preflight_of_page, c.preflight}, {is_refusal_to_page, c.refusal}});
    for (const bool takes_sessions : {true, false}) {
      visit.kinds.session = takes_sessions;
      Report report = report_before_the_api();
      check_api(report, visit, good_token());
      report.ok("api.session", "it is good");
      check_cors(report, visit, good_token());
      const auto told = told_of(report, {"cors."});
      const bool is_good = std::string_view{c.part}.empty() || !takes_sessions;
      EXPECT_EQ(told.contains("cors.credentials"), !is_good);
      if (is_good) continue;
      const Check& check = told.at("cors.credentials");
      EXPECT_EQ(name_of(check.status), name_of(fault));
      EXPECT_TRUE(check.summary.contains(c.part)) << check.summary;
      EXPECT_TRUE(check.remedy.contains("allow_credentials=True")) << check.remedy;
    }
  }
}

TEST(CorsChecks, WantTheHeaderAuthorizationWhereTokensAreTaken) {
  for (const bool takes_tokens : {true, false}) {
    Visit visit = visit_of({{is_preflight_of_page, preflight_answer(page, "PATCH", "content-type")}});
    visit.kinds.token = takes_tokens;
    EXPECT_EQ(examined(visit, fault).contains("cors.preflight"), takes_tokens);
  }
}

TEST(CorsChecks, AreLeftWhereTheApiIsOfThePagesOrigin) {
  Visit visit = visit_of();
  visit.page_origin = api_url;
  const auto told = examined(visit, CheckStatus::not_checked);
  EXPECT_EQ(told.size(), 3U);
  for (const auto& [id, check] : told)
    EXPECT_EQ(check.summary, "the page and the API have the same origin") << id;
}

TEST(CorsChecks, AreLeftWhereBetterAuthsAddressIsWrongAndItsPagesAreLetIn) {
  struct Case {
    const char* name;
    const char* better_auth;
    const char* page;
    const char* token_is_from;
    bool is_fault;
  };
  for (const Case& c : {
           Case{"another name of this machine", "http://127.0.0.1:3000", "http://127.0.0.1:3000", page,
                false},
           Case{"an internal name", "http://web:3000", "http://web:3000", page, false},
           Case{"a page that is really there", "http://web:3000", "http://app:3000", page, true},
           Case{"a token from elsewhere", "http://web:3000", "http://web:3000", "http://app:3000", true},
           Case{"a token from nowhere", "http://web:3000", "http://web:3000", "", true},
       }) {
    SCOPED_TRACE(c.name);
    Visit visit = visit_of();
    visit.better_auth_url = std::string{c.better_auth} + "/api/auth";
    visit.page_origin = c.page;
    SeenToken token = good_token();
    token.issuer = c.token_is_from;
    Report report = report_before_the_api({.fault = "token.issuer"});
    check_api(report, visit, token);
    check_api_session(report, visit, {});
    check_cors(report, visit, token);
    const auto told = told_of(report, {"cors."});
    EXPECT_EQ(told.at("cors.preflight").status, c.is_fault ? fault : CheckStatus::not_checked);
    if (c.is_fault) continue;
    for (const char* id : {"cors.preflight", "cors.errors", "cors.exposed_headers"})
      EXPECT_EQ(told.at(id).summary, "because of the fault token.issuer") << id;
  }
}

TEST(CorsChecks, AskToGetAPathThatIsGiven) {
  std::vector<HttpCall> preflights;
  Visit visit = visit_of();
  visit.call = [&preflights, call = visit.call](const HttpCall& asked) {
    if (is_preflight_of_page(asked)) preflights.push_back(asked);
    return call(asked);
  };
  Report report = report_before_the_api();
  check_api(report, visit, good_token());
  visit.api_path = "/users/{user_id}/notes";
  check_api_session(report, visit, {});
  check_cors(report, visit, good_token());
  ASSERT_EQ(preflights.size(), 1U);
  EXPECT_EQ(preflights[0].url, std::string{api_url} + "/users/" + own_uuid + "/notes");
  const HttpHeader method{"Access-Control-Request-Method", "GET"};
  EXPECT_TRUE(std::ranges::any_of(preflights[0].headers, [&](const HttpHeader& header) {
    return header.name == method.name && header.value == method.value;
  }));
}

TEST(CorsChecks, AskForNoMoreThanTheApiHas) {
  const auto told_with = [](const HttpAnswer& preflight) {
    Report report = report_before_the_api();
    Visit visit = visit_of({{is_without_token, with_headers(404, {})}, {is_preflight_of_page, preflight}});
    const bool has_route = check_api(report, visit, good_token());
    check_api_session(report, visit, {});
    check_cors(report, visit, good_token(), {}, has_route);
    return told_of(report, {"cors."});
  };
  const char* const left = "the API has no route /api/v1/{user_id}/tasks (it returns 404)";
  EXPECT_EQ(told_with(with_headers(404, {})).at("cors.preflight").summary, left);
  EXPECT_FALSE(told_with(preflight_answer(page, "GET")).contains("cors.preflight"));
  EXPECT_EQ(told_with(preflight_answer("http://localhost:3001")).at("cors.preflight").status, fault);
}

TEST(CorsChecks, AreLeftWhereTheApiLimitsRequests) {
  const auto told =
      examined(visit_of({{is_preflight_of_page, with_headers(429, {})}}), CheckStatus::not_checked);
  EXPECT_EQ(told.size(), 3U);
  EXPECT_EQ(told.at("cors.preflight").summary, "the API limits requests (429)");
}

}  // namespace
}  // namespace drawbridge::doctor
