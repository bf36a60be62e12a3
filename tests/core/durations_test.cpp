#include "core/counts/durations.h"

#include <numeric>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

TEST(Durations, HaveTheirPlaceByTheSmallestBoundThatHoldsThem) {
  struct Case {
    std::chrono::nanoseconds took;
    std::size_t place;
  };
  const Case cases[] = {
      {0ns, 0}, {500us, 0}, {500'001ns, 1}, {1ms, 1}, {3ms, 3}, {10s, 13}, {10s + 1ns, 14}, {24h, 14},
  };
  for (const Case& c : cases) {
    Durations durations;
    durations.add(c.took);
    const auto seen = durations.seen();
    EXPECT_EQ(seen.within.at(c.place), 1U) << c.took.count();
    EXPECT_EQ(std::accumulate(seen.within.begin(), seen.within.end(), std::uint64_t{0}), 1U);
    EXPECT_EQ(seen.sum, c.took);
  }
}

TEST(Durations, AreAddedUp) {
  Durations first;
  Durations second;
  first.add(1ms);
  second.add(1ms);
  second.add(1h);
  auto both = first.seen();
  both += second.seen();
  EXPECT_EQ(both.within.at(1), 2U);
  EXPECT_EQ(both.within.back(), 1U);
  EXPECT_EQ(both.sum, 1h + 2ms);
}

}  // namespace
}  // namespace drawbridge
