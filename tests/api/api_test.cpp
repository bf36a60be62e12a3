// The API over real sockets on a real SQLite database: what each route answers, to whom, and in which order.

#include <future>
#include <ostream>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tests/api/api_fixture.h"
#include "tests/api/rows.h"
#include "tests/support/identities.h"

namespace drawbridge::test {
namespace {

class ApiTest : public testing::Test {
 protected:
  std::string make_task(const std::string& user, std::string_view token, std::string_view body) {
    const auto made = api.call("POST", tasks_of(user), token, body);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.member("id");
  }

  Api api;
};

TEST_F(ApiTest, makes_reads_changes_and_deletes_a_task) {
  const auto made =
      api.call("POST", tasks_of(alice), "alice", R"({"title":" first ","due_date":"2026-11-23T10:00"})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.header("content-type"), "application/json");
  EXPECT_EQ(made.member("title"), "first");
  EXPECT_EQ(made.member("user_id"), alice);
  EXPECT_EQ(made.member("due_date"), "2026-11-23T10:00:00.000Z");
  const std::string path = tasks_of(alice) + '/' + made.member("id");
  EXPECT_EQ(made.header("location"), path);

  const auto read = api.call("GET", path, "alice");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(boost::json::parse(read.body), boost::json::parse(made.body));

  const auto changed = api.call("PATCH", path, "alice", R"({"completed":true,"due_date":null})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.member("completed"), "true");
  EXPECT_EQ(changed.member("due_date"), "null");
  EXPECT_EQ(changed.member("title"), "first");

  const auto deleted = api.call("DELETE", path, "alice");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(api.call("GET", path, "alice").code(), "not_found");
  EXPECT_EQ(api.call("DELETE", path, "alice").code(), "not_found");
}

TEST_F(ApiTest, lists_a_users_own_tasks_page_by_page) {
  for (int i = 0; i < 3; ++i) make_task(alice, "alice", fmt::format(R"({{"title":"a{}"}})", i));
  make_task(bob, "bob", R"({"title":"b"})");
  const auto page = api.call("GET", tasks_of(alice) + "?page=2&limit=2", "alice");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.member("total"), "3");
  EXPECT_EQ(page.member("page"), "2");
  EXPECT_EQ(page.member("limit"), "2");
  EXPECT_EQ(page.member("pages"), "2");
  EXPECT_EQ(boost::json::parse(page.member("items")).as_array().size(), 1U);
  EXPECT_EQ(api.call("GET", tasks_of(alice) + "?page=9", "alice").member("items"), "[]");
  EXPECT_EQ(api.call("GET", tasks_of(bob), "bob").member("total"), "1");
}

TEST_F(ApiTest, the_path_id_may_be_in_capitals) {
  make_task(alice, "alice", R"({"title":"a"})");
  EXPECT_EQ(api.call("GET", "/api/v1/AAAAAAAA-0000-4000-8000-000000000001/tasks", "alice").member("total"),
            "1");
}

TEST_F(ApiTest, another_users_task_under_ones_own_path_is_not_found) {
  const auto id = make_task(bob, "bob", R"({"title":"b"})");
  const std::string path = tasks_of(alice) + '/' + id;
  EXPECT_EQ(api.call("GET", path, "alice").code(), "not_found");
  EXPECT_EQ(api.call("PATCH", path, "alice", R"({"title":"mine"})").code(), "not_found");
  EXPECT_EQ(api.call("DELETE", path, "alice").code(), "not_found");
  EXPECT_EQ(api.call("GET", tasks_of(bob) + '/' + id, "bob").member("title"), "b");
}

TEST_F(ApiTest, a_change_may_not_move_the_reminder_behind_the_due_date) {
  const auto id = make_task(alice, "alice", R"({"title":"a","due_date":"2026-11-23T10:00Z"})");
  const auto refused =
      api.call("PATCH", tasks_of(alice) + '/' + id, "alice", R"({"reminder_at":"2026-11-23T10:00Z"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "validation_failed");
  EXPECT_EQ(refused.member("errors"), R"([{"pointer":"/reminder_at","message":"must be before due_date"}])");
}

TEST_F(ApiTest, a_deleted_user_reads_nothing_and_writes_nothing) {
  make_task(alice, "alice", R"({"title":"a"})");
  api.backend->delete_user(alice);
  EXPECT_EQ(api.call("GET", tasks_of(alice), "alice").member("total"), "0");
  const auto refused = api.call("POST", tasks_of(alice), "alice", R"({"title":"b"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "user_unknown");
  EXPECT_EQ(api.backend->count_rows("tasks"), 0);
}

TEST_F(ApiTest, me_is_the_identity) {
  EXPECT_EQ(boost::json::parse(api.call("GET", "/api/v1/me", "alice").body), boost::json::parse(R"({
      "issuer":"https://issuer.example","subject":"subject","uuid":"aaaaaaaa-0000-4000-8000-000000000001",
      "email":null,"email_verified":null,"name":null,"roles":[],"session_id":null,"impersonated_by":null,
      "credential":"token","permissions":{},
      "organizations":null,"organizations_truncated":false,"active_organization":null,
      "issued_at":null,"expires_at":0})"));
}

TEST_F(ApiTest, health_needs_no_token) {
  const auto health = api.call("GET", "/healthz", "");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, R"({"status":"ok"})");
  EXPECT_EQ(api.call("GET", "/healthz?probe=1", "").status, 200);
}

TEST_F(ApiTest, a_full_database_queue_is_503_with_a_time_to_retry) {
  api.store.refuse(true);
  const auto refused = api.call("GET", tasks_of(alice), "alice");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "store_unavailable");
  EXPECT_EQ(refused.header("retry-after"), "1");
}

TEST(StoreLimits, work_that_waited_too_long_for_the_database_is_not_done) {
  test::Api::Options options;
  options.limits.store = std::chrono::milliseconds{0};  // whatever waits has waited too long
  test::Api api{options};
  for (const auto* method : {"POST", "GET"}) {
    const auto late = api.call(method, tasks_of(alice), "alice", R"({"title":"ghost"})");
    EXPECT_EQ(late.status, 503) << method;
    EXPECT_EQ(late.code(), "store_unavailable") << method;
    EXPECT_EQ(late.header("retry-after"), "1") << method;
  }
  EXPECT_EQ(api.call("GET", "/readyz", "").status, 503);
  std::promise<std::int64_t> total;
  ASSERT_TRUE(api.database.read([&](database::Session& session) {
    total.set_value(list_tasks(session, test::identity_of(alice), {})->total);
  }));
  EXPECT_EQ(total.get_future().get(), 0);
}

TEST_F(ApiTest, head_is_get_without_the_body) {
  const auto get = api.call("GET", "/api/v1/me", "alice");
  const auto head = api.call("HEAD", "/api/v1/me", "alice");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), std::to_string(get.body.size()));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(api.call("HEAD", "/api/v1/me", "expired").status, 401);
}

TEST_F(ApiTest, every_answer_has_its_security_headers_and_an_id) {
  const auto first = api.call("GET", "/api/v1/me", "alice");
  const auto second = api.call("GET", "/nowhere", "");
  for (const auto& answer : {first, second}) {
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.header("x-request-id").size(), 16U);
    EXPECT_EQ(answer.header("date").size(), 29U);
  }
  EXPECT_NE(first.header("x-request-id"), second.header("x-request-id"));
}

TEST_F(ApiTest, a_verdict_may_come_later) {
  EXPECT_EQ(api.call("GET", "/api/v1/me", "alice-later").status, 200);
  EXPECT_EQ(api.call("POST", tasks_of(alice), "alice-later", R"({"title":"x"})").status, 201);
}

TEST_F(ApiTest, a_refusal_is_a_problem_document) {
  const auto refused = api.call("GET", "/api/v1/me", "expired");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("content-type"), "application/problem+json");
  EXPECT_EQ(boost::json::parse(refused.body),
            boost::json::parse(R"({"type":"urn:drawbridge:error:token_expired",
      "title":"The token has expired","status":401,"detail":"The token has expired.","code":"token_expired"})"));
}

// ---- the token ------------------------------------------------------------------------------------

struct TokenCase {
  const char* name;
  std::string lines;
  std::string target = "/api/v1/me";
  int status;
  std::string_view code;
  std::string_view challenge;
};
void PrintTo(const TokenCase& token_case, std::ostream* out) {
  *out << token_case.lines << token_case.target;
}
class Token : public testing::TestWithParam<TokenCase> {};

TEST_P(Token, is_refused) {
  const Api api;
  const auto answer = api.request(raw_request("GET", GetParam().target, "", GetParam().lines));
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.code(), GetParam().code);
  EXPECT_EQ(answer.header("www-authenticate"), GetParam().challenge);
}

constexpr std::string_view bare = "Bearer realm=\"drawbridge\"";
constexpr std::string_view malformed =
    "Bearer realm=\"drawbridge\", error=\"invalid_token\", error_description=\"token_malformed\"";
constexpr std::string_view expired =
    "Bearer realm=\"drawbridge\", error=\"invalid_token\", error_description=\"token_expired\"";

INSTANTIATE_TEST_SUITE_P(
    , Token,
    testing::Values(
        TokenCase{.name = "none", .lines = "", .status = 401, .code = "token_missing", .challenge = bare},
        TokenCase{.name = "other_scheme",
                  .lines = "Authorization: Basic YTpi\r\n",
                  .status = 401,
                  .code = "token_missing",
                  .challenge = bare},
        TokenCase{.name = "in_the_query",
                  .lines = "",
                  .target = "/api/v1/me?access_token=alice",
                  .status = 401,
                  .code = "token_missing",
                  .challenge = bare},
        TokenCase{.name = "in_a_cookie",
                  .lines = "Cookie: better-auth.session_token=alice\r\n",
                  .status = 401,
                  .code = "token_missing",
                  .challenge = bare},
        TokenCase{.name = "two_headers",
                  .lines = "Authorization: Bearer alice\r\nauthorization: Bearer alice\r\n",
                  .status = 401,
                  .code = "token_malformed",
                  .challenge = malformed},
        TokenCase{.name = "garbage",
                  .lines = "Authorization: Bearer garbage\r\n",
                  .status = 401,
                  .code = "token_malformed",
                  .challenge = malformed},
        TokenCase{.name = "expired",
                  .lines = "Authorization: Bearer expired\r\n",
                  .status = 401,
                  .code = "token_expired",
                  .challenge = expired},
        TokenCase{.name = "outage",
                  .lines = "Authorization: Bearer outage\r\n",
                  .status = 503,
                  .code = "keys_unavailable",
                  .challenge = ""}),
    [](const auto& token_case) { return token_case.param.name; });

TEST_F(ApiTest, an_outage_says_when_to_try_again) {
  EXPECT_EQ(api.call("GET", "/api/v1/me", "outage").header("retry-after"), "7");
}

TEST_F(ApiTest, the_scheme_is_read_whatever_its_case) {
  EXPECT_EQ(api.request(raw_request("GET", "/api/v1/me", "", "Authorization: bEARER alice\r\n")).status, 200);
}

// ---- the paths ------------------------------------------------------------------------------------

struct SpellingCase {
  const char* name;
  std::string target;
  int status;
};
void PrintTo(const SpellingCase& spelling, std::ostream* out) {
  *out << spelling.target;
}
class Spelling : public testing::TestWithParam<SpellingCase> {};

/// Alice asks for what is Bob's, in every way that a proxy or a careless server might take for it.
TEST_P(Spelling, of_another_users_path_gives_nothing) {
  Api api;
  ASSERT_EQ(api.call("POST", tasks_of(bob), "bob", R"({"title":"secret"})").status, 201);
  const auto answer = api.call("GET", GetParam().target, "alice");
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.code(), GetParam().status == 403 ? "user_mismatch" : "not_found");
  EXPECT_FALSE(answer.body.contains("secret"));
}

INSTANTIATE_TEST_SUITE_P(
    , Spelling,
    testing::Values(
        SpellingCase{"plain", tasks_of(bob), 403},
        SpellingCase{"capitals", "/api/v1/BBBBBBBB-0000-4000-8000-000000000002/tasks", 403},
        SpellingCase{"escaped_letter", "/api/v1/%62bbbbbbb-0000-4000-8000-000000000002/tasks", 403},
        SpellingCase{"escaped_twice", "/api/v1/%2562bbbbbbb-0000-4000-8000-000000000002/tasks", 403},
        SpellingCase{"escaped_route", "/%61pi/v1/" + bob + "/tasks", 403},
        SpellingCase{"query", tasks_of(bob) + "?page=1", 403},
        SpellingCase{"braces", "/api/v1/%7b" + bob + "%7d/tasks", 403},
        SpellingCase{"no_hyphens", "/api/v1/bbbbbbbb000040008000000000000002/tasks", 403},
        SpellingCase{"urn", "/api/v1/urn:uuid:" + bob + "/tasks", 403},
        SpellingCase{"space_behind", "/api/v1/" + bob + "%20/tasks", 403},
        SpellingCase{"subject", "/api/v1/subject/tasks", 403},
        SpellingCase{"both", "/api/v1/" + alice + "," + bob + "/tasks", 403},
        SpellingCase{"nil", "/api/v1/00000000-0000-0000-0000-000000000000/tasks", 403},
        SpellingCase{"unknown_user", "/api/v1/cccccccc-0000-4000-8000-000000000003/tasks", 403},
        SpellingCase{"slash_at_end", tasks_of(bob) + "/", 404},
        SpellingCase{"two_slashes", "/api/v1//" + bob + "/tasks", 404},
        SpellingCase{"two_slashes_first", "/" + tasks_of(bob), 404},
        SpellingCase{"dot_dot", "/api/v1/" + alice + "/../" + bob + "/tasks", 404},
        SpellingCase{"escaped_dot_dot", "/api/v1/" + alice + "/%2e%2e/" + bob + "/tasks", 404},
        SpellingCase{"dot", "/api/v1/./" + bob + "/tasks", 404},
        SpellingCase{"escaped_slash", "/api/v1/" + alice + "%2f..%2f" + bob + "/tasks", 404},
        SpellingCase{"escaped_backslash", "/api/v1/" + alice + "%5c..%5c" + bob + "/tasks", 404},
        SpellingCase{"backslash", "/api/v1/" + alice + "\\..\\" + bob + "/tasks", 404},
        SpellingCase{"escaped_nul", "/api/v1/" + bob + "%00/tasks", 404},
        SpellingCase{"parameters", tasks_of(bob) + ";x=1", 404},
        SpellingCase{"route_in_capitals", "/API/v1/" + bob + "/tasks", 404},
        SpellingCase{"no_user", "/api/v1/tasks", 404}),
    [](const auto& spelling) { return spelling.param.name; });

// ---- the order of answers -------------------------------------------------------------------------

struct OrderCase {
  const char* name;
  std::string raw;
  int status;
  std::string_view code;
};
void PrintTo(const OrderCase& order, std::ostream* out) {
  *out << order.raw.substr(0, 300);
}
class Order : public testing::TestWithParam<OrderCase> {};

TEST_P(Order, the_first_that_fails_is_the_answer) {
  const Api api;
  const auto answer = api.request(GetParam().raw);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.code(), GetParam().code);
}

const std::string no_task = tasks_of(alice) + "/00000000-0000-4000-8000-000000000000";
const std::string no_id = tasks_of(alice) + "/7";
constexpr std::string_view json_line = "Content-Type: application/json\r\n";
constexpr std::string_view text_line = "Content-Type: text/plain\r\n";
constexpr std::string_view huge = "Content-Length: 1048577\r\n";

/// Each case has every later fault too.
INSTANTIATE_TEST_SUITE_P(
    , Order,
    testing::Values(
        OrderCase{"limits_before_route", "PUT /nowhere HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n", 400,
                  "request_malformed"},
        OrderCase{"route_before_token", raw_request("PUT", "/nowhere", "", huge), 404, "not_found"},
        OrderCase{"token_before_user", raw_request("PUT", tasks_of(bob), "expired", huge), 401,
                  "token_expired"},
        OrderCase{"outage_before_user", raw_request("PUT", tasks_of(bob), "outage", huge), 503,
                  "keys_unavailable"},
        OrderCase{"user_before_method", raw_request("PUT", tasks_of(bob), "alice", huge), 403,
                  "user_mismatch"},
        OrderCase{"method_before_size", raw_request("PUT", tasks_of(alice), "alice", huge), 405,
                  "method_not_allowed"},
        OrderCase{"size_before_media_type",
                  raw_request("POST", tasks_of(alice), "alice", std::string{text_line} + std::string{huge}),
                  413, "body_too_large"},
        OrderCase{"media_type_before_body", raw_request("POST", tasks_of(alice), "alice", text_line, "{"),
                  415, "media_type_unsupported"},
        OrderCase{"media_type_missing", raw_request("POST", tasks_of(alice), "alice", "", "{}"), 415,
                  "media_type_unsupported"},
        OrderCase{"media_type_twice",
                  raw_request("POST", tasks_of(alice), "alice",
                              std::string{json_line} + std::string{json_line}, "{}"),
                  415, "media_type_unsupported"},
        OrderCase{"body_before_values", raw_request("PATCH", no_id + "?x=1", "alice", json_line, R"({"x":1)"),
                  400, "body_malformed"},
        OrderCase{"no_body_is_malformed", raw_request("POST", tasks_of(alice), "alice", json_line), 400,
                  "body_malformed"},
        OrderCase{"values_before_existence", raw_request("PATCH", no_id, "alice", json_line, R"({"x":1})"),
                  422, "validation_failed"},
        OrderCase{"query_before_existence", raw_request("GET", no_id + "?x=1", "alice"), 422,
                  "validation_failed"},
        OrderCase{"id_is_no_uuid", raw_request("PATCH", no_id, "alice", json_line, "{}"), 404, "not_found"},
        OrderCase{"no_such_task", raw_request("PATCH", no_task, "alice", json_line, "{}"), 404, "not_found"},
        OrderCase{"unknown_method", raw_request("BREW", tasks_of(alice), "alice"), 405, "method_not_allowed"},
        OrderCase{"method_in_lower_case", raw_request("get", tasks_of(alice), "alice"), 405,
                  "method_not_allowed"},
        OrderCase{"trace", raw_request("TRACE", tasks_of(alice), "alice"), 405, "method_not_allowed"}),
    [](const auto& order) { return order.param.name; });

TEST_F(ApiTest, a_wrong_method_is_told_the_right_ones) {
  EXPECT_EQ(api.call("PUT", tasks_of(alice), "alice").header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(api.call("POST", no_task, "alice").header("allow"), "GET, HEAD, PUT, PATCH, DELETE");
  EXPECT_EQ(api.call("POST", "/healthz", "").header("allow"), "GET, HEAD");
}

TEST_F(ApiTest, no_token_is_looked_at_on_an_unknown_route) {
  EXPECT_EQ(api.call("GET", "/nowhere", "alice").status, 404);
  EXPECT_EQ(api.authenticator.asked(), 0);
}

// ---- CORS -----------------------------------------------------------------------------------------

struct CorsCase {
  const char* name;
  std::string method;
  std::string target;
  std::string_view token;
  std::string lines;
  int status;
  std::string_view allow_origin;
  std::string_view allow_methods;
};
void PrintTo(const CorsCase& cors, std::ostream* out) {
  *out << cors.name;
}
class Cors : public testing::TestWithParam<CorsCase> {};

TEST_P(Cors, answers_the_browser) {
  const Api api;
  const auto answer =
      api.request(raw_request(GetParam().method, GetParam().target, GetParam().token, GetParam().lines));
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.header("vary"), "Origin");
  EXPECT_EQ(answer.header("access-control-allow-origin"), GetParam().allow_origin);
  EXPECT_EQ(answer.header("access-control-allow-methods"), GetParam().allow_methods);
  EXPECT_EQ(answer.header("access-control-allow-headers"),
            GetParam().allow_methods.empty() ? "" : "authorization, content-type");
  EXPECT_EQ(answer.header("access-control-max-age"), GetParam().allow_methods.empty() ? "" : "600");
  EXPECT_EQ(answer.header("access-control-expose-headers"),
            GetParam().allow_origin.empty() ? "" : "X-Request-Id, Retry-After, WWW-Authenticate, Location");
  EXPECT_EQ(answer.header("access-control-allow-credentials"), "");
}

const std::string origin_line = "Origin: http://localhost:3000\r\n";
const std::string asks = "Access-Control-Request-Method: PATCH\r\n";

INSTANTIATE_TEST_SUITE_P(preflight, Cors,
                         testing::Values(CorsCase{"list", "OPTIONS", tasks_of(bob), "", origin_line + asks,
                                                  204, allowed_origin, "GET, HEAD, POST"},
                                         CorsCase{"task", "OPTIONS", no_task, "", origin_line + asks, 204,
                                                  allowed_origin, "GET, HEAD, PUT, PATCH, DELETE"},
                                         CorsCase{"unknown_route", "OPTIONS", "/nowhere", "",
                                                  origin_line + asks, 404, allowed_origin, ""},
                                         CorsCase{"foreign_origin", "OPTIONS", tasks_of(bob), "",
                                                  "Origin: http://evil:3000\r\n" + asks, 204, "", ""},
                                         CorsCase{"other_spelling", "OPTIONS", tasks_of(bob), "",
                                                  "Origin: http://127.0.0.1:3000\r\n" + asks, 204, "", ""},
                                         CorsCase{"null_origin", "OPTIONS", tasks_of(bob), "",
                                                  "Origin: null\r\n" + asks, 204, "", ""},
                                         CorsCase{"slash_at_end", "OPTIONS", tasks_of(bob), "",
                                                  "Origin: http://localhost:3000/\r\n" + asks, 204, "", ""},
                                         CorsCase{"no_preflight_without_origin", "OPTIONS", tasks_of(bob), "",
                                                  asks, 401, "", ""},
                                         CorsCase{"no_preflight_without_method", "OPTIONS", tasks_of(alice),
                                                  "alice", origin_line, 405, allowed_origin, ""}),
                         [](const auto& cors) { return cors.param.name; });

INSTANTIATE_TEST_SUITE_P(
    request, Cors,
    testing::Values(
        CorsCase{"good", "GET", tasks_of(alice), "alice", origin_line, 200, allowed_origin, ""},
        CorsCase{"unauthorized", "GET", tasks_of(alice), "", origin_line, 401, allowed_origin, ""},
        CorsCase{"forbidden", "GET", tasks_of(bob), "alice", origin_line, 403, allowed_origin, ""},
        CorsCase{"not_found", "GET", "/nowhere", "", origin_line, 404, allowed_origin, ""},
        CorsCase{"outage", "GET", tasks_of(alice), "outage", origin_line, 503, allowed_origin, ""},
        CorsCase{"no_origin", "GET", tasks_of(alice), "alice", "", 200, "", ""},
        CorsCase{"foreign_origin", "GET", tasks_of(alice), "alice", "Origin: http://evil\r\n", 200, "", ""},
        CorsCase{"two_origins", "GET", tasks_of(alice), "alice", origin_line + origin_line, 200, "", ""}),
    [](const auto& cors) { return cors.param.name; });

}  // namespace
}  // namespace drawbridge::test
