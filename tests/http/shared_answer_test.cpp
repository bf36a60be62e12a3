#include "http/shared_answer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

using namespace std::chrono_literals;

constexpr SharedAnswer::Time start{1'000'000s};

struct Asking {
  SharedAnswer shared{1s};
  std::vector<std::string> told;

  SharedAnswer::Asked ask(SharedAnswer::Time now) {
    return shared.ask([this](const Response& answer) { told.push_back(answer.body); }, now);
  }
};

TEST(SharedAnswer, is_made_once_for_all_who_ask_meanwhile) {
  Asking asking;
  EXPECT_TRUE(asking.ask(start).is_first);
  for (int i = 0; i < 3; ++i) {
    const auto asked = asking.ask(start + 100ms);
    EXPECT_FALSE(asked.is_first || asked.kept);
  }
  asking.shared.give({.body = "ready"}, start + 200ms);
  EXPECT_EQ(asking.told, (std::vector<std::string>{"ready", "ready", "ready", "ready"}));
}

TEST(SharedAnswer, is_kept_for_a_while) {
  Asking asking;
  EXPECT_TRUE(asking.ask(start).is_first);
  asking.shared.give({.body = "ready"}, start + 200ms);
  const auto kept = asking.ask(start + 1'200ms - 1ms);
  EXPECT_EQ(kept.kept.value().body, "ready");
  EXPECT_FALSE(kept.is_first);
  EXPECT_TRUE(asking.ask(start + 1'200ms).is_first);
  EXPECT_EQ(asking.told.size(), 1U) << "who was answered is not told, and the last one waits";
}

TEST(SharedAnswer, that_nobody_makes_is_made_by_the_next_who_asks) {
  Asking asking;
  EXPECT_TRUE(asking.ask(start).is_first);
  EXPECT_FALSE(asking.ask(start + 6s - 1ms).is_first);
  EXPECT_TRUE(asking.ask(start + 6s).is_first);
  asking.shared.give({.body = "at last"}, start + 7s);
  EXPECT_EQ(asking.told.size(), 3U);
}

}  // namespace
}  // namespace drawbridge::http
