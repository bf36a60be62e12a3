#include "http/user_shares.h"

#include <thread>
#include <vector>

namespace drawbridge::http {
namespace {

const Uuid alice = Uuid::parse("aaaaaaaa-0000-4000-8000-000000000001").value();
const Uuid bob = Uuid::parse("bbbbbbbb-0000-4000-8000-000000000002").value();

TEST(UserShares, each_user_has_as_many_places) {
  UserShares shares{2};
  const auto first = shares.take(alice);
  auto second = shares.take(alice);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(shares.take(alice));
  EXPECT_TRUE(shares.take(bob));
  second.reset();
  EXPECT_TRUE(shares.take(alice));
}

TEST(UserShares, a_place_is_given_back_once_wherever_it_ends) {
  UserShares shares{1};
  {
    auto place = shares.take(alice);
    ASSERT_TRUE(place);
    const UserShares::Place moved{*std::move(place)};
    EXPECT_FALSE(shares.take(alice));
    place.reset();
    EXPECT_FALSE(shares.take(alice));
  }
  EXPECT_TRUE(shares.take(alice));
  EXPECT_TRUE(shares.take(alice));
}

TEST(UserShares, a_place_may_outlive_them) {
  std::optional<UserShares> shares{std::in_place, 1};
  const auto place = shares->take(alice);
  shares.reset();
  EXPECT_TRUE(place);
}

TEST(UserShares, serve_threads) {
  UserShares shares{1};
  std::atomic<int> inside{0};
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 2'000; ++turn) {
          const auto place = shares.take(alice);
          if (!place) continue;
          ++taken;
          EXPECT_EQ(++inside, 1);
          --inside;
        }
      });
    }
  }
  EXPECT_GT(taken, 0);
  EXPECT_TRUE(shares.take(alice));
}

}  // namespace
}  // namespace drawbridge::http
