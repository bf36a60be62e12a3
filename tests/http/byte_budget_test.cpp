#include "http/byte_budget.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

using Exceeded = ByteBudget::Exceeded;

const Uuid alice = Uuid::parse("aaaaaaaa-0000-4000-8000-000000000001").value();
const Uuid bob = Uuid::parse("bbbbbbbb-0000-4000-8000-000000000002").value();
const Uuid carol = Uuid::parse("cccccccc-0000-4000-8000-000000000003").value();
const Uuid dave = Uuid::parse("dddddddd-0000-4000-8000-000000000004").value();

TEST(ByteBudget, a_user_who_has_reached_the_bound_gets_no_more) {
  ByteBudget budget{{.for_each_user = 100, .in_all = 1'000}};
  const auto first = budget.charge(alice, 99);
  ASSERT_TRUE(first);
  EXPECT_TRUE(budget.room_for(alice));
  auto second = budget.charge(alice, 500);
  EXPECT_TRUE(second) << "one piece may go beyond it";
  EXPECT_EQ(budget.room_for(alice).error(), Exceeded::of_user);
  EXPECT_EQ(budget.charge(alice, 1).error(), Exceeded::of_user);
  EXPECT_TRUE(budget.charge(bob, 50)) << "others do";
  second = budget.charge(carol, 0);
  EXPECT_TRUE(budget.room_for(alice)) << "it was given back";
  EXPECT_EQ(budget.held(), 99U);
}

TEST(ByteBudget, all_users_together_have_a_bound) {
  ByteBudget budget{{.for_each_user = 100, .in_all = 150}};
  const auto alices = budget.charge(alice, 80);
  const auto bobs = budget.charge(bob, 80);
  ASSERT_TRUE(alices && bobs);
  EXPECT_EQ(budget.room_for(carol).error(), Exceeded::in_all);
  EXPECT_EQ(budget.charge(carol, 1).error(), Exceeded::in_all);
}

TEST(ByteBudget, those_who_hold_little_have_a_reserve) {
  ByteBudget budget{{.for_each_user = 100, .in_all = 150, .little = 10, .reserve = 15}};
  const auto alices = budget.charge(alice, 80);
  const auto bobs = budget.charge(bob, 80);
  ASSERT_TRUE(alices && bobs);
  EXPECT_EQ(budget.charge(alice, 1).error(), Exceeded::in_all) << "who holds much";
  EXPECT_EQ(budget.charge(carol, 11).error(), Exceeded::in_all) << "for much";
  EXPECT_TRUE(budget.room_for(carol));
  const auto carols = budget.charge(carol, 6);
  ASSERT_TRUE(carols);
  EXPECT_EQ(budget.charge(carol, 5).error(), Exceeded::in_all) << "little in all";
  EXPECT_EQ(budget.charge(dave, 1).error(), Exceeded::in_all) << "the reserve has an end";
}

TEST(ByteBudget, what_cannot_be_refused_counts_too) {
  ByteBudget budget{{.for_each_user = 100, .in_all = 1'000}};
  {
    const auto first = budget.charge_anyway(alice, 200);
    const auto second = budget.charge_anyway(alice, 200);
    EXPECT_EQ(budget.held(), 400U);
    EXPECT_EQ(budget.room_for(alice).error(), Exceeded::of_user);
  }
  EXPECT_EQ(budget.held(), 0U);
  EXPECT_TRUE(budget.room_for(alice));
}

TEST(ByteBudget, a_charge_is_given_back_once_and_may_outlive_the_budget) {
  std::optional<ByteBudget> budget{std::in_place, ByteBudget::Bounds{.for_each_user = 100, .in_all = 100}};
  auto charge = budget->charge(alice, 100).value();
  {
    const ByteBudget::Charge moved{std::move(charge)};
    EXPECT_EQ(budget->held(), 100U);
  }
  EXPECT_EQ(budget->held(), 0U);
  const auto last = budget->charge(alice, 100);
  budget.reset();
  EXPECT_TRUE(last);
}

TEST(ByteBudget, serves_threads) {
  ByteBudget budget{{.for_each_user = 100, .in_all = 100}};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&budget, user = i % 2 == 0 ? alice : bob] {
        for (int turn = 0; turn < 2'000; ++turn) {
          const auto charge = budget.charge(user, 60);
          const auto forced = budget.charge_anyway(user, 1);
        }
      });
  }
  EXPECT_EQ(budget.held(), 0U);
  EXPECT_TRUE(budget.room_for(alice));
}

}  // namespace
}  // namespace drawbridge::http
