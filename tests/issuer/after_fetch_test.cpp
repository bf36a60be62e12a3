// What follows a fetch: the order of the events, and what happens when their handler is slow.

#include "issuer/after_fetch.h"

#include <filesystem>
#include <semaphore>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"
#include "tests/support/test_keys.h"

namespace drawbridge::fetch {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds fetched_at{1'800'000'000s};

struct Handler {
  std::vector<std::string> told;
  std::counting_semaphore<> may_go_on{0};
  std::counting_semaphore<> has_begun{0};

  /// Stands still in the first event until it may go on.
  AfterFetch::OnEvent standing_still() {
    return [this, first = true](const KeySource::Event& event) mutable {
      if (std::exchange(first, false)) {
        has_begun.release();
        may_go_on.acquire();
      }
      told.push_back(event.text);
    };
  }
};

TEST(AfterFetch, TellsEachEventInOrderAndTheLastBeforeItEnds) {
  std::vector<std::string> told;
  {
    AfterFetch after{[&told](const KeySource::Event& event) { told.push_back(event.text); }, {}};
    for (int i = 0; i < 20; ++i) after.add({true, std::to_string(i)}, {});
  }
  ASSERT_EQ(told.size(), 20);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(told[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(AfterFetch, DropsTheOldestAndSaysHowManyWhenTheHandlerStandsStill) {
  Handler handler;
  {
    AfterFetch after{handler.standing_still(), {}};
    after.add({true, "first"}, {});
    handler.has_begun.acquire();
    for (std::size_t i = 0; i < AfterFetch::max_untold + 3; ++i) after.add({true, std::to_string(i)}, {});
    handler.may_go_on.release();
  }
  ASSERT_EQ(handler.told.size(), 1 + AfterFetch::max_untold);
  EXPECT_EQ(handler.told[1], "3 (3 earlier events were dropped: on_event is too slow to keep up.)");
  EXPECT_EQ(handler.told[2], "4");
}

TEST(AfterFetch, KeepsTheLatestSetAndTellsWhyItCannot) {
  const test::ScratchDirectory scratch;
  const std::string set = test::jwks_of({test::TestKey::generate(Algorithm::eddsa, "key-1").jwk()});
  const SnapshotFile file{scratch.path() / "keys.json", "https://a.example/jwks"};
  Handler handler;
  {
    AfterFetch after{handler.standing_still(), file};
    after.add({true, "first"}, {});
    handler.has_begun.acquire();
    after.add({true, "second"}, AfterFetch::Kept{R"({"keys":[]})", fetched_at});
    after.add({true, "third"}, AfterFetch::Kept{set, fetched_at + 1s});
    handler.may_go_on.release();
  }
  EXPECT_EQ(handler.told, (std::vector<std::string>{"first", "second", "third"}));
  const auto kept = file.load(fetched_at + 1s);
  ASSERT_TRUE(kept) << kept.error();
  EXPECT_TRUE(kept->keys.has_kid("key-1"));

  std::vector<std::string> told;
  {
    AfterFetch after{[&told](const KeySource::Event& event) { told.push_back(event.text); },
                     SnapshotFile{scratch.path() / "absent" / "keys.json", "https://a.example/jwks"}};
    after.add({true, "good"}, AfterFetch::Kept{set, fetched_at});
  }
  ASSERT_EQ(told.size(), 2);
  EXPECT_NE(told[1].find("could not be written"), std::string::npos);
}

}  // namespace
}  // namespace drawbridge::fetch
