// What every store must do with tasks and users, whatever database is behind it.

#include "tests/api/store_contract.h"

namespace drawbridge::test {
namespace {

class SessionContract : public StoreContract {};

TEST_P(SessionContract, is_ready) {
  EXPECT_TRUE(check_ready(*session).has_value());
}

TEST_P(SessionContract, keeps_every_field) {
  NewTask full;
  full.title = "Full";
  full.description = "Text\nwith two lines";
  full.completed = true;
  full.priority = Priority::high;
  full.due_date = noon + 48h;
  full.reminder_at = noon + 47h + 1ms;
  NewTask bare;
  bare.title = "Bare";
  for (const NewTask& wanted : {full, bare}) {
    const Task made = create_task(*session, alice, wanted, noon + 1ms).value();
    EXPECT_EQ(made.user_id.text(), alice_uuid);
    EXPECT_EQ(made.title, wanted.title);
    EXPECT_EQ(made.description, wanted.description);
    EXPECT_EQ(made.completed, wanted.completed);
    EXPECT_EQ(made.priority, wanted.priority);
    EXPECT_EQ(made.due_date, wanted.due_date);
    EXPECT_EQ(made.reminder_at, wanted.reminder_at);
    EXPECT_EQ(made.created_at, noon + 1ms);
    EXPECT_EQ(made.updated_at, noon + 1ms);
    EXPECT_TRUE(made.tags.empty());
    expect_same(get_task(*session, alice, made.id).value(), made);
  }
}

TEST_P(SessionContract, keeps_each_priority) {
  for (const Priority priority : {Priority::low, Priority::medium, Priority::high}) {
    NewTask task;
    task.title = "T";
    task.priority = priority;
    const Task made = create_task(*session, alice, task, noon).value();
    EXPECT_EQ(get_task(*session, alice, made.id).value().priority, priority);
  }
}

TEST_P(SessionContract, gives_each_task_an_id_of_its_own) {
  const Uuid first = make(alice, "one").id;
  const Uuid second = make(alice, "two").id;
  EXPECT_NE(first, second);
  EXPECT_EQ(first.text()[14], '4');
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST_P(SessionContract, counts_code_points_not_bytes) {
  struct Case {
    std::string_view name;
    std::string title;
    std::string description;
    bool kept;
  };
  const std::vector<Case> cases{
      {"longest ASCII", repeated("x", 255), repeated("y", 10'000), true},
      {"longest of four bytes each", repeated("🌉", 255), repeated("🌉", 10'000), true},
      {"combining and right to left", "e\u0301 שלום \u200D", "\u202Eabc", true},
      {"quotes and SQL", "'; DROP TABLE tasks; --\"", "%_\\", true},
      {"title too long", repeated("🌉", 256), "", false},
      {"title empty", "", "", false},
      {"description too long", "x", repeated("y", 10'001), false},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    NewTask task;
    task.title = item.title;
    task.description = item.description;
    const auto made = create_task(*session, alice, task, noon);
    if (!item.kept) {
      ASSERT_FALSE(made.has_value());
      EXPECT_EQ(made.error().kind, Kind::internal);
      continue;
    }
    const Task read = get_task(*session, alice, made.value().id).value();
    EXPECT_EQ(read.title, item.title);
    EXPECT_EQ(read.description, item.description);
  }
}

TEST_P(SessionContract, refuses_a_time_that_it_cannot_write) {
  NewTask task;
  task.title = "T";
  task.due_date = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};
  EXPECT_EQ(create_task(*session, alice, task, noon).error().kind, Kind::internal);
  EXPECT_EQ(list_tasks(*session, alice, {}).value().total, 0);
}

TEST_P(SessionContract, shows_nobody_the_tasks_of_another) {
  const Task task = make(alice, "Alice's");
  for (const Identity& other : {bob, stranger}) {
    EXPECT_EQ(get_task(*session, other, task.id).error().kind, Kind::not_found);
    const auto page = list_tasks(*session, other, {}).value();
    EXPECT_TRUE(page.items.empty());
    EXPECT_EQ(page.total, 0);
  }
}

TEST_P(SessionContract, lets_nobody_change_the_tasks_of_another) {
  const Task task = make(alice, "Alice's");
  TaskChange change;
  change.title = "Bob was here";
  EXPECT_EQ(change_task(*session, bob, task.id, change, noon + 1h).error().kind, Kind::not_found);
  EXPECT_EQ(delete_task(*session, bob, task.id).error().kind, Kind::not_found);
  EXPECT_EQ(change_task(*session, stranger, task.id, change, noon + 1h).error().kind, Kind::user_unknown);
  EXPECT_EQ(delete_task(*session, stranger, task.id).error().kind, Kind::user_unknown);
  expect_same(get_task(*session, alice, task.id).value(), task);
}

TEST_P(SessionContract, refuses_an_identity_without_uuid) {
  const Identity nobody = identity_without_uuid();
  const Uuid id = make(alice, "Alice's").id;
  EXPECT_EQ(list_tasks(*session, nobody, {}).error().kind, Kind::internal);
  EXPECT_EQ(get_task(*session, nobody, id).error().kind, Kind::internal);
  EXPECT_EQ(create_task(*session, nobody, {}, noon).error().kind, Kind::internal);
  EXPECT_EQ(change_task(*session, nobody, id, {}, noon).error().kind, Kind::internal);
  EXPECT_EQ(delete_task(*session, nobody, id).error().kind, Kind::internal);
}

TEST_P(SessionContract, lists_newest_first_and_ties_by_id) {
  std::vector<std::pair<Uuid, std::string>> same_time;
  for (const char* title : {"b", "c", "d", "e"}) same_time.emplace_back(make(alice, title, noon).id, title);
  std::ranges::sort(same_time);
  make(alice, "oldest", noon - 1ms);
  make(alice, "newest", noon + 1ms);
  make(bob, "not Alice's", noon);

  std::vector<std::string> expected{"newest"};
  for (const auto& [id, title] : same_time) expected.push_back(title);
  expected.emplace_back("oldest");
  EXPECT_EQ(titles(alice), expected);

  std::vector<std::string> page_by_page;
  for (std::int64_t page = 1; page <= 3; ++page) {
    for (auto& title : titles(alice, {.page = {.page = page, .limit = 2}})) page_by_page.push_back(title);
  }
  EXPECT_EQ(page_by_page, expected);
}

TEST_P(SessionContract, pages) {
  for (int i = 0; i < 5; ++i) make(alice, "task", noon + std::chrono::minutes{i});
  struct Case {
    std::string_view name;
    PageRequest page;
    std::size_t items;
  };
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Case cases[]{
      {"all in one", {.page = 1, .limit = 5}, 5},     {"first", {.page = 1, .limit = 2}, 2},
      {"last, not full", {.page = 3, .limit = 2}, 1}, {"just past the end", {.page = 6, .limit = 1}, 0},
      {"past the end", {.page = 4, .limit = 2}, 0},   {"farthest", {.page = most, .limit = 100}, 0},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const auto page = list_tasks(*session, alice, {.page = item.page}).value();
    EXPECT_EQ(page.items.size(), item.items);
    EXPECT_EQ(page.total, 5);
  }
  for (const PageRequest& wrong :
       {PageRequest{.page = 0, .limit = 20}, PageRequest{.page = 1, .limit = 0},
        PageRequest{.page = 1, .limit = 101}, PageRequest{.page = 1, .limit = -1}}) {
    EXPECT_EQ(list_tasks(*session, alice, {.page = wrong}).error().kind, Kind::internal);
  }
}

TEST_P(SessionContract, changes_what_is_named_and_nothing_else) {
  struct Case {
    std::string_view name;
    TaskChange change;
    std::function<void(Task&)> expected;
  };
  const std::vector<Case> cases{
      {"nothing", {}, [](Task&) {}},
      {"title", {.title = "New"}, [](Task& task) { task.title = "New"; }},
      {"description", {.description = "D"}, [](Task& task) { task.description = "D"; }},
      {"description cleared",
       {.description = std::optional<std::string>{}},
       [](Task& task) { task.description = std::nullopt; }},
      {"completed", {.completed = true}, [](Task& task) { task.completed = true; }},
      {"priority", {.priority = Priority::low}, [](Task& task) { task.priority = Priority::low; }},
      {"priority cleared",
       {.priority = std::optional<Priority>{}},
       [](Task& task) { task.priority = std::nullopt; }},
      {"due date", {.due_date = noon + 72h}, [](Task& task) { task.due_date = noon + 72h; }},
      {"due date cleared",
       {.due_date = std::optional<Instant>{}},
       [](Task& task) { task.due_date = std::nullopt; }},
      {"reminder", {.reminder_at = noon + 2h}, [](Task& task) { task.reminder_at = noon + 2h; }},
      {"reminder cleared",
       {.reminder_at = std::optional<Instant>{}},
       [](Task& task) { task.reminder_at = std::nullopt; }},
  };
  NewTask original;
  original.title = "Title";
  original.description = "Description";
  original.priority = Priority::medium;
  original.due_date = noon + 24h;
  original.reminder_at = noon + 1h;
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    Task expected = create_task(*session, alice, original, noon).value();
    item.expected(expected);
    expected.updated_at = noon + 1min;
    const Task changed = change_task(*session, alice, expected.id, item.change, noon + 1min).value();
    expect_same(changed, expected);
    expect_same(get_task(*session, alice, expected.id).value(), expected);
  }
}

TEST_P(SessionContract, keeps_the_reminder_before_the_due_date) {
  struct Case {
    std::string_view name;
    std::optional<Instant> due;
    std::optional<Instant> reminder;
    TaskChange change;
    bool good;
  };
  using Cleared = std::optional<Instant>;
  const std::vector<Case> cases{
      {"due moved to the reminder", noon + 2h, noon + 1h, {.due_date = noon + 1h}, false},
      {"due moved just after it", noon + 2h, noon + 1h, {.due_date = noon + 1h + 1ms}, true},
      {"reminder moved past due", noon + 2h, noon + 1h, {.reminder_at = noon + 3h}, false},
      {"both moved", noon + 2h, noon + 1h, {.due_date = noon + 9h, .reminder_at = noon + 8h}, true},
      {"due cleared, reminder later", noon + 2h, {}, {.due_date = Cleared{}, .reminder_at = noon + 9h}, true},
      {"reminder alone", {}, {}, {.reminder_at = noon}, true},
      {"due added before the reminder", {}, noon + 1h, {.due_date = noon}, false},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    NewTask task;
    task.title = "T";
    task.due_date = item.due;
    task.reminder_at = item.reminder;
    const Task made = create_task(*session, alice, task, noon).value();
    const auto changed = change_task(*session, alice, made.id, item.change, noon + 1min);
    ASSERT_EQ(changed.has_value(), item.good);
    if (item.good) continue;
    EXPECT_EQ(changed.error().kind, Kind::value_refused);
    expect_same(get_task(*session, alice, made.id).value(), made);
  }
}

TEST_P(SessionContract, refuses_a_new_task_with_its_reminder_after_the_due_date) {
  NewTask task;
  task.title = "T";
  task.due_date = noon;
  task.reminder_at = noon;
  EXPECT_EQ(create_task(*session, alice, task, noon).error().kind, Kind::value_refused);
  EXPECT_EQ(backend->count_rows("tasks"), 0);
}

TEST_P(SessionContract, deletes_one_task_once) {
  const Task task = make(alice, "gone");
  make(alice, "stays");
  EXPECT_TRUE(delete_task(*session, alice, task.id).has_value());
  EXPECT_EQ(get_task(*session, alice, task.id).error().kind, Kind::not_found);
  EXPECT_EQ(delete_task(*session, alice, task.id).error().kind, Kind::not_found);
  EXPECT_EQ(titles(alice), std::vector<std::string>{"stays"});
}

TEST_P(SessionContract, finds_no_task_that_is_not_there) {
  const Uuid id = Uuid::parse("00000000-0000-4000-8000-000000000000").value();
  EXPECT_EQ(get_task(*session, alice, id).error().kind, Kind::not_found);
  EXPECT_EQ(change_task(*session, alice, id, {}, noon).error().kind, Kind::not_found);
  EXPECT_EQ(delete_task(*session, alice, id).error().kind, Kind::not_found);
}

TEST_P(SessionContract, shows_each_task_with_its_tags_by_name) {
  const Task both = make(alice, "both", noon + 2min);
  const Task none = make(alice, "none", noon + 1min);
  const Task one = make(alice, "one", noon);
  const std::int64_t work = backend->add_tag(alice_uuid, "work", "#00ff7F");
  const std::int64_t home = backend->add_tag(alice_uuid, "home", "#123456");
  for (const std::int64_t tag : {work, home}) ASSERT_TRUE(backend->tag_task(alice_uuid, both.id, tag));
  ASSERT_TRUE(backend->tag_task(alice_uuid, one.id, work));

  const auto items = list_tasks(*session, alice, {}).value().items;
  ASSERT_EQ(items.size(), 3U);
  ASSERT_EQ(items[0].tags.size(), 2U);
  EXPECT_EQ(items[0].tags[0].id, home);
  EXPECT_EQ(items[0].tags[0].name, "home");
  EXPECT_EQ(items[0].tags[0].color, "#123456");
  EXPECT_EQ(items[0].tags[1].name, "work");
  EXPECT_TRUE(items[1].tags.empty());
  ASSERT_EQ(items[2].tags.size(), 1U);
  EXPECT_EQ(items[2].tags[0].id, work);

  EXPECT_EQ(get_task(*session, alice, both.id).value().tags.size(), 2U);
  EXPECT_EQ(change_task(*session, alice, both.id, {.title = "new"}, noon).value().tags.size(), 2U);
  // A page is counted in tasks, not in rows of the join.
  EXPECT_EQ(list_tasks(*session, alice, {.page = {.page = 1, .limit = 2}}).value().items.size(), 2U);
  EXPECT_EQ(get_task(*session, alice, none.id).value().tags.size(), 0U);
}

TEST_P(SessionContract, cannot_join_another_users_tag) {
  const Task alices = make(alice, "Alice's");
  const std::int64_t bobs = backend->add_tag(bob_uuid, "Bob's", "#000000");
  EXPECT_FALSE(backend->tag_task(alice_uuid, alices.id, bobs));
  EXPECT_FALSE(backend->tag_task(bob_uuid, alices.id, bobs));
  EXPECT_EQ(backend->count_rows("task_tags"), 0);
}

TEST_P(SessionContract, forgets_a_deleted_user) {
  const Task task = make(alice, "Alice's");
  make(bob, "Bob's");
  ASSERT_TRUE(backend->tag_task(alice_uuid, task.id, backend->add_tag(alice_uuid, "t", "#000000")));
  backend->delete_user(alice_uuid);
  EXPECT_EQ(backend->count_rows("tasks"), 1);
  EXPECT_EQ(backend->count_rows("tags"), 0);
  EXPECT_EQ(backend->count_rows("task_tags"), 0);
  EXPECT_EQ(list_tasks(*session, alice, {}).value().total, 0);
  EXPECT_EQ(get_task(*session, alice, task.id).error().kind, Kind::not_found);
  EXPECT_EQ(create_task(*session, alice, {.title = "T"}, noon).error().kind, Kind::user_unknown);
  EXPECT_EQ(change_task(*session, alice, task.id, {}, noon).error().kind, Kind::user_unknown);
  EXPECT_EQ(delete_task(*session, alice, task.id).error().kind, Kind::user_unknown);
  EXPECT_EQ(titles(bob), std::vector<std::string>{"Bob's"});
}

TEST_P(SessionContract, shows_nothing_of_a_user_deleted_without_the_cascade) {
  const Task task = make(alice, "left behind");
  backend->delete_user_leaving_rows(alice_uuid);
  ASSERT_EQ(backend->count_rows("tasks"), 1);
  const auto page = list_tasks(*session, alice, {}).value();
  EXPECT_TRUE(page.items.empty());
  EXPECT_EQ(page.total, 0);
  EXPECT_EQ(get_task(*session, alice, task.id).error().kind, Kind::not_found);
  EXPECT_EQ(create_task(*session, alice, {.title = "T"}, noon).error().kind, Kind::user_unknown);
  EXPECT_EQ(change_task(*session, alice, task.id, {}, noon).error().kind, Kind::user_unknown);
  EXPECT_EQ(delete_task(*session, alice, task.id).error().kind, Kind::user_unknown);
}

TEST_P(SessionContract, reads_while_another_connection_holds_the_lock) {
  const Task task = make(alice, "here");
  const auto reader = backend->session(Access::read);
  backend->while_locked([&] {
    EXPECT_EQ(list_tasks(*reader, alice, {}).value().total, 1);
    EXPECT_EQ(get_task(*reader, alice, task.id).value().title, "here");
    EXPECT_TRUE(check_ready(*reader).has_value());
  });
}

TEST_P(SessionContract, a_reader_sees_what_was_just_written) {
  const auto reader = backend->session(Access::read);
  EXPECT_EQ(list_tasks(*reader, alice, {}).value().total, 0);
  const Task task = make(alice, "new");
  EXPECT_EQ(list_tasks(*reader, alice, {}).value().total, 1);
  ASSERT_TRUE(delete_task(*session, alice, task.id).has_value());
  EXPECT_EQ(list_tasks(*reader, alice, {}).value().total, 0);
}

TEST_P(SessionContract, a_reader_cannot_write) {
  const auto reader = backend->session(Access::read);
  EXPECT_EQ(create_task(*reader, alice, {.title = "T"}, noon).error().kind, Kind::unavailable);
  EXPECT_EQ(backend->count_rows("tasks"), 0);
}

DRAWBRIDGE_EVERY_STORE(SessionContract);

}  // namespace
}  // namespace drawbridge::test
