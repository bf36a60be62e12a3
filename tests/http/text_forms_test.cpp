// The small forms of text that the API reads and writes: queries, media types, heads of answers.

#include "http/media_type.h"
#include "http/query.h"
#include "http/response_text.h"

namespace drawbridge::http {
namespace {

struct QueryCase {
  std::string_view query;
  std::int64_t page;
  std::int64_t limit;
  std::vector<FieldError> errors;
};
class PageQuery : public testing::TestWithParam<QueryCase> {};

TEST_P(PageQuery, is_read) {
  // What follows the query in memory is not part of it.
  const std::string buffer = std::string{GetParam().query} + "0&x=1";
  const auto request = page_request(std::string_view{buffer}.substr(0, GetParam().query.size()));
  ASSERT_EQ(request.has_value(), GetParam().errors.empty());
  if (!request) {
    EXPECT_EQ(request.error(), GetParam().errors);
    return;
  }
  EXPECT_EQ(request->page, GetParam().page);
  EXPECT_EQ(request->limit, GetParam().limit);
}

const FieldError bad_page{"?page", "must be a whole number of at least 1"};
const FieldError bad_limit{"?limit", "must be a whole number from 1 to 100"};

INSTANTIATE_TEST_SUITE_P(
    , PageQuery,
    testing::Values(
        QueryCase{"", 1, 20, {}}, QueryCase{"page=2&limit=100", 2, 100, {}}, QueryCase{"limit=1", 1, 1, {}},
        QueryCase{"%70age=3", 3, 20, {}}, QueryCase{"page=92233720368547758", 92'233'720'368'547'758, 20, {}},
        QueryCase{"page=0", 0, 0, {bad_page}}, QueryCase{"page=-1", 0, 0, {bad_page}},
        QueryCase{"page=+1", 0, 0, {bad_page}}, QueryCase{"page=%2B1", 0, 0, {bad_page}},
        QueryCase{"page=1.0", 0, 0, {bad_page}}, QueryCase{"page=", 0, 0, {bad_page}},
        QueryCase{"page", 0, 0, {bad_page}}, QueryCase{"page=1x", 0, 0, {bad_page}},
        QueryCase{"page=92233720368547759", 0, 0, {bad_page}},
        QueryCase{"page=99999999999999999999", 0, 0, {bad_page}}, QueryCase{"limit=0", 0, 0, {bad_limit}},
        QueryCase{"limit=101", 0, 0, {bad_limit}}, QueryCase{"page=0&limit=0", 0, 0, {bad_page, bad_limit}},
        QueryCase{"page=1&page=2", 0, 0, {{"?page", "is given more than once"}}},
        QueryCase{"Page=1", 0, 0, {{"?Page", "is not a parameter of this route"}}},
        QueryCase{"a=1&b=2",
                  0,
                  0,
                  {{"?a", "is not a parameter of this route"}, {"?b", "is not a parameter of this route"}}},
        QueryCase{"token=x", 0, 0, {{"?token", "is not a parameter of this route"}}},
        QueryCase{"&", 0, 0, {{"?", "is not a parameter of this route"}}},
        QueryCase{"page=%", 0, 0, {{"?", "is not a query of percent-encoded parameters"}}}));

TEST(Query, is_an_error_where_none_belongs) {
  EXPECT_TRUE(errors_of_unwanted_query("").empty());
  const std::vector<FieldError> expected{{"?page", "is not a parameter of this route"}};
  EXPECT_EQ(errors_of_unwanted_query("page=1"), expected);
}

TEST(Query, lists_at_most_twenty_errors) {
  std::string query = "p0=1";
  for (int i = 1; i < 100; ++i) query += "&p" + std::to_string(i) + "=1";
  EXPECT_EQ(errors_of_unwanted_query(query).size(), 20U);
}

TEST(Query, has_at_most_two_hundred_parameters) {
  const std::vector<FieldError> too_many{{"?", "must have at most 200 parameters"}};
  std::string query = "a";
  for (int i = 1; i < 200; ++i) query += "&a";
  EXPECT_EQ(errors_of_unwanted_query(query),
            (std::vector<FieldError>{{"?a", "is not a parameter of this route"}}));
  EXPECT_EQ(errors_of_unwanted_query(query + "&a"), too_many);
  EXPECT_EQ(errors_of_unwanted_query(query + "&"), too_many);
  EXPECT_EQ(errors_of_unwanted_query(query + "&a=%"), too_many) << "it is not read any more";
  EXPECT_EQ(page_request(query + "&a").error(), too_many);
}

TEST(MediaType, json_in_utf8_only) {
  for (const auto* good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=UTF-8", "application/json ; charset=\"utf-8\"",
                           "application/json; profile=x"})
    EXPECT_TRUE(is_json_media_type(good)) << good;
  for (const auto* bad : {"", "text/plain", "application/jsonx", "application/json, text/plain",
                          "application/merge-patch+json", "application/json; charset=latin1",
                          "application/json; a=b; charset=utf-16", "application/x-www-form-urlencoded"})
    EXPECT_FALSE(is_json_media_type(bad)) << bad;
}

TEST(ResponseText, has_what_every_answer_has) {
  std::string out;
  append_response(out, {.content_type = json_type, .body = "{}", .headers = {{"Location", "/x"}}},
                  {.date = "D", .request_id = "R"});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: D\r\nX-Request-Id: R\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            "Vary: Origin\r\nLocation: /x\r\n\r\n{}");
}

TEST(ResponseText, says_what_becomes_of_the_connection) {
  std::string out;
  append_response(out, {.status = 204}, {.date = "D", .request_id = "R", .keep_alive = false});
  EXPECT_TRUE(out.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_TRUE(out.ends_with("\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(out.contains("Content-Length"));
  out.clear();
  append_response(out, {}, {.date = "D", .request_id = "R", .http_1_0 = true});
  EXPECT_TRUE(out.ends_with("\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(ResponseText, head_has_the_length_but_not_the_body) {
  std::string out;
  append_response(out, {.body = "body"}, {.date = "D", .request_id = "R", .with_body = false});
  EXPECT_TRUE(out.contains("\r\nContent-Length: 4\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(ResponseText, a_static_body_is_not_copied) {
  std::string out;
  append_response(out, {.static_body = "body"}, {.date = "D", .request_id = "R"});
  EXPECT_TRUE(out.contains("\r\nContent-Length: 4\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

TEST(ResponseText, date_is_that_of_rfc_9110) {
  EXPECT_EQ(date_text(std::chrono::sys_seconds{std::chrono::seconds{784'111'777}}),
            "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace drawbridge::http
