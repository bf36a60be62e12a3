// How much one user may have, on every database, however many ask at once.

#include <atomic>
#include <latch>
#include <thread>

#include "tests/api/store_contract.h"

namespace drawbridge::test {
namespace {

class QuotaContract : public StoreContract {
 protected:
  static auto add_task(database::Session& session, const Identity& owner, std::int64_t most) {
    return session.for_owner(owner, [most](auto& db, const Uuid& user) {
      return api::add_task(db, user, {.title = "T"}, noon, most);
    });
  }
  static auto add_tag(database::Session& session, const Identity& owner, const std::string& name,
                      std::int64_t most) {
    return session.for_owner(
        owner, [&](auto& db, const Uuid& user) { return api::add_tag(db, user, {.name = name}, most); });
  }
};

TEST_P(QuotaContract, of_tasks) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(add_task(*session, alice, 3).has_value());
  const auto refused = add_task(*session, alice, 3);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::quota_exceeded);
  EXPECT_EQ(refused.error().text, "You have 3 tasks, and one user may have no more; delete some first.");
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
  EXPECT_EQ(refused.error().text, "You have 2 tags, and one user may have no more; delete some first.");
  EXPECT_EQ(add_tag(*session, alice, "a", 2).error().kind, Kind::conflict) << "whatever the quota";
  EXPECT_TRUE(add_tag(*session, bob, "a", 2).has_value());
  EXPECT_TRUE(add_tag(*session, alice, "c", 0).has_value());
  EXPECT_EQ(list_tags(*session, alice, {}).value().total, 3);
}

TEST_P(QuotaContract, is_for_users_who_are_there) {
  EXPECT_EQ(add_task(*session, stranger, 3).error().kind, Kind::user_unknown);
  EXPECT_EQ(add_tag(*session, stranger, "a", 3).error().kind, Kind::user_unknown);
}

/// Threads that each have a session and add until they are refused; how many they added.
template <class Add>
int added_by_many(StoreBackend& backend, Add add) {
  constexpr int threads = 8;
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
          const auto result = add(*session, std::to_string(number) + ' ' + std::to_string(i));
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
        *backend, [&](database::Session& each, const std::string&) { return add_task(each, alice, most); });
    EXPECT_EQ(before + tasks, most);
    EXPECT_EQ(list_tasks(*session, alice, {}).value().total, most);
  }
  const int tags = added_by_many(*backend, [&](database::Session& each, const std::string& name) {
    return add_tag(each, alice, name, 20);
  });
  EXPECT_EQ(tags, 20);
}

DRAWBRIDGE_EVERY_STORE(QuotaContract);

}  // namespace
}  // namespace drawbridge::test
