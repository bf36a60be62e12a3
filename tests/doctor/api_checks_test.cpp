// What is made of each way in which an API can answer.

#include <algorithm>
#include <cctype>
#include <set>

#include <gtest/gtest.h>

#include "fake_api.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr auto fault = CheckStatus::fault;
constexpr auto warning = CheckStatus::warning;
constexpr auto not_checked = CheckStatus::not_checked;

struct Told {
  std::string id;
  CheckStatus status;
  std::string part;  ///< of what is said
};

struct ApiCase {
  const char* name;
  std::vector<Instead> instead;
  std::vector<Told> told;  ///< of api.*, all that is not ok
};

HttpAnswer status(int number, std::string body = {}) {
  return {.status = number, .headers = {}, .body = std::move(body)};
}

HttpAnswer readiness(const char* keys, const char* database, int number) {
  return status(number,
                std::string{R"({"status":"x","keys":")"} + keys + R"(","database":")" + database + "\"}");
}

HttpAnswer told_of_revocations(const std::string& state, int number) {
  return status(number, R"({"status":"x","keys":"fresh","database":"ready","revocations":")" + state + "\"}");
}

HttpAnswer refusal(int number, const std::string& code) {
  return status(number, R"({"code":")" + code + "\"}");
}

const Told no_route{"api.requires_token", not_checked, "no route /api/v1/{user_id}/tasks"};

std::vector<Told> after_own_path(std::vector<Told> told) {
  const std::string because =
      told.back().status == fault ? "because of the fault " + told.back().id : told.back().part;
  told.push_back({"api.tampered_token", not_checked, because});
  told.push_back({"api.foreign_path", not_checked, because});
  return told;
}

std::vector<Told> without_own_path(std::vector<Told> told) {
  const Told& root = told.back();
  told.push_back(
      {"api.own_path", not_checked, root.status == fault ? "because of the fault " + root.id : root.part});
  return after_own_path(std::move(told));
}

std::vector<Told> not_ready(const char* part) {
  return without_own_path(
      {{"api.ready", fault, part}, {"api.requires_token", not_checked, "because of the fault api.ready"}});
}

std::vector<ApiCase> api_cases() {
  const HttpAnswer here{.status = 307, .headers = {{"Location", "/readyz/"}}, .body = {}};
  return {
      {"healthy", {}, {}},
      {"not ready: keys", {{is_ready_question, readiness("absent", "ready", 503)}}, not_ready("keys absent")},
      {"not ready: database",
       {{is_ready_question, readiness("fresh", "not_ready", 503)}},
       not_ready("DATABASE_URL")},
      {"ready with old keys",
       {{is_ready_question, readiness("stale", "ready", 200)}},
       {{"api.ready", warning, "its last one failed"}}},
      {"ready, and told of revocations", {{is_ready_question, told_of_revocations("current", 200)}}, {}},
      {"ready, and not asked yet", {{is_ready_question, told_of_revocations("pending", 200)}}, {}},
      {"ready without revocations",
       {{is_ready_question, told_of_revocations("lost", 200)}},
       {{"api.ready", warning, "even after sign-out"}}},
      {"not ready without revocations",
       {{is_ready_question, told_of_revocations("lost", 503)}},
       not_ready("DRAWBRIDGE_REVOCATIONS=required")},
      {"another backend, which knows no /readyz", {{is_ready_question, status(404)}}, {}},
      {"another backend, which moves /readyz", {{is_ready_question, here}}, {}},
      {"a proxy whose backend is down", {{is_ready_question, status(502)}}, not_ready("502")},
      {"open to all",
       {{is_without_token, status(200)}},
       without_own_path({{"api.requires_token", fault, "anyone can read it"}})},
      {"403 without a token",
       {{is_without_token, status(403)}},
       {{"api.requires_token", warning, "not 401"}}},
      {"an exception without a token",
       {{is_without_token, status(500)}},
       without_own_path({{"api.requires_token", fault, "500"}})},
      {"no connection without a token",
       {{is_without_token, status(0, "the connection was reset")}},
       without_own_path({{"api.requires_token", fault, "the connection was reset"}})},
      {"another route", {{is_without_token, status(404)}}, without_own_path({no_route})},
      {"a route for POST alone", {{is_without_token, status(405)}}, without_own_path({no_route})},
      {"a sign-in page", {{is_without_token, status(302)}}, without_own_path({no_route})},
      {"too many requests",
       {{is_without_token, status(429)}},
       without_own_path({{"api.requires_token", not_checked, "limits requests"}})},
      {"sub in the path",
       {{is_own, status(403)}, {is_by_subject, status(200)}},
       after_own_path({{"api.own_path", fault, "compares the path with `sub`"}})},
      {"a text compared with a UUID",
       {{is_own, status(403)}},
       after_own_path({{"api.own_path", fault, "UUID(x) == x is false"}})},
      {"ids compared as text", {{is_own_in_capitals, status(403)}}, {{"api.own_path", warning, "as text"}}},
      {"another issuer",
       {{is_own, refusal(401, "issuer_mismatch")}},
       after_own_path({{"api.own_path", fault, "BETTER_AUTH_ISSUER"}})},
      {"another audience",
       {{is_own, refusal(401, "audience_mismatch")}},
       after_own_path({{"api.own_path", fault, "BETTER_AUTH_AUDIENCE"}})},
      {"another key set",
       {{is_own, refusal(401, "key_unknown")}},
       after_own_path({{"api.own_path", fault, "BETTER_AUTH_JWKS_URL"}})},
      {"another key of that kid",
       {{is_own, refusal(401, "signature_invalid")}},
       after_own_path({{"api.own_path", fault, "a different key with this kid"}})},
      {"other algorithms",
       {{is_own, refusal(401, "algorithm_not_allowed")}},
       after_own_path({{"api.own_path", fault, "DRAWBRIDGE_ALGORITHMS"}})},
      {"a lost header",
       {{is_own, refusal(401, "token_missing")}},
       after_own_path({{"api.own_path", fault, "removes the Authorization header"}})},
      {"401 without a reason",
       {{is_own, status(401)}},
       after_own_path({{"api.own_path", fault, "compare the API's issuer, audience"}})},
      {"no such route for who is signed in",
       {{is_own, status(404)}},
       after_own_path({{"api.own_path", not_checked, "no route"}})},
      {"an exception for a good token",
       {{is_own, status(500)}},
       after_own_path({{"api.own_path", fault, "fails with a valid token"}})},
      {"a changed token is taken",
       {{is_changed_token, status(200)}},
       {{"api.tampered_token", fault, "no longer matches its signature"}}},
      {"an unsigned token is taken",
       {{is_unsigned_token, status(200)}},
       {{"api.tampered_token", fault, "alg none"}}},
      {"an exception at a changed token",
       {{is_changed_token, status(500)}},
       {{"api.tampered_token", warning, "500"}}},
      {"another user's path is given",
       {{is_foreign, status(200)}},
       {{"api.foreign_path", fault, "any user can read"}}},
      {"another user's path is hidden", {{is_foreign, status(404)}}, {}},
      {"another user's path signs out", {{is_foreign, status(401)}}, {{"api.foreign_path", warning, "401"}}},
      {"a traceback",
       {{is_odd_path, status(500, "Traceback (most recent call last):\n  …")}},
       {{"api.quiet_errors", fault, "a Python traceback"}}},
      {"SQL",
       {{is_odd_path, status(400, "near SELECT id FROM tasks")}},
       {{"api.quiet_errors", fault, "SQL"}}},
      {"the token sent back",
       {{is_foreign, status(403, R"({"detail":"not )" + good_token().text + "\"}")}},
       {{"api.quiet_errors", fault, "reveals the token"}}},
      {"a good answer may quote", {{is_own, status(200, "[{\"title\":\"SELECT * FROM tasks\"}]")}}, {}},
  };
}

std::string said_by(const Check& check) {
  return check.summary + " | " + check.cause + " | " + check.remedy;
}

std::map<std::string, Check> examined(const Visit& visit, const std::optional<SeenToken>& token,
                                      std::vector<std::string> groups = {"api.", "clock.api"}) {
  Report report = report_before_the_api({.has_token = token.has_value()});
  check_api(report, visit, token);
  check_api_session(report, visit, {});
  check_cors(report, visit, token);
  return told_of(report, std::move(groups));
}

TEST(ApiChecks, FindEachFaultAndNothingElse) {
  for (ApiCase& c : api_cases()) {
    SCOPED_TRACE(c.name);
    const auto told = examined(visit_of(std::move(c.instead)), good_token(), {"api."});
    EXPECT_EQ(told.size(), c.told.size());
    for (const Told& expected : c.told) {
      const auto found = told.find(expected.id);
      if (found == told.end()) {
        ADD_FAILURE() << expected.id << " says nothing";
        continue;
      }
      const Check& check = found->second;
      const std::string said = said_by(check);
      EXPECT_EQ(name_of(check.status), name_of(expected.status)) << check.id << ": " << said;
      EXPECT_TRUE(said.contains(expected.part)) << check.id << ": " << said;
      EXPECT_FALSE(said.contains(good_token().text.substr(0, 40)));
      EXPECT_FALSE(said.contains('\n'));
    }
  }
}

TEST(ApiChecks, TellOneFaultOfAnApiThatIsNotThere) {
  const HttpAnswer moved{
      .status = 308, .headers = {{"Location", "https://api.example.com/readyz"}}, .body = {}};
  for (const auto& [answer, part] : {std::pair{status(0, "connection refused"), "connection refused"},
                                     std::pair{moved, "https://api.example.com"}}) {
    const auto told = examined(visit_of({{[](const auto&) { return true; }, answer}}), good_token());
    EXPECT_EQ(told.size(), 8U);
    for (const auto& [id, check] : told) {
      const bool is_root = id == "api.reachable";
      EXPECT_EQ(name_of(check.status), name_of(is_root ? fault : not_checked)) << id;
      EXPECT_TRUE(check.summary.contains(is_root ? part : "because of the fault api.reachable"))
          << check.summary;
    }
  }
}

TEST(ApiChecks, TellAPathTooManyAtItsRoot) {
  struct Case {
    const char* name;
    int at_origin;
    int below;
    bool is_fault;
  };
  for (const Case& c :
       {Case{"too many", 401, 404, true}, Case{"too many, of an API that is open", 200, 404, true},
        Case{"the API is below that path", 404, 401, false}, Case{"at both", 401, 401, false},
        Case{"no route at all", 404, 404, false},
        Case{"a front end that sends to its sign-in", 307, 404, false}}) {
    SCOPED_TRACE(c.name);
    Visit visit = visit_of();
    visit.api_url = "http://localhost:8000/api/v1";
    visit.call = [&](const fetch::HttpCall& call) -> std::expected<HttpAnswer, std::string> {
      return status(call.url.starts_with("http://localhost:8000/api/v1/api/v1/") ? c.below : c.at_origin);
    };
    const auto told = examined(visit, std::nullopt);
    EXPECT_EQ(told.contains("api.reachable"), c.is_fault);
    if (!c.is_fault) continue;
    EXPECT_TRUE(told.at("api.reachable").remedy.contains("use --api-url=http://localhost:8000,"));
    EXPECT_EQ(told.at("api.ready").summary, "because of the fault api.reachable");
  }
}

TEST(ApiChecks, SendNoTokenOverPlainHttpToAnotherMachine) {
  for (const auto& [address, may_send] :
       {std::pair{"http://api.internal:8000", false}, std::pair{"http://10.0.0.5:8000", false},
        std::pair{"https://api.internal:8000", true}, std::pair{"http://127.0.0.1:8000", true}}) {
    SCOPED_TRACE(address);
    Visit visit = visit_of();
    visit.api_url = address;
    bool was_sent = false;
    visit.call = [&](const fetch::HttpCall& call) -> std::expected<HttpAnswer, std::string> {
      for (const auto& header : call.headers) was_sent = was_sent || header.name == "Authorization";
      return status(call.url.ends_with("/readyz") ? 404 : 401);
    };
    const auto told = examined(visit, good_token());
    EXPECT_EQ(was_sent, may_send);
    EXPECT_EQ(told.at("api.own_path").summary.contains("does not send a token over plain http"), !may_send);
  }
}

TEST(ApiChecks, AskForThePathThatTheyAreGiven) {
  Visit visit = visit_of();
  visit.api_path = "/users/{user_id}/notes?limit=1";
  std::set<std::string> asked;
  visit.call = [&](const fetch::HttpCall& call) -> std::expected<HttpAnswer, std::string> {
    const std::string path = call.url.substr(std::string_view{api_url}.size());
    asked.insert(path);
    if (path == "/readyz") return status(404);
    const bool has_token = std::ranges::any_of(
        call.headers, [](const auto& h) { return h.value == "Bearer " + good_token().text; });
    if (!has_token) return status(401);
    std::string lower = path;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return status(lower == std::string{"/users/"} + own_uuid + "/notes?limit=1" ? 200 : 403);
  };
  auto told = examined(visit, good_token());
  told.erase("clock.api");  // of an answer that does not say when it was made
  EXPECT_TRUE(told.empty()) << told.begin()->first;
  asked.erase("/readyz");
  EXPECT_GE(asked.size(), 4U);  // one's own, in capitals, another user's, an odd one
  for (const std::string& path : asked)
    EXPECT_TRUE(path.starts_with("/users/") && path.ends_with("/notes?limit=1")) << path;

  visit.call = [](const fetch::HttpCall&) -> std::expected<HttpAnswer, std::string> { return status(404); };
  EXPECT_TRUE(examined(visit, good_token())
                  .at("api.requires_token")
                  .summary.contains("no route /users/{user_id}/notes?limit=1"));
}

TEST(ApiChecks, OnlyRead) {
  Visit visit = visit_of();
  std::vector<std::string> methods;
  visit.call = [&methods, call = visit.call](const fetch::HttpCall& asked) {
    methods.push_back(asked.method);
    return call(asked);
  };
  Report report = report_before_the_api();
  check_api(report, visit, good_token());
  EXPECT_EQ(methods, std::vector<std::string>(8, "GET"));
}

TEST(ApiChecks, AreLeftWithoutAnApi) {
  Visit visit = visit_of();
  visit.api_url = std::nullopt;
  const auto told = examined(visit, good_token());
  EXPECT_EQ(told.size(), 8U);
  for (const auto& [id, check] : told) EXPECT_EQ(check.summary, "give --api-url") << id;
}

TEST(ApiChecks, LookAtWhatNeedsNoTokenWithoutOne) {
  const auto told = examined(visit_of(), std::nullopt);
  EXPECT_EQ(told.size(), 3U);
  for (const char* id : {"api.own_path", "api.tampered_token", "api.foreign_path"})
    EXPECT_EQ(told.at(id).summary, "no token is given") << id;
}

TEST(ApiChecks, JudgeTheClock) {
  const HttpAnswer late{.status = 200, .headers = {{"Date", "Thu, 26 Nov 2026 09:59:00 GMT"}}, .body = {}};
  const auto told = examined(visit_of({{is_ready_question, late}}), good_token());
  EXPECT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("clock.api").summary, "the clock of the API is 60 s behind this machine's");
}

TEST(ApiChecks, AFaultBehindAnotherIsNotToldAgain) {
  struct Case {
    const char* root;
    const char* follows;
    std::vector<Instead> instead;
  };
  for (const Case& c :
       {Case{"jwks.not_empty", "api.ready", {{is_ready_question, readiness("absent", "ready", 503)}}},
        Case{"tables.user_uuid", "api.ready", {{is_ready_question, readiness("fresh", "not_ready", 503)}}},
        Case{"user.known", "api.own_path", {{is_own, status(403)}}},
        Case{"tables.migrations", "api.own_path", {{is_own, status(500)}}},
        Case{"clock.api", "api.own_path", {{is_own, refusal(401, "token_expired")}}}}) {
    Report report = report_before_the_api({.fault = c.root});
    const HttpAnswer late{.status = 200, .headers = {{"Date", "Thu, 26 Nov 2026 09:59:00 GMT"}}, .body = {}};
    auto instead = c.instead;
    if (std::string_view{c.root} == "clock.api") instead.push_back({is_ready_question, late});
    check_api(report, visit_of(instead), good_token());
    check_api_session(report, visit_of(instead), {});
    check_cors(report, visit_of(instead), good_token());
    const auto told = told_of(report, {c.follows});
    EXPECT_EQ(told.at(c.follows).summary, std::string{"because of the fault "} + c.root);
  }
}

TEST(ApiChecks, LeaveToProductionWhatIsOfProductionAlone) {
  Report report = report_before_the_api();
  check_api(report, visit_of(), good_token());
  check_api_session(report, visit_of(), {});
  check_cors(report, visit_of(), good_token());
  EXPECT_TRUE(told_of(report, {"production."}).empty());
}

}  // namespace
}  // namespace drawbridge::doctor
