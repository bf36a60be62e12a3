// Which tasks every store lists, and in which order, whatever database is behind it.

#include "tests/api/store_contract.h"

namespace drawbridge::test {
namespace {

using api::Order;
using api::SortBy;
using api::TaskFilter;
using api::TaskListRequest;
using Titles = std::vector<std::string>;

class TaskListContract : public StoreContract {
 protected:
  Task add(NewTask task, Instant at = noon) { return create_task(*session, alice, task, at).value(); }

  /// The titles that a filter lets through, in the order of their making.
  Titles filtered(TaskFilter filter) {
    return titles(alice, {.filter = std::move(filter), .order = Order::ascending});
  }
};

TEST_P(TaskListContract, filters) {
  const auto work = make_tag(alice, "work");
  const auto home = make_tag(alice, "home");
  const auto unused = make_tag(alice, "unused");
  const auto bobs = make_tag(bob, "bob's");
  add({.title = "a", .priority = Priority::low, .due_date = noon, .tag_ids = {work}}, noon + 1s);
  add({.title = "b", .completed = true, .priority = Priority::high, .due_date = noon + 1h}, noon + 2s);
  add({.title = "c", .due_date = noon + 2h, .tag_ids = {work, home}}, noon + 3s);
  add({.title = "d", .completed = true, .tag_ids = {home}}, noon + 4s);
  const std::int64_t bobs_with_his_tag =
      create_task(*session, bob, {.title = "bob's", .tag_ids = {bobs}}, noon).value().tags.front().id;

  struct Case {
    std::string_view name;
    TaskFilter filter;
    Titles listed;
  };
  const std::vector<Case> cases{
      {"nothing asked for", {}, {"a", "b", "c", "d"}},
      {"open", {.completed = false}, {"a", "c"}},
      {"completed", {.completed = true}, {"b", "d"}},
      {"priority", {.priority = Priority::high}, {"b"}},
      {"priority of none", {.priority = Priority::medium}, {}},
      {"tag", {.any_tag_of = {work}}, {"a", "c"}},
      {"any of two tags, each task once", {.any_tag_of = {work, home}}, {"a", "c", "d"}},
      {"the same tag twice", {.any_tag_of = {home, home}}, {"c", "d"}},
      {"a tag of none", {.any_tag_of = {unused}}, {}},
      {"another user's tag", {.any_tag_of = {bobs_with_his_tag}}, {}},
      {"due at or after", {.due_after = noon + 1h}, {"b", "c"}},
      {"due before, itself not", {.due_before = noon + 1h}, {"a"}},
      {"due between", {.due_after = noon, .due_before = noon + 2h}, {"a", "b"}},
      {"due in no time", {.due_after = noon + 1h, .due_before = noon + 1h}, {}},
      {"all at once",
       {.completed = false, .any_tag_of = {home}, .due_after = noon, .due_before = noon + 3h, .search = "C"},
       {"c"}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    EXPECT_EQ(filtered(item.filter), item.listed);
    EXPECT_EQ(
        list_tasks(*session, alice, {.filter = item.filter, .page = {.page = 1, .limit = 1}}).value().total,
        static_cast<std::int64_t>(item.listed.size()));
  }
}

TEST_P(TaskListContract, searches_title_and_description_with_letter_case_ignored) {
  add({.title = "Straße ÉCOLE", .description = "Мост"}, noon + 1s);
  add({.title = "100% _done_", .description = "it's \\ \"quoted\""}, noon + 2s);
  add({.title = "plain"}, noon + 3s);
  struct Case {
    std::string_view search;
    Titles listed;
  };
  const std::vector<Case> cases{
      {"école", {"Straße ÉCOLE"}},
      {"E\u0301cole", {"Straße ÉCOLE"}},
      {"strasse", {"Straße ÉCOLE"}},
      {"МОСТ", {"Straße ÉCOLE"}},
      {"ecole", {}},
      {"%", {"100% _done_"}},
      {"_", {"100% _done_"}},
      {"\\", {"100% _done_"}},
      {"IT'S", {"100% _done_"}},
      {"PLAIN", {"plain"}},
      {"plain ", {}},
      {"nowhere", {}},
      {"a", {"Straße ÉCOLE", "plain"}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.search);
    EXPECT_EQ(filtered({.search = std::string{item.search}}), item.listed);
  }
}

TEST_P(TaskListContract, sorts_with_what_is_absent_last_in_both_orders) {
  add({.title = "banana", .priority = Priority::high, .due_date = noon + 2h}, noon + 1s);
  add({.title = "Apple", .priority = Priority::low}, noon + 3s);
  add({.title = "éclair", .due_date = noon + 1h}, noon + 2s);
  add({.title = "cherry", .priority = Priority::medium, .due_date = noon + 3h}, noon + 4s);
  struct Case {
    std::string_view name;
    SortBy sort_by;
    Titles ascending;
    Titles descending;
  };
  const std::vector<Case> cases{
      {"creation",
       SortBy::created_at,
       {"banana", "éclair", "Apple", "cherry"},
       {"cherry", "Apple", "éclair", "banana"}},
      {"due date",
       SortBy::due_date,
       {"éclair", "banana", "cherry", "Apple"},
       {"cherry", "banana", "éclair", "Apple"}},
      {"priority",
       SortBy::priority,
       {"Apple", "cherry", "banana", "éclair"},
       {"banana", "cherry", "Apple", "éclair"}},
      {"title, letter case ignored",
       SortBy::title,
       {"Apple", "banana", "cherry", "éclair"},
       {"éclair", "cherry", "banana", "Apple"}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    EXPECT_EQ(titles(alice, {.sort_by = item.sort_by, .order = Order::ascending}), item.ascending);
    EXPECT_EQ(titles(alice, {.sort_by = item.sort_by, .order = Order::descending}), item.descending);
  }
}

TEST_P(TaskListContract, orders_ties_by_id_in_both_orders_and_over_pages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) ids.push_back(make(alice, "same").id.text());
  std::ranges::sort(ids);
  for (const SortBy sort_by : {SortBy::created_at, SortBy::due_date, SortBy::priority, SortBy::title}) {
    for (const Order order : {Order::ascending, Order::descending}) {
      std::vector<std::string> seen;
      for (std::int64_t page = 1; page <= 3; ++page) {
        const TaskListRequest request{.sort_by = sort_by, .order = order, .page = {.page = page, .limit = 3}};
        const auto listed = list_tasks(*session, alice, request).value();
        for (const Task& task : listed.items) seen.push_back(task.id.text());
      }
      EXPECT_EQ(seen, ids);
    }
  }
}

TEST_P(TaskListContract, counts_what_the_filter_lets_through_past_the_end_too) {
  for (int i = 0; i < 5; ++i) add({.title = "t", .completed = i % 2 == 0});
  const auto page =
      list_tasks(*session, alice, {.filter = {.completed = true}, .page = {.page = 9, .limit = 2}});
  EXPECT_EQ(page.value().total, 3);
  EXPECT_TRUE(page.value().items.empty());
}

TEST_P(TaskListContract, toggles_and_says_when) {
  const Task task = make(alice, "t");
  const Task done = toggle_task(*session, alice, task.id, noon + 1min).value();
  EXPECT_TRUE(done.completed);
  EXPECT_EQ(done.updated_at, noon + 1min);
  EXPECT_EQ(done.created_at, noon);
  EXPECT_FALSE(toggle_task(*session, alice, task.id, noon + 2min).value().completed);
  EXPECT_EQ(toggle_task(*session, bob, task.id, noon).error().kind, Kind::not_found);
  backend->delete_user(alice_uuid);
  EXPECT_EQ(toggle_task(*session, alice, task.id, noon).error().kind, Kind::user_unknown);
}

TEST_P(TaskListContract, refuses_a_filter_that_no_request_can_make) {
  EXPECT_EQ(list_tasks(*session, alice, {.filter = {.due_after = Instant::max()}}).error().kind,
            Kind::internal);
  EXPECT_EQ(list_tasks(*session, alice, {.filter = {.due_before = Instant::min()}}).error().kind,
            Kind::internal);
}

DRAWBRIDGE_EVERY_STORE(TaskListContract);

}  // namespace
}  // namespace drawbridge::test
