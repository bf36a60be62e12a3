// The small forms of text that the API reads and writes: times, queries, media types, heads of answers.

#include "http/json_time.h"
#include "http/media_type.h"
#include "http/query.h"
#include "http/response_text.h"

namespace drawbridge::http {
namespace {

struct TimeCase {
  std::string_view text;
  std::string_view normal;  ///< empty: refused
};
class TimeText : public testing::TestWithParam<TimeCase> {};

TEST_P(TimeText, is_read) {
  const auto time = parse_time(GetParam().text);
  EXPECT_EQ(time ? time_text(*time) : "", GetParam().normal) << GetParam().text;
  if (!time) return;
  EXPECT_EQ(parse_time(time_text(*time)), time);
}

INSTANTIATE_TEST_SUITE_P(good, TimeText,
                         testing::Values(TimeCase{"2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"},
                                         TimeCase{"2026-11-23T10:00:00.000Z", "2026-11-23T10:00:00.000Z"},
                                         TimeCase{"2026-11-23T10:00", "2026-11-23T10:00:00.000Z"},
                                         TimeCase{"2026-11-23T10:00:05", "2026-11-23T10:00:05.000Z"},
                                         TimeCase{"2026-11-23T10:00Z", "2026-11-23T10:00:00.000Z"},
                                         TimeCase{"2026-11-23t10:00:00z", "2026-11-23T10:00:00.000Z"},
                                         TimeCase{"2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00.500Z"},
                                         TimeCase{"2026-11-23T10:00:00.123456789Z",
                                                  "2026-11-23T10:00:00.123Z"},
                                         TimeCase{"2026-11-23T10:00:00+02:00", "2026-11-23T08:00:00.000Z"},
                                         TimeCase{"2026-11-23T10:00-05:30", "2026-11-23T15:30:00.000Z"},
                                         TimeCase{"2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"},
                                         TimeCase{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
                                         TimeCase{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
                                         TimeCase{"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
                                         TimeCase{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"}));

INSTANTIATE_TEST_SUITE_P(
    bad, TimeText,
    testing::Values(TimeCase{"", ""}, TimeCase{"2026-11-23", ""}, TimeCase{"2026-11-23 10:00:00Z", ""},
                    TimeCase{"2026-11-23T10", ""}, TimeCase{"2026-11-23T10:00:00.Z", ""},
                    TimeCase{"2026-11-23T10:00.5Z", ""}, TimeCase{"2026-1-23T10:00:00Z", ""},
                    TimeCase{"2026-02-29T10:00:00Z", ""}, TimeCase{"2026-13-01T10:00:00Z", ""},
                    TimeCase{"2026-00-01T10:00:00Z", ""}, TimeCase{"2026-11-31T10:00:00Z", ""},
                    TimeCase{"2026-11-23T24:00:00Z", ""}, TimeCase{"2026-11-23T10:60:00Z", ""},
                    TimeCase{"2026-11-23T10:00:60Z", ""}, TimeCase{"2026-11-23T10:00:00+2:00", ""},
                    TimeCase{"2026-11-23T10:00:00+0200", ""}, TimeCase{"2026-11-23T10:00:00+24:00", ""},
                    TimeCase{"2026-11-23T10:00:00+02:60", ""}, TimeCase{"2026-11-23T10:00:00ZZ", ""},
                    TimeCase{"2026-11-23T10:00:00Z ", ""}, TimeCase{" 2026-11-23T10:00:00Z", ""},
                    TimeCase{"+2026-11-23T10:00:00Z", ""}, TimeCase{"12026-11-23T10:00:00Z", ""},
                    TimeCase{"0000-12-31T00:00:00Z", ""}, TimeCase{"0001-01-01T00:00:00+01:00", ""},
                    TimeCase{"9999-12-31T23:59:59-01:00", ""}, TimeCase{"1764000000", ""},
                    TimeCase{"2026-11-23T10:00:00 UTC", ""}));

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

const FieldError bad_page{"?page", "must be a whole number from 1 up"};
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
