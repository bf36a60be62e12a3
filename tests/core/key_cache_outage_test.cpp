// When the key cache fetches, and how long keys serve: lifetimes, failures, outages, clocks that jump.

#include <gtest/gtest.h>

#include "core/keys/key_cache.h"
#include "tests/core/key_cache_driver.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::CacheDriver;
using test::failed;
using test::good;
using test::keys_named;
using Outcome = KeyCache::Outcome;

TEST(KeyCacheOverTime, FailuresBackOffUpToThirtySeconds) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  const std::chrono::seconds expected[] = {1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s};
  for (const auto pause : expected) {
    const BootTime failed_at = d.now;
    d.fetched(failed());
    d.run_to_next_fetch();
    EXPECT_GE(d.now - failed_at, pause);
    EXPECT_LE(d.now - failed_at,
              std::min<BootClock::duration>(BootClock::duration{pause} * 11 / 10 + 1ms, 30s + 1ms))
        << pause.count();
  }
  d.fetched(good({"a"}));
  EXPECT_TRUE(d.held("a"));
  d.advance(60s);
  d.wait_for("b");
  const BootTime again = d.now;
  ASSERT_TRUE(d.poll());
  d.fetched(failed());
  d.run_to_next_fetch();
  EXPECT_LE(d.now - again, 1200ms) << "a good fetch ends the back-off";
}

TEST(KeyCacheOverTime, WhoeverWouldWaitInVainIsToldAtOnceAndWhenToComeBack) {
  CacheDriver d;
  d.fetch(failed(10s));
  EXPECT_EQ(d.unavailable("a"), 10s);
  d.advance(3500ms);
  EXPECT_EQ(d.unavailable("a"), 7s) << "rounded up";
  d.advance(5s);
  const auto ticket = d.wait_for("a");  // the next fetch is within two seconds
  d.run_to_next_fetch();
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCacheOverTime, WaitersOfAFailedFetchAreToldWhenTheNextIsTooFar) {
  CacheDriver d;
  const auto ticket = d.wait_for("a");
  ASSERT_TRUE(d.poll());
  d.fetched(failed(20s));
  EXPECT_EQ(d.outcome(ticket), Outcome::unavailable) << "not 401: nothing was proven";
}

TEST(KeyCacheOverTime, WaitersOfAFailedFetchWaitForTheNextWhenItIsNear) {
  CacheDriver d;
  const auto ticket = d.wait_for("a");
  ASSERT_TRUE(d.poll());
  d.fetched(failed());
  EXPECT_FALSE(d.outcome(ticket));
  d.run_to_next_fetch();
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCacheOverTime, RetryAfterIsHonouredUpToThirtySeconds) {
  for (const auto& [asked, least] :
       {std::pair{5s, 5s}, std::pair{3600s, 30s}, std::pair{std::chrono::seconds::max(), 30s},
        std::pair{0s, 1s}, std::pair{-7s, 1s}}) {
    CacheDriver d;
    ASSERT_TRUE(d.poll());
    const BootTime failed_at = d.now;
    d.fetched(failed(asked));
    d.run_to_next_fetch();
    EXPECT_GE(d.now - failed_at, least);
    EXPECT_LE(d.now - failed_at, 30s + 1ms);
  }
}

TEST(KeyCacheOverTime, AFailedFetchChangesNoKey) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(10s);
  d.cache.refresh(d.now);
  d.fetch(failed());
  EXPECT_TRUE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::stale);
  EXPECT_EQ(d.cache.status(d.now).last_failure, "it failed");
  d.run_to_next_fetch();
  EXPECT_EQ(d.cache.status(d.now).fetches, 2U) << "one that is under way has not ended";
  d.fetched(good({"a"}));
  EXPECT_EQ(d.cache.status(d.now).last_failure, "");
  EXPECT_EQ(d.cache.status(d.now).fetches, 3U);
  EXPECT_EQ(d.cache.status(d.now).failed_fetches, 1U);
}

TEST(KeyCacheOverTime, AnOutageIsBridgedUpToTheBoundAndHealsByItself) {
  CacheDriver d{1h};
  d.fetch(good({"a"}));
  const BootTime fetched_at = d.now;
  while (d.now < fetched_at + 1h - 31s) {
    d.run_to_next_fetch();
    d.fetched(failed());
    ASSERT_TRUE(d.held("a"));
  }
  d.now = fetched_at + 1h - 1ms;
  EXPECT_TRUE(d.cache.serving(d.now)) << "to the last moment";
  d.now = fetched_at + 1h;
  EXPECT_FALSE(d.cache.serving(d.now));
  EXPECT_FALSE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::absent);
  d.run_to_next_fetch();
  d.fetched(good({"a"}));
  EXPECT_TRUE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::fresh);
}

TEST(KeyCacheOverTime, TheBoundCountsFromWhenTheFetchBegan) {
  CacheDriver d{1h};
  const BootTime began = d.now;
  ASSERT_TRUE(d.poll());
  d.advance(4s);
  d.fetched(good({"a"}));
  EXPECT_EQ(d.cache.serving(d.now)->usable_until, began + 1h);
}

TEST(KeyCacheOverTime, TheLifetimeFollowsMaxAgeWithinOneToFifteenMinutes) {
  const struct {
    const char* name;
    std::optional<std::chrono::seconds> max_age;
    std::chrono::seconds life;
  } cases[] = {{"absent", std::nullopt, 10min},
               {"five_minutes", 300s, 5min},
               {"too_short", 0s, 1min},
               {"too_long", 24h, 15min}};
  for (const auto& c : cases) {
    CacheDriver d;
    const BootTime start = d.now;
    d.fetch(GoodFetch{keys_named({"a"}), c.max_age, {}});
    d.run_to_next_fetch();
    EXPECT_LT(d.now - start, c.life) << c.name << ": ahead of expiry";
    EXPECT_GE(d.now - start, c.life * 3 / 4) << c.name;
  }
}

TEST(KeyCacheOverTime, AnETagIsSentAndNotModifiedRenewsTheSet) {
  CacheDriver d{1h};
  d.fetch(GoodFetch{keys_named({"a"}), {}, "\"v1\""});
  EXPECT_EQ(d.etag_sent, "");
  d.advance(30min);
  ASSERT_TRUE(d.poll());
  EXPECT_EQ(d.etag_sent, "\"v1\"");
  d.fetched(NotModified{});
  d.advance(59min);
  EXPECT_TRUE(d.held("a")) << "the bound counts from the confirmation";
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::fresh);
}

TEST(KeyCacheOverTime, NotModifiedWithoutASetIsAFailure) {
  CacheDriver d;
  d.fetch(NotModified{});
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::absent);
  EXPECT_NE(d.cache.status(d.now).last_failure, "");
}

TEST(KeyCacheOverTime, NotModifiedWithoutAnETagIsAFailureThatKeepsTheSet) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(10min);
  d.fetch(NotModified{});
  EXPECT_TRUE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::stale);
}

TEST(KeyCacheOverTime, AClockThatJumpsBackChangesNothing) {
  CacheDriver d{1h};
  d.fetch(good({"a"}));
  d.advance(2h);
  EXPECT_FALSE(d.held("a"));
  d.advance(-90min);
  EXPECT_FALSE(d.held("a")) << "expired stays expired";
  d.fetch(good({"a"}));
  EXPECT_TRUE(d.held("a"));
}

TEST(KeyCacheOverTime, AClockThatJumpsAheadCausesOneFetch) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(12h);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.begun.size(), 2);
}

TEST(KeyCacheOverTime, RestoredKeysServeUntilTheFirstGoodFetchAndTheirAgeCounts) {
  CacheDriver d{1h};
  d.cache.restore(keys_named({"kept"}), 50min, d.now);
  EXPECT_TRUE(d.held("kept"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::stale);
  EXPECT_EQ(d.cache.serving(d.now)->usable_until, d.now + 10min);
  d.fetch(failed());
  EXPECT_TRUE(d.held("kept"));
  d.run_to_next_fetch();
  EXPECT_EQ(d.etag_sent, "");
  d.fetched(good({"fresh"}));
  EXPECT_FALSE(d.held("kept"));
  EXPECT_TRUE(d.held("fresh"));
}

TEST(KeyCacheOverTime, RestoredKeysPastTheBoundDoNotServe) {
  CacheDriver d{1h};
  d.cache.restore(keys_named({"kept"}), 1h, d.now);
  EXPECT_FALSE(d.held("kept"));
}

TEST(KeyCacheOverTime, PastTheBoundAKidIsUnavailableNotAbsent) {
  CacheDriver d{1h};
  d.fetch(good({"a"}));
  while (d.cache.serving(d.now)) {
    d.run_to_next_fetch();
    d.fetched(failed());
  }
  EXPECT_GE(d.unavailable("a"), 1s);
  EXPECT_GE(d.unavailable("never listed"), 1s);
  const auto later = d.cache.status(d.now);
  EXPECT_EQ(later.usable_keys, 0U);
  EXPECT_GE(later.age, 1h);
}

TEST(KeyCacheOverTime, ARefreshDoesNotWaitForTheBackOffButForTheGap) {
  CacheDriver d;
  d.fetch(failed());
  for (int i = 0; i < 5; ++i) {
    d.run_to_next_fetch();
    d.fetched(failed());
  }
  d.cache.refresh(d.now);
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.next, d.begun.back() + 1s);
  d.advance(1s);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_TRUE(d.held("a"));
}

TEST(KeyCacheOverTime, ARefreshWaitsAsLongAsTheIssuerAskedFor) {
  CacheDriver d;
  d.fetch(failed(20s));
  d.cache.refresh(d.now);
  d.advance(20s - 1ms);
  EXPECT_FALSE(d.poll());
  d.advance(1ms);
  EXPECT_TRUE(d.poll());
}

TEST(KeyCacheOverTime, ARefreshAskedForDuringAFetchIsDoneAfterIt) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  d.cache.refresh(d.now);
  d.fetched(good({"a"}));
  EXPECT_FALSE(d.poll());
  d.advance(1s);
  EXPECT_TRUE(d.poll());
}

}  // namespace
}  // namespace drawbridge
