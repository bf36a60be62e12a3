// How much one user may have, on every database, however many ask at once.

#include <atomic>
#include <latch>
#include <random>
#include <thread>

#include "tests/api/store_contract.h"

namespace drawbridge::test {
namespace {

using Ids = std::vector<std::int64_t>;

class QuotaContract : public StoreContract {
 protected:
  static auto add_task(database::Session& session, const Identity& owner, std::int64_t most,
                       const Ids& tags = {}) {
    return session.for_owner(owner, [&](auto& db, const Uuid& user) {
      return api::add_task(db, user, {.title = "T", .tag_ids = tags}, noon, most);
    });
  }
  static auto give_tags(database::Session& session, const Identity& owner, const Uuid& task, const Ids& tags,
                        std::int64_t most) {
    return session.for_owner(owner, [&](auto& db, const Uuid& user) {
      return api::change_task(db, user, task, {.tag_ids = tags}, noon, most);
    });
  }
  static auto add_tag(database::Session& session, const Identity& owner, const std::string& name,
                      std::int64_t most) {
    return session.for_owner(
        owner, [&](auto& db, const Uuid& user) { return api::add_tag(db, user, {.name = name}, most); });
  }
  Ids make_tags(const Identity& owner, int count) {
    Ids ids;
    for (int i = 0; i < count; ++i) ids.push_back(make_tag(owner, "tag " + std::to_string(i)));
    return ids;
  }
  std::size_t tags_on_tasks(const Identity& owner) { return tags_on_tasks(*session, owner); }
  static std::size_t tags_on_tasks(database::Session& session, const Identity& owner) {
    std::size_t sum = 0;
    const auto tasks = list_tasks(session, owner, {.page = {.limit = 100}}).value();
    for (const Task& task : tasks.items) sum += task.tags.size();
    return sum;
  }
};

TEST_P(QuotaContract, of_tasks) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(add_task(*session, alice, 3).has_value());
  const auto refused = add_task(*session, alice, 3);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::quota_exceeded);
  EXPECT_EQ(refused.error().text,
            "You have 3 tasks, which is the most that one user may have; delete some first.");
  EXPECT_TRUE(add_task(*session, bob, 3).has_value()) << "each user's own";
  EXPECT_TRUE(add_task(*session, alice, 4).has_value());
  EXPECT_EQ(add_task(*session, alice, 3).error().kind, Kind::quota_exceeded) << "more than there may be";
  EXPECT_TRUE(add_task(*session, alice, 0).has_value()) << "no quota";
  EXPECT_EQ(list_tasks(*session, alice, {}).value().total, 5);
  ASSERT_TRUE(delete_task(*session, alice, list_tasks(*session, alice, {}).value().items[0].id).has_value());
  EXPECT_TRUE(add_task(*session, alice, 5).has_value()) << "a place is free again";
}

TEST_P(QuotaContract, of_tags) {
  for (const char* const name : {"a", "b"}) ASSERT_TRUE(add_tag(*session, alice, name, 2).has_value());
  const auto refused = add_tag(*session, alice, "c", 2);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::quota_exceeded);
  EXPECT_EQ(refused.error().text,
            "You have 2 tags, which is the most that one user may have; delete some first.");
  EXPECT_EQ(add_tag(*session, alice, "a", 2).error().kind, Kind::conflict) << "whatever the quota";
  EXPECT_TRUE(add_tag(*session, bob, "a", 2).has_value());
  EXPECT_TRUE(add_tag(*session, alice, "c", 0).has_value());
  EXPECT_EQ(list_tags(*session, alice, {}).value().total, 3);
}

TEST_P(QuotaContract, of_tags_on_new_tasks) {
  const Ids tags = make_tags(alice, 21);
  ASSERT_TRUE(add_task(*session, alice, 2, {tags.begin(), tags.begin() + 12}).has_value());
  const auto refused = add_task(*session, alice, 2, {tags.begin(), tags.begin() + 9});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::quota_exceeded);
  EXPECT_EQ(refused.error().text,
            "Your tasks would have more than 20 tags in all, which is the most that one user may have; "
            "remove some first.");
  EXPECT_EQ(list_tasks(*session, alice, {}).value().total, 1);
  EXPECT_EQ(add_task(*session, alice, 2, {tags.begin(), tags.begin() + 8}).value().tags.size(), 8U);
  EXPECT_TRUE(add_task(*session, alice, 0, tags).has_value()) << "no quota";
  EXPECT_TRUE(add_task(*session, alice, 4).has_value()) << "no tags, however many there are";
  EXPECT_EQ(add_task(*session, bob, 2, tags).error().kind, Kind::value_refused) << "whatever the quota";
  const Ids bobs = make_tags(bob, 21);
  EXPECT_EQ(add_task(*session, bob, 2, bobs).error().kind, Kind::quota_exceeded);
  EXPECT_TRUE(add_task(*session, bob, 2, {bobs.begin(), bobs.begin() + 20}).has_value()) << "each user's own";
}

TEST_P(QuotaContract, of_tags_on_changed_tasks) {
  const Ids tags = make_tags(alice, 30);
  const auto of_tags = [&](int first, int count) {
    return Ids{tags.begin() + first, tags.begin() + first + count};
  };
  const Uuid twelve = add_task(*session, alice, 0, of_tags(0, 12)).value().id;
  const Uuid eight = add_task(*session, alice, 0, of_tags(0, 8)).value().id;
  const Uuid bare = add_task(*session, alice, 0).value().id;
  struct Case {
    std::string_view name;
    Uuid task;
    Ids tags;
    std::int64_t most;
    bool taken;
  };
  const Case cases[]{
      {"one more", eight, of_tags(0, 9), 2, false},
      {"a first one", bare, of_tags(0, 1), 2, false},
      {"as many others", eight, of_tags(10, 8), 2, true},
      {"one less", eight, of_tags(0, 7), 2, true},
      {"on the place that this has left", bare, of_tags(0, 1), 2, true},
      {"and one more", bare, of_tags(0, 2), 2, false},
      {"beyond the quota, one more", twelve, of_tags(0, 13), 1, false},
      {"beyond the quota, as many others", twelve, of_tags(10, 12), 1, true},
      {"beyond the quota, one less", twelve, of_tags(10, 11), 1, true},
      {"beyond the quota, none", bare, {}, 1, true},
      {"beyond the quota, a first one", bare, of_tags(0, 1), 1, false},
      {"without a quota", bare, tags, 0, true},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const std::size_t before = tags_on_tasks(alice);
    const std::size_t had = get_task(*session, alice, item.task).value().tags.size();
    const auto changed = give_tags(*session, alice, item.task, item.tags, item.most);
    EXPECT_EQ(changed.has_value(), item.taken);
    EXPECT_TRUE(changed.has_value() || changed.error().kind == Kind::quota_exceeded);
    EXPECT_EQ(tags_on_tasks(alice), item.taken ? before - had + item.tags.size() : before);
  }
  const auto change = [&](const TaskChange& what) {
    return session->for_owner(
        alice, [&](auto& db, const Uuid& user) { return api::change_task(db, user, eight, what, noon, 1); });
  };
  EXPECT_TRUE(change({.title = "new"}).has_value()) << "tags as they are";
  EXPECT_EQ(change({.due_date = noon, .reminder_at = noon, .tag_ids = tags}).error().kind,
            Kind::value_refused)
      << "what is wrong in itself comes first";
}

TEST_P(QuotaContract, is_for_users_who_are_there) {
  EXPECT_EQ(give_tags(*session, stranger, Uuid::parse(stranger_uuid).value(), {1}, 3).error().kind,
            Kind::user_unknown);
  EXPECT_EQ(give_tags(*session, alice, Uuid::parse(stranger_uuid).value(), {1}, 3).error().kind,
            Kind::not_found);
  EXPECT_EQ(add_task(*session, stranger, 3).error().kind, Kind::user_unknown);
  EXPECT_EQ(add_tag(*session, stranger, "a", 3).error().kind, Kind::user_unknown);
}

constexpr int threads = 8;

/// Threads that each have a session and add until they are refused, told which thread it is and which time;
/// how many they added.
template <class Add>
int added_by_many(StoreBackend& backend, Add add) {
  std::latch start{threads};
  std::atomic<int> added{0};
  std::atomic<int> faults{0};
  {
    std::vector<std::jthread> running;
    for (int number = 0; number < threads; ++number) {
      running.emplace_back([&, number] {
        const auto session = backend.session(Access::write);
        start.arrive_and_wait();
        for (int i = 0; i < 1'000; ++i) {
          const auto result = add(*session, number, i);
          if (!result) {
            if (result.error().kind != Kind::quota_exceeded) ++faults;
            return;
          }
          ++added;
        }
      });
    }
  }
  EXPECT_EQ(faults, 0);
  return added;
}

TEST_P(QuotaContract, lets_no_more_in_of_many_at_once) {
  // Below and beyond what many connections could add at the same moment.
  for (const std::int64_t most : {1, 7, 130}) {
    const auto before = list_tasks(*session, alice, {}).value().total;
    const int tasks = added_by_many(
        *backend, [&](database::Session& each, int, int) { return add_task(each, alice, most); });
    EXPECT_EQ(before + tasks, most);
    EXPECT_EQ(list_tasks(*session, alice, {}).value().total, most);
  }
  const int tags = added_by_many(*backend, [&](database::Session& each, int number, int i) {
    return add_tag(each, alice, std::to_string(number) + ' ' + std::to_string(i), 20);
  });
  EXPECT_EQ(tags, 20);
}

TEST_P(QuotaContract, lets_no_more_tags_onto_tasks_by_many_at_once) {
  constexpr std::int64_t most = 15;  // and so 150 tags on tasks
  const Ids tags = make_tags(alice, 40);
  const auto first_of = [&](int count) { return Ids{tags.begin(), tags.begin() + count}; };
  const int tasks = added_by_many(
      *backend, [&](database::Session& each, int, int) { return add_task(each, alice, most, first_of(12)); });
  EXPECT_EQ(tasks, 12);
  const auto listed = list_tasks(*session, alice, {.page = {.limit = 100}}).value().items;
  // One more at a time, each thread on a task of its own.
  const int more = added_by_many(*backend, [&](database::Session& each, int number, int i) {
    return give_tags(each, alice, listed.at(static_cast<std::size_t>(number)).id, first_of(13 + i), most);
  });
  EXPECT_EQ(more, 6);
  EXPECT_EQ(tags_on_tasks(alice), 150U);
}

TEST_P(QuotaContract, holds_while_tags_come_and_go) {
  const Ids tags = make_tags(alice, 20);
  const Uuid task[]{make(alice, "one").id, make(alice, "two").id, make(alice, "three").id};
  std::atomic<int> faults{0};
  {
    std::vector<std::jthread> running;
    for (unsigned number = 0; number < threads; ++number) {
      running.emplace_back([&, number] {
        const auto each = backend->session(Access::write);
        std::minstd_rand random{number + 1};
        for (int i = 0; i < 40; ++i) {
          const auto count = static_cast<std::ptrdiff_t>(random() % 3 * 10);
          const auto given =
              give_tags(*each, alice, task[random() % 3], {tags.begin(), tags.begin() + count}, 2);
          if (!given && given.error().kind != Kind::quota_exceeded) ++faults;
          if (tags_on_tasks(*each, alice) > 20) ++faults;
        }
      });
    }
  }
  EXPECT_EQ(faults, 0);
}

DRAWBRIDGE_EVERY_STORE(QuotaContract);

}  // namespace
}  // namespace drawbridge::test
