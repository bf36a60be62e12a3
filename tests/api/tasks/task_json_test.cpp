#include "api/tasks/task_json.h"

#include <ostream>

#include <boost/json.hpp>

#include "core/text/date_time.h"
#include "tests/support/json.h"

namespace drawbridge::api {
namespace {

using http::BodyFault;
using http::FieldError;
using http::problem;
using test::object_of;

using Errors = std::vector<FieldError>;

struct BodyCase {
  std::string name;
  std::string body;
  std::string malformed{};
  Errors errors{};
};
void PrintTo(const BodyCase& body_case, std::ostream* out) {
  *out << body_case.body.substr(0, 200);
}
std::string name_of_case(const testing::TestParamInfo<BodyCase>& info) {
  return info.param.name;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

void expect_fault(const BodyFault& fault, const BodyCase& expected) {
  EXPECT_EQ(fault.malformed, expected.malformed);
  EXPECT_EQ(fault.errors, expected.errors);
}

class RefusedEverywhere : public testing::TestWithParam<BodyCase> {};

TEST_P(RefusedEverywhere, by_new_task_and_by_change) {
  const auto task = parse_new_task(GetParam().body);
  ASSERT_FALSE(task.has_value());
  expect_fault(task.error(), GetParam());
  const auto change = parse_task_change(GetParam().body);
  ASSERT_FALSE(change.has_value());
  expect_fault(change.error(), GetParam());
}

constexpr const char* no_json = "The body is not valid JSON.";
constexpr const char* no_utf8 = "The body is not valid UTF-8.";

INSTANTIATE_TEST_SUITE_P(
    malformed, RefusedEverywhere,
    testing::Values(
        BodyCase{"nothing", "", no_json}, BodyCase{"no_json", "title=x", no_json},
        BodyCase{"cut_off", R"({"title":"x")", no_json},
        BodyCase{"two_documents", R"({"title":"x"}{"title":"y"})", no_json},
        BodyCase{"comma_at_end", R"({"title":"x",})", no_json},
        BodyCase{"comment", R"({"title":"x"/**/})", no_json},
        BodyCase{"single_quotes", "{'title':'x'}", no_json},
        BodyCase{"raw_control_character", "{\"title\":\"a\nb\"}", no_json},
        BodyCase{"lone_high_surrogate", R"({"title":"\ud800"})", no_json},
        BodyCase{"lone_low_surrogate", R"({"title":"\udc00"})", no_json},
        BodyCase{"high_surrogate_then_letter", R"({"title":"\ud800\u0041"})", no_json},
        BodyCase{"byte_order_mark", "\xEF\xBB\xBF{\"title\":\"x\"}", no_json},
        BodyCase{"bad_utf8", "{\"title\":\"\xFF\"}", no_utf8},
        BodyCase{"overlong_utf8", "{\"title\":\"\xC0\xAF\"}", no_utf8},
        BodyCase{"twice", R"({"title":"x","title":"y"})", "The body has the member \"title\" twice."},
        BodyCase{"twice_after_unescaping", R"({"title":"x","\u0074itle":"y"})",
                 "The body has the member \"title\" twice."},
        BodyCase{"nested_too_deeply", R"({"title":"x","a":)" + repeated("[", 20) + repeated("]", 20) + "}",
                 "The body is nested too deeply."}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(no_object, RefusedEverywhere,
                         testing::Values(BodyCase{"array", "[]", "", {{"", "must be a JSON object"}}},
                                         BodyCase{"null", "null", "", {{"", "must be a JSON object"}}},
                                         BodyCase{"string", "\"x\"", "", {{"", "must be a JSON object"}}}),
                         name_of_case);

const std::vector<FieldError> too_many{{"", "must have at most 100 members"}};

INSTANTIATE_TEST_SUITE_P(
    too_many_members, RefusedEverywhere,
    testing::Values(BodyCase{"in_one_object", object_of(101), "", too_many},
                    BodyCase{"in_several", object_of(51, R"({"a":1})"), "", too_many},
                    BodyCase{"in_objects_of_a_list",
                             R"({"title":"x","tag_ids":[)" + object_of(50) + ',' + object_of(50) + "]}", "",
                             too_many},
                    BodyCase{"one_of_them_twice", object_of(101).insert(1, R"("0":1,)"), "", too_many}),
    name_of_case);

TEST(NewTask, may_have_a_hundred_members_to_be_refused_one_by_one) {
  EXPECT_EQ(parse_new_task(object_of(100)).error().errors.size(), 20U);
}

constexpr const char* title_size = "must have 1 to 255 characters, not counting white space at either end";
constexpr const char* foreign = "is not a member that can be set";
constexpr const char* no_time = "must be a date-time like 2026-11-23T10:00:00Z, or null";
constexpr const char* no_priority = "must be low, medium, high or null";

INSTANTIATE_TEST_SUITE_P(
    values, RefusedEverywhere,
    testing::Values(
        BodyCase{"title_null", R"({"title":null})", "", {{"/title", "must be a string"}}},
        BodyCase{"title_number", R"({"title":1})", "", {{"/title", "must be a string"}}},
        BodyCase{"title_empty", R"({"title":""})", "", {{"/title", title_size}}},
        BodyCase{"title_white", "{\"title\":\" \\t\\n\u00A0\u3000\"}", "", {{"/title", title_size}}},
        BodyCase{
            "title_long", R"({"title":")" + repeated("\u00E9", 256) + "\"}", "", {{"/title", title_size}}},
        BodyCase{"title_long_with_white_space",
                 R"({"title":")" + repeated("\u3000", 1'705) + "xx\"}",
                 "",
                 {{"/title", title_size}}},
        BodyCase{"title_white_space_without_end",
                 R"({"title":")" + repeated("\u3000", 340'000) + "x\"}",
                 "",
                 {{"/title", title_size}}},
        BodyCase{
            "title_nul", R"({"title":"a\u0000b"})", "", {{"/title", "must not contain the character NUL"}}},
        BodyCase{"description_number",
                 R"({"title":"x","description":1})",
                 "",
                 {{"/description", "must be a string or null"}}},
        BodyCase{"description_nul",
                 R"({"title":"x","description":"\u0000"})",
                 "",
                 {{"/description", "must not contain the character NUL"}}},
        BodyCase{"description_long",
                 R"({"title":"x","description":")" + repeated("a", 10'001) + "\"}",
                 "",
                 {{"/description", "must have at most 10000 characters"}}},
        BodyCase{"description_of_marks",
                 R"({"title":"x","description":")" + repeated("\u0323", 31) + "\"}",
                 "",
                 {{"/description", "must have at most 30 combining marks in a row"}}},
        BodyCase{"completed_null",
                 R"({"title":"x","completed":null})",
                 "",
                 {{"/completed", "must be true or false"}}},
        BodyCase{"completed_text",
                 R"({"title":"x","completed":"true"})",
                 "",
                 {{"/completed", "must be true or false"}}},
        BodyCase{"completed_number",
                 R"({"title":"x","completed":1})",
                 "",
                 {{"/completed", "must be true or false"}}},
        BodyCase{
            "priority_unknown", R"({"title":"x","priority":"urgent"})", "", {{"/priority", no_priority}}},
        BodyCase{"priority_case", R"({"title":"x","priority":"Low"})", "", {{"/priority", no_priority}}},
        BodyCase{"priority_number", R"({"title":"x","priority":1})", "", {{"/priority", no_priority}}},
        BodyCase{"due_date_no_time", R"({"title":"x","due_date":"tomorrow"})", "", {{"/due_date", no_time}}},
        BodyCase{"due_date_number", R"({"title":"x","due_date":1764000000})", "", {{"/due_date", no_time}}},
        BodyCase{"reminder_no_time", R"({"title":"x","reminder_at":""})", "", {{"/reminder_at", no_time}}}),
    name_of_case);

constexpr const char* no_tag = "must be the id of one of your tags";
constexpr const char* no_tags = "must be an array of the ids of your tags";

std::string with_tags(std::string_view tags) {
  return R"({"title":"x","tag_ids":)" + std::string{tags} + '}';
}

std::string numbers(int count) {
  std::string text{"[1"};
  for (int i = 2; i <= count; ++i) text += ',' + std::to_string(i);
  return text + ']';
}

INSTANTIATE_TEST_SUITE_P(
    tags, RefusedEverywhere,
    testing::Values(
        BodyCase{"tags_null", with_tags("null"), "", {{"/tag_ids", no_tags}}},
        BodyCase{"tags_number", with_tags("1"), "", {{"/tag_ids", no_tags}}},
        BodyCase{"tags_object", with_tags("{}"), "", {{"/tag_ids", no_tags}}},
        BodyCase{"tag_text", with_tags(R"([1,"2"])"), "", {{"/tag_ids/1", no_tag}}},
        BodyCase{"tag_fraction", with_tags("[1.5]"), "", {{"/tag_ids/0", no_tag}}},
        BodyCase{"tag_zero", with_tags("[0]"), "", {{"/tag_ids/0", no_tag}}},
        BodyCase{"tag_negative", with_tags("[-1]"), "", {{"/tag_ids/0", no_tag}}},
        BodyCase{"tag_beyond_64_bits", with_tags("[9223372036854775808]"), "", {{"/tag_ids/0", no_tag}}},
        BodyCase{
            "each_is_listed", with_tags("[null,1,{}]"), "", {{"/tag_ids/0", no_tag}, {"/tag_ids/2", no_tag}}},
        BodyCase{"tag_twice", with_tags("[3,4,3]"), "", {{"/tag_ids/2", "is given more than once"}}},
        BodyCase{"too_many", with_tags(numbers(101)), "", {{"/tag_ids", "must have at most 100 ids"}}}),
    name_of_case);

INSTANTIATE_TEST_SUITE_P(
    members, RefusedEverywhere,
    testing::Values(
        BodyCase{"unknown", R"({"title":"x","titel":"y"})", "", {{"/titel", foreign}}},
        BodyCase{"tags", R"({"title":"x","tags":[1]})", "", {{"/tags", foreign}}},
        BodyCase{"id", R"({"title":"x","id":"y"})", "", {{"/id", foreign}}},
        BodyCase{"user_id", R"({"title":"x","user_id":"y"})", "", {{"/user_id", foreign}}},
        BodyCase{"case_matters", R"({"title":"x","Completed":true})", "", {{"/Completed", foreign}}},
        BodyCase{"pointer_is_escaped", R"({"title":"x","a/b~c":1})", "", {{"/a~1b~0c", foreign}}},
        BodyCase{"all_are_listed",
                 R"({"title":"","x":1,"due_date":""})",
                 "",
                 {{"/title", title_size}, {"/x", foreign}, {"/due_date", no_time}}},
        BodyCase{"reminder_at_due",
                 R"({"title":"x","due_date":"2026-01-01T00:00Z","reminder_at":"2026-01-01T01:00+01:00"})",
                 "",
                 {{"/reminder_at", "must be before due_date"}}}),
    name_of_case);

TEST(NewTask, needs_a_title) {
  const auto task = parse_new_task("{}");
  ASSERT_FALSE(task.has_value());
  expect_fault(task.error(), {"", "", "", {{"/title", "is required"}}});
}

TEST(NewTask, has_defaults) {
  const auto task = parse_new_task(R"({"title":"x"})");
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->title, "x");
  EXPECT_EQ(task->description, std::nullopt);
  EXPECT_FALSE(task->completed);
  EXPECT_EQ(task->priority, std::nullopt);
  EXPECT_EQ(task->due_date, std::nullopt);
  EXPECT_EQ(task->reminder_at, std::nullopt);
  EXPECT_TRUE(task->tag_ids.empty());
}

TEST(NewTask, takes_every_member) {
  const auto task = parse_new_task(R"({"title":" a b\u3000","description":" d ","completed":true,
      "priority":"high","due_date":"2026-11-23T10:00+02:00","reminder_at":"2026-11-23T07:59:59.999Z",
      "tag_ids":[9223372036854775807,1]})");
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->tag_ids, (std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(), 1}));
  EXPECT_EQ(task->title, "a b");
  EXPECT_EQ(task->description, " d ");
  EXPECT_TRUE(task->completed);
  EXPECT_EQ(task->priority, Priority::high);
  EXPECT_EQ(time_text(task->due_date.value()), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(time_text(task->reminder_at.value()), "2026-11-23T07:59:59.999Z");
}

TEST(NewTask, counts_code_points_and_not_the_white_space_around) {
  EXPECT_TRUE(parse_new_task(R"({"title":")" + repeated("\U0001F600", 255) + R"(  "})").has_value());
  EXPECT_TRUE(
      parse_new_task(R"({"title":"x","description":")" + repeated("\u00E9", 10'000) + "\"}").has_value());
}

TEST(TaskChange, tells_absent_from_null) {
  const auto nothing = parse_task_change("{}");
  ASSERT_TRUE(nothing.has_value());
  EXPECT_FALSE(nothing->title || nothing->description || nothing->completed || nothing->priority ||
               nothing->due_date || nothing->reminder_at || nothing->tag_ids);
  const auto cleared =
      parse_task_change(R"({"description":null,"priority":null,"due_date":null,"reminder_at":null})");
  ASSERT_TRUE(cleared.has_value());
  EXPECT_TRUE(cleared->description && !*cleared->description);
  EXPECT_TRUE(cleared->priority && !*cleared->priority);
  EXPECT_TRUE(cleared->due_date && !*cleared->due_date);
  EXPECT_TRUE(cleared->reminder_at && !*cleared->reminder_at);
}

TEST(TaskChange, takes_as_many_tags_as_a_task_may_have) {
  EXPECT_EQ(parse_task_change(R"({"tag_ids":[]})")->tag_ids, std::vector<std::int64_t>{});
  EXPECT_EQ(parse_task_change(with_tags(numbers(100)))->tag_ids->size(), 100U);
}

TEST(TaskReplacement, sets_what_is_absent_to_its_default) {
  const auto bare = parse_task_replacement(R"({"title":" x "})");
  ASSERT_TRUE(bare.has_value());
  EXPECT_EQ(bare->title, "x");
  EXPECT_TRUE(bare->description && !*bare->description);
  EXPECT_EQ(bare->completed, false);
  EXPECT_TRUE(bare->priority && !*bare->priority);
  EXPECT_TRUE(bare->due_date && !*bare->due_date);
  EXPECT_TRUE(bare->reminder_at && !*bare->reminder_at);
  EXPECT_EQ(bare->tag_ids, std::vector<std::int64_t>{});
  const auto full =
      parse_task_replacement(R"({"title":"x","description":"d","completed":true,"priority":"low",
      "due_date":"2026-11-23T10:00Z","reminder_at":"2026-11-23T09:00Z","tag_ids":[2]})");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->description, std::optional<std::string>{"d"});
  EXPECT_EQ(full->completed, true);
  EXPECT_EQ(full->priority, std::optional{Priority::low});
  EXPECT_EQ(full->tag_ids, std::vector<std::int64_t>{2});
}

TEST(TaskReplacement, needs_a_title) {
  const auto task = parse_task_replacement(R"({"completed":true})");
  ASSERT_FALSE(task.has_value());
  expect_fault(task.error(), {"", "", "", {{"/title", "is required"}}});
}

TEST(TaskChange, lists_at_most_twenty_errors) {
  std::string body = R"({"a0":1)";
  for (int i = 1; i < 100; ++i) body += ",\"a" + std::to_string(i) + "\":1";
  const auto change = parse_task_change(body + '}');
  ASSERT_FALSE(change.has_value());
  EXPECT_EQ(change.error().errors.size(), 20U);
  EXPECT_EQ(parse_new_task(body + '}').error().errors, change.error().errors);
  EXPECT_EQ(parse_task_change(with_tags('[' + repeated("1,", 99) + "1]")).error().errors.size(), 20U);
}

Task a_task() {
  return {.id = Uuid::parse("00000000-0000-4000-8000-000000000001").value(),
          .user_id = Uuid::parse("00000000-0000-4000-8000-00000000000a").value(),
          .title = "\"t\"\u2028",
          .description = std::nullopt,
          .completed = false,
          .priority = Priority::medium,
          .due_date = Instant{},
          .reminder_at = std::nullopt,
          .tags = {{7, "home", "#00FF00"}, {8, "work", std::nullopt}},
          .created_at = Instant{std::chrono::milliseconds{1}},
          .updated_at = Instant{std::chrono::milliseconds{2}}};
}

TEST(TaskJson, has_every_member) {
  EXPECT_EQ(boost::json::parse(task_json(a_task())), boost::json::parse(R"({
      "id":"00000000-0000-4000-8000-000000000001","user_id":"00000000-0000-4000-8000-00000000000a",
      "title":"\"t\"\u2028","description":null,"completed":false,"priority":"medium",
      "due_date":"1970-01-01T00:00:00.000Z","reminder_at":null,
      "tags":[{"id":7,"name":"home","color":"#00FF00"},{"id":8,"name":"work","color":null}],
      "created_at":"1970-01-01T00:00:00.001Z","updated_at":"1970-01-01T00:00:00.002Z"})"));
}

TEST(TaskPageJson, counts_pages) {
  struct Case {
    std::int64_t total, limit, pages;
  };
  for (const auto [total, limit, pages] :
       {Case{0, 20, 0}, Case{1, 20, 1}, Case{20, 20, 1}, Case{21, 20, 2}}) {
    const auto page = boost::json::parse(task_page_json({{}, total}, {.page = 3, .limit = limit}));
    EXPECT_EQ(page, (boost::json::value{{"items", boost::json::array{}},
                                        {"total", total},
                                        {"page", 3},
                                        {"limit", limit},
                                        {"pages", pages}}));
  }
}

}  // namespace
}  // namespace drawbridge::api
