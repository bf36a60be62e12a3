#include "core/keys/verified_subjects.h"

#include <thread>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

constexpr DigestSecret secret{1, 2, 3};

std::uint64_t subject(int number) {
  return keyed_digest("user " + std::to_string(number), secret);
}

TEST(KeyedDigest, DependsOnTheTextAndTheSecret) {
  EXPECT_EQ(keyed_digest("user", secret), keyed_digest("user", secret));
  EXPECT_NE(keyed_digest("user", secret), keyed_digest("User", secret));
  EXPECT_NE(keyed_digest("user", secret), keyed_digest("user", {4, 5, 6}));
  EXPECT_NE(keyed_digest("", secret), 0);
}

TEST(VerifiedSubjects, KnowsWhomItWasTold) {
  VerifiedSubjects subjects;
  EXPECT_FALSE(subjects.contains(subject(1)));
  subjects.remember(subject(1));
  subjects.remember(subject(1));
  EXPECT_TRUE(subjects.contains(subject(1)));
  EXPECT_FALSE(subjects.contains(subject(2)));
}

TEST(VerifiedSubjects, KnowsTheLatestWhenThereAreMoreThanItHolds) {
  VerifiedSubjects subjects;
  constexpr int many = 4 * static_cast<int>(VerifiedSubjects::capacity);
  for (int i = 0; i < many; ++i) {
    subjects.remember(subject(i));
    EXPECT_TRUE(subjects.contains(subject(i))) << "the newest has a place";
  }
  int latest = 0;
  int oldest = 0;
  for (int i = 0; i < 1'000; ++i) {
    latest += subjects.contains(subject(many - 1 - i)) ? 1 : 0;
    oldest += subjects.contains(subject(i)) ? 1 : 0;
  }
  EXPECT_GT(latest, 900);
  EXPECT_LT(oldest, 100);
}

TEST(VerifiedSubjects, ServesThreadsAtTheSameTime) {
  VerifiedSubjects subjects;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&subjects, t] {
      for (int i = 0; i < 20'000; ++i) subjects.remember(subject(i * (t + 1) % 5'000));
    });
  for (std::thread& thread : threads) thread.join();
  for (int i = 4'900; i < 5'000; ++i) EXPECT_TRUE(subjects.contains(subject(i))) << i;
}

}  // namespace
}  // namespace drawbridge
