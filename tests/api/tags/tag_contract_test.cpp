// What every store must do with tags and with the tags of tasks, whatever database is behind it.

#include <set>

#include "tests/api/store_contract.h"

namespace drawbridge::test {
namespace {

class TagContract : public StoreContract {
 protected:
  std::vector<std::string> names(const Identity& owner, const PageRequest& page = {}) {
    std::vector<std::string> names;
    const auto listed = list_tags(*session, owner, page).value();
    for (const Tag& tag : listed.items) names.push_back(tag.name);
    return names;
  }
  static std::vector<std::int64_t> ids(const Task& task) {
    std::vector<std::int64_t> ids;
    for (const Tag& tag : task.tags) ids.push_back(tag.id);
    return ids;
  }
  Task make_tagged(const Identity& owner, std::vector<std::int64_t> tag_ids) {
    return create_task(*session, owner, {.title = "T", .tag_ids = std::move(tag_ids)}, noon).value();
  }
};

using Ids = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

TEST_P(TagContract, keeps_every_field) {
  for (const auto& color : {std::optional<std::string>{"#00ff7F"}, std::optional<std::string>{}}) {
    const Tag made = create_tag(*session, alice, {.name = "Ünïcode 🌉", .color = color}).value();
    const Tag read = get_tag(*session, alice, made.id).value();
    EXPECT_EQ(read.id, made.id);
    EXPECT_EQ(read.name, "Ünïcode 🌉");
    EXPECT_EQ(read.color, color);
    ASSERT_TRUE(delete_tag(*session, alice, made.id).has_value());
  }
}

TEST_P(TagContract, changes_what_it_is_told_to) {
  const auto id = create_tag(*session, alice, {.name = "old", .color = "#111111"}).value().id;
  EXPECT_EQ(change_tag(*session, alice, id, {.name = "new"}).value().color, "#111111");
  EXPECT_EQ(change_tag(*session, alice, id, {.color = std::optional<std::string>{}}).value().name, "new");
  EXPECT_EQ(get_tag(*session, alice, id).value().color, std::nullopt);
  EXPECT_EQ(change_tag(*session, alice, id, {.name = "new"}).value().name, "new") << "its own name is free";
}

TEST_P(TagContract, a_name_is_one_users_once) {
  make_tag(alice, "work");
  EXPECT_EQ(create_tag(*session, alice, {.name = "work"}).error().kind, Kind::conflict);
  const auto other = make_tag(alice, "Work");
  EXPECT_EQ(change_tag(*session, alice, other, {.name = "work"}).error().kind, Kind::conflict);
  EXPECT_EQ(get_tag(*session, alice, other).value().name, "Work");
  EXPECT_TRUE(create_tag(*session, bob, {.name = "work"}).has_value());
  EXPECT_EQ(backend->count_rows("tags"), 3);
}

TEST_P(TagContract, lists_by_name_in_the_order_of_code_points) {
  for (const char* name : {"b", "é", "a", "B", "🌉", "木"}) make_tag(alice, name);
  make_tag(bob, "bobs");
  EXPECT_EQ(names(alice), (Names{"B", "a", "b", "é", "木", "🌉"}));
  EXPECT_EQ(names(alice, {.page = 2, .limit = 4}), (Names{"木", "🌉"}));
  EXPECT_EQ(list_tags(*session, alice, {.page = 2, .limit = 4}).value().total, 6);
  EXPECT_EQ(names(alice, {.page = 9, .limit = 4}), Names{});
  EXPECT_EQ(list_tags(*session, alice, {.page = 0, .limit = 4}).error().kind, Kind::internal);
}

TEST_P(TagContract, another_users_tag_is_not_there) {
  const auto id = make_tag(alice, "alice's");
  EXPECT_EQ(get_tag(*session, bob, id).error().kind, Kind::not_found);
  EXPECT_EQ(change_tag(*session, bob, id, {.name = "mine"}).error().kind, Kind::not_found);
  EXPECT_EQ(delete_tag(*session, bob, id).error().kind, Kind::not_found);
  EXPECT_EQ(names(bob), Names{});
  EXPECT_EQ(names(alice), Names{"alice's"});
}

TEST_P(TagContract, an_id_is_never_used_again) {
  const auto first = make_tag(alice, "first");
  ASSERT_TRUE(delete_tag(*session, alice, first).has_value());
  EXPECT_GT(make_tag(alice, "second"), first);
  EXPECT_EQ(delete_tag(*session, alice, first).error().kind, Kind::not_found);
}

TEST_P(TagContract, a_task_gets_its_tags_when_it_is_made) {
  const auto work = make_tag(alice, "work");
  const auto home = make_tag(alice, "home");
  const Task task = make_tagged(alice, {work, home});
  EXPECT_EQ(ids(task), (Ids{home, work})) << "by name";
  expect_same(get_task(*session, alice, task.id).value(), task);
}

TEST_P(TagContract, a_change_replaces_the_tags_or_leaves_them) {
  const auto one = make_tag(alice, "1");
  const auto two = make_tag(alice, "2");
  const auto id = make_tagged(alice, {one}).id;
  EXPECT_EQ(ids(change_task(*session, alice, id, {.title = "new"}, noon).value()), Ids{one});
  EXPECT_EQ(ids(change_task(*session, alice, id, {.tag_ids = Ids{two}}, noon).value()), Ids{two});
  EXPECT_EQ(ids(change_task(*session, alice, id, {.tag_ids = Ids{one, two}}, noon).value()), (Ids{one, two}));
  EXPECT_EQ(ids(toggle_task(*session, alice, id, noon).value()), (Ids{one, two}));
  EXPECT_EQ(ids(change_task(*session, alice, id, {.tag_ids = Ids{}}, noon).value()), Ids{});
  EXPECT_EQ(get_task(*session, alice, id).value().title, "new");
}

TEST_P(TagContract, a_tag_that_is_not_ones_own_leaves_everything_as_it_was) {
  const auto mine = make_tag(alice, "mine");
  const auto bobs = make_tag(bob, "bob's");
  for (const std::int64_t wrong : {bobs, std::int64_t{999'999}}) {
    const auto made = create_task(*session, alice, {.title = "T", .tag_ids = {mine, wrong}}, noon);
    EXPECT_EQ(made.error().kind, Kind::value_refused);
    EXPECT_EQ(made.error().pointer, "/tag_ids/1");
  }
  EXPECT_EQ(backend->count_rows("tasks"), 0);

  const Task task = make_tagged(alice, {mine});
  const auto changed =
      change_task(*session, alice, task.id, {.title = "changed", .tag_ids = Ids{bobs, mine}}, noon + 1h);
  EXPECT_EQ(changed.error().kind, Kind::value_refused);
  EXPECT_EQ(changed.error().pointer, "/tag_ids/0");
  expect_same(get_task(*session, alice, task.id).value(), task);
  EXPECT_EQ(backend->count_rows("task_tags"), 1);
}

TEST_P(TagContract, a_deleted_tag_is_off_its_tasks) {
  const auto gone = make_tag(alice, "gone");
  const auto stays = make_tag(alice, "stays");
  const Task task = make_tagged(alice, {gone, stays});
  ASSERT_TRUE(delete_tag(*session, alice, gone).has_value());
  EXPECT_EQ(ids(get_task(*session, alice, task.id).value()), Ids{stays});
  EXPECT_EQ(get_tag(*session, alice, gone).error().kind, Kind::not_found);
}

TEST_P(TagContract, a_deleted_task_takes_its_joins_along) {
  const Task task = make_tagged(alice, {make_tag(alice, "t")});
  ASSERT_TRUE(delete_task(*session, alice, task.id).has_value());
  EXPECT_EQ(backend->count_rows("task_tags"), 0);
  EXPECT_EQ(names(alice), Names{"t"});
}

TEST_P(TagContract, a_page_has_each_tasks_own_tags) {
  const auto one = make_tag(alice, "1");
  const auto two = make_tag(alice, "2");
  for (const Ids& tags : {Ids{one, two}, Ids{}, Ids{two}}) make_tagged(alice, tags);
  std::multiset<Ids> seen;
  const auto page = list_tasks(*session, alice, {}).value();
  for (const Task& task : page.items) seen.insert(ids(task));
  EXPECT_EQ(seen, (std::multiset<Ids>{{one, two}, {}, {two}}));
}

TEST_P(TagContract, a_deleted_user_has_no_tags_and_makes_none) {
  const auto id = make_tag(alice, "left behind");
  backend->delete_user_leaving_rows(alice_uuid);
  ASSERT_EQ(backend->count_rows("tags"), 1);
  EXPECT_EQ(names(alice), Names{});
  EXPECT_EQ(list_tags(*session, alice, {}).value().total, 0);
  EXPECT_EQ(get_tag(*session, alice, id).error().kind, Kind::not_found);
  EXPECT_EQ(create_tag(*session, alice, {.name = "new"}).error().kind, Kind::user_unknown);
  EXPECT_EQ(change_tag(*session, alice, id, {}).error().kind, Kind::user_unknown);
  EXPECT_EQ(delete_tag(*session, alice, id).error().kind, Kind::user_unknown);
}

TEST_P(TagContract, an_identity_without_uuid_owns_nothing) {
  const Identity nobody = identity_without_uuid();
  EXPECT_EQ(list_tags(*session, nobody, {}).error().kind, Kind::internal);
  EXPECT_EQ(get_tag(*session, nobody, 1).error().kind, Kind::internal);
  EXPECT_EQ(create_tag(*session, nobody, {.name = "n"}).error().kind, Kind::internal);
  EXPECT_EQ(change_tag(*session, nobody, 1, {}).error().kind, Kind::internal);
  EXPECT_EQ(delete_tag(*session, nobody, 1).error().kind, Kind::internal);
}

DRAWBRIDGE_EVERY_STORE(TagContract);

}  // namespace
}  // namespace drawbridge::test
