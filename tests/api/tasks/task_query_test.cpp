// The parameters of a list of tasks.

#include "api/tasks/task_query.h"

#include "core/text/date_time.h"

namespace drawbridge::api {
namespace {

using http::FieldError;

using Errors = std::vector<FieldError>;

TEST(TaskQuery, asks_for_the_newest_tasks_by_default) {
  const auto request = task_list_request("");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->filter.completed, std::nullopt);
  EXPECT_EQ(request->filter.priority, std::nullopt);
  EXPECT_TRUE(request->filter.any_tag_of.empty());
  EXPECT_EQ(request->filter.due_after, std::nullopt);
  EXPECT_EQ(request->filter.due_before, std::nullopt);
  EXPECT_EQ(request->filter.search, "");
  EXPECT_EQ(request->sort_by, SortBy::created_at);
  EXPECT_EQ(request->order, Order::descending);
  EXPECT_EQ(request->page.page, 1);
  EXPECT_EQ(request->page.limit, 20);
}

TEST(TaskQuery, reads_each_parameter) {
  struct Case {
    std::string_view query;
    bool (*is_read)(const TaskListRequest&);
  };
  const Case cases[]{
      {"status=all", [](const auto& r) { return !r.filter.completed; }},
      {"status=open", [](const auto& r) { return r.filter.completed == false; }},
      {"status=completed", [](const auto& r) { return r.filter.completed == true; }},
      {"priority=low", [](const auto& r) { return r.filter.priority == Priority::low; }},
      {"priority=medium", [](const auto& r) { return r.filter.priority == Priority::medium; }},
      {"priority=high", [](const auto& r) { return r.filter.priority == Priority::high; }},
      {"tag=7", [](const auto& r) { return r.filter.any_tag_of == std::vector<std::int64_t>{7}; }},
      {"tag=9223372036854775807&tag=1&tag=1",
       [](const auto& r) {
         return r.filter.any_tag_of ==
                std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::max(), 1, 1};
       }},
      {"due_after=2026-11-23T10:00%2B02:00",
       [](const auto& r) { return time_text(*r.filter.due_after) == "2026-11-23T08:00:00.000Z"; }},
      {"due_before=2026-11-23T10:00",
       [](const auto& r) { return time_text(*r.filter.due_before) == "2026-11-23T10:00:00.000Z"; }},
      {"search=a+b%20c%C3%A9", [](const auto& r) { return r.filter.search == "a b cé"; }},
      {"search=", [](const auto& r) { return r.filter.search.empty(); }},
      {"sort_by=created_at", [](const auto& r) { return r.sort_by == SortBy::created_at; }},
      {"sort_by=due_date", [](const auto& r) { return r.sort_by == SortBy::due_date; }},
      {"sort_by=priority", [](const auto& r) { return r.sort_by == SortBy::priority; }},
      {"sort_by=title", [](const auto& r) { return r.sort_by == SortBy::title; }},
      {"order=asc", [](const auto& r) { return r.order == Order::ascending; }},
      {"order=desc", [](const auto& r) { return r.order == Order::descending; }},
      {"limit=100&page=3", [](const auto& r) { return r.page.page == 3 && r.page.limit == 100; }},
  };
  for (const Case& item : cases) {
    const auto request = task_list_request(item.query);
    ASSERT_TRUE(request.has_value()) << item.query;
    EXPECT_TRUE(item.is_read(*request)) << item.query;
  }
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(TaskQuery, refuses) {
  const FieldError no_time{"", "must be a date-time like 2026-11-23T10:00:00Z"};
  struct Case {
    std::string query;
    FieldError error;
  };
  const std::vector<Case> cases{
      {"status=done", {"?status", "must be one of all, open, completed"}},
      {"status=", {"?status", "must be one of all, open, completed"}},
      {"status=open&status=open", {"?status", "is given more than once"}},
      {"priority=LOW", {"?priority", "must be one of low, medium, high"}},
      {"priority=low&priority=high", {"?priority", "is given more than once"}},
      {"tag=0", {"?tag", "must be the id of a tag"}},
      {"tag=1&tag=work", {"?tag", "must be the id of a tag"}},
      {"tag=9223372036854775808", {"?tag", "must be the id of a tag"}},
      {repeated("tag=1&", 100) + "tag=1", {"?tag", "may be given at most 100 times"}},
      {"due_after=2026-11-23", {"?due_after", no_time.message}},
      {"due_after=2026-11-23T10:00+02:00", {"?due_after", no_time.message}},
      {"due_before=tomorrow", {"?due_before", no_time.message}},
      {"search=" + repeated("%C3%A9", 256), {"?search", "must have at most 255 characters"}},
      {"search=a%00b", {"?search", "must not contain the character NUL"}},
      {"search=%FF", {"?search", "must be UTF-8"}},
      {"search=a&search=b", {"?search", "is given more than once"}},
      {"sort_by=user_id", {"?sort_by", "must be one of created_at, due_date, priority, title"}},
      {"order=ascending", {"?order", "must be one of asc, desc"}},
      {"tags=1", {"?tags", "is not a parameter of this route"}},
      {"tag[]=1", {"?", "is not a query of percent-encoded parameters"}},
      {"page=0", {"?page", "must be a whole number of at least 1"}},
      {repeated("tag=1&", 200) + "tag=1", {"?", "must have at most 200 parameters"}},
  };
  for (const auto& [query, error] : cases) {
    const auto request = task_list_request(query);
    ASSERT_FALSE(request.has_value()) << query;
    EXPECT_EQ(request.error(), Errors{error}) << query;
  }
  EXPECT_TRUE(task_list_request("search=" + repeated("%C3%A9", 255)).has_value());
  EXPECT_TRUE(task_list_request(repeated("tag=1&", 99) + "tag=1").has_value());
}

TEST(TaskQuery, lists_all_that_is_wrong) {
  const auto request = task_list_request("limit=0&status=x&colour=red");
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error(), (Errors{{"?status", "must be one of all, open, completed"},
                                     {"?limit", "must be a whole number from 1 to 100"},
                                     {"?colour", "is not a parameter of this route"}}));
}

}  // namespace
}  // namespace drawbridge::api
