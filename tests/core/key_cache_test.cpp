// The key cache with invented times and results: no socket, no clock, no thread.

#include "core/key_cache.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::TestKey;
using Outcome = KeyCache::Outcome;

constexpr auto day = std::chrono::seconds{24h};

KeySet keys_named(std::initializer_list<std::string> kids) {
  static const std::string material = TestKey::generate(Algorithm::eddsa, "any").material();
  std::string text;
  for (const std::string& kid : kids)
    text += (text.empty() ? "{" : ",{") + material + R"(,"kid":")" + kid + R"("})";
  return *KeySet::parse(R"({"keys":[)" + text + "]}");
}

GoodFetch good(std::initializer_list<std::string> kids) {
  return {.keys = keys_named(kids), .max_age = std::nullopt, .etag = {}};
}
FailedFetch failed(std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return {.text = "it failed", .retry_after = retry_after};
}

/// A cache with a clock to turn, and a record of what it said.
class CacheDriver {
 public:
  explicit CacheDriver(std::chrono::seconds max_stale = day) : cache{max_stale, 1} {}

  /// Starts a fetch if the cache wants one.
  bool poll() {
    const KeyCache::Step step = cache.poll(now);
    take(step.resolved);
    next = step.next;
    if (!step.begin) return false;
    etag_sent = step.begin->etag;
    begun.push_back(now);
    return true;
  }
  void fetched(FetchResult result) { take(cache.on_fetched(std::move(result), now)); }
  void fetch(FetchResult result) {
    ASSERT_TRUE(poll()) << "no fetch was due";
    fetched(std::move(result));
  }
  void advance(BootClock::duration by) { now += by; }
  /// Lets the clock run to the next fetch, as a driver would.
  void run_to_next_fetch() {
    while (!poll()) {
      ASSERT_NE(next, BootTime::max()) << "no fetch would ever come";
      now = std::max(now + 1ms, next);
    }
  }

  KeyCache::Answer ask(std::string_view kid) { return cache.lookup(kid, now); }
  bool held(std::string_view kid) { return std::holds_alternative<KeyCache::Held>(ask(kid)); }
  bool absent(std::string_view kid) { return std::holds_alternative<KeyCache::Absent>(ask(kid)); }
  KeyCache::Ticket wait_for(std::string_view kid) {
    const auto answer = ask(kid);
    const auto* waiting = std::get_if<KeyCache::Waiting>(&answer);
    EXPECT_NE(waiting, nullptr) << kid;
    return waiting != nullptr ? waiting->ticket : 0;
  }
  std::optional<std::chrono::seconds> unavailable(std::string_view kid) {
    const auto answer = ask(kid);
    const auto* not_now = std::get_if<KeyCache::Unavailable>(&answer);
    return not_now != nullptr ? std::optional{not_now->retry_after} : std::nullopt;
  }
  std::optional<Outcome> outcome(KeyCache::Ticket ticket) const {
    const auto found = outcomes.find(ticket);
    return found == outcomes.end() ? std::nullopt : std::optional{found->second};
  }

  KeyCache cache;
  BootTime now{1'000'000s};
  BootTime next{};
  std::string etag_sent;
  std::vector<BootTime> begun;
  std::map<KeyCache::Ticket, Outcome> outcomes;

 private:
  void take(const std::vector<KeyCache::Resolved>& resolved) {
    for (const auto& answer : resolved) {
      EXPECT_TRUE(outcomes.emplace(answer.ticket, answer.outcome).second) << "a ticket was answered twice";
      EXPECT_EQ(answer.outcome == Outcome::unavailable, answer.retry_after >= 1s);
    }
  }
};

TEST(KeyCache, FetchesAtStartAndThenHolds) {
  CacheDriver d;
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::absent);
  d.fetch(good({"a"}));
  EXPECT_TRUE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::fresh);
  EXPECT_FALSE(d.poll()) << "nothing more to do";
}

TEST(KeyCache, WaitersBeforeTheFirstFetchAreAnsweredByIt) {
  CacheDriver d;
  const auto known = d.wait_for("a");
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(known), Outcome::held);
}

TEST(KeyCache, ARotationIsLearntByOneFetchSharedByAll) {
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(60s);
  std::vector<KeyCache::Ticket> tickets;
  for (int i = 0; i < 10; ++i) tickets.push_back(d.wait_for("new"));
  EXPECT_TRUE(d.held("old")) << "known keys go on meanwhile";
  ASSERT_TRUE(d.poll());
  EXPECT_FALSE(d.poll()) << "one fetch for all of them";
  d.fetched(good({"old", "new"}));
  for (const auto ticket : tickets) EXPECT_EQ(d.outcome(ticket), Outcome::held);
  EXPECT_EQ(d.begun.size(), 2);
}

TEST(KeyCache, AnUnknownKidIsAbsentOnlyAfterAFetchOfItsOwn) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(60s);
  const auto ticket = d.wait_for("nobody");
  ASSERT_TRUE(d.poll());
  EXPECT_FALSE(d.outcome(ticket));
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::absent);
  EXPECT_TRUE(d.absent("nobody"));
  EXPECT_FALSE(d.poll()) << "an absent kid causes no fetch while it is remembered";
}

TEST(KeyCache, AnAbsentKidIsRememberedFiveSeconds) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(60s);
  d.wait_for("nobody");
  d.fetch(good({"a"}));
  d.advance(5s - 1ms);
  EXPECT_TRUE(d.absent("nobody"));
  d.advance(1ms);
  d.wait_for("nobody");
}

TEST(KeyCache, AnAbsentKidIsForgottenWhenASetListsIt) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(60s);
  d.wait_for("late");
  d.fetch(good({"a"}));
  ASSERT_TRUE(d.absent("late"));
  d.advance(1s);
  d.cache.refresh();
  d.fetch(good({"a", "late"}));
  EXPECT_TRUE(d.held("late"));
  d.advance(1s);
  d.cache.refresh();
  d.fetch(good({"a"}));
  d.wait_for("late");  // not remembered as absent
}

TEST(KeyCache, AKidFirstAskedForDuringAFetchWaitsForAnother) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(60s);
  d.wait_for("first");
  ASSERT_TRUE(d.poll());
  const auto during = d.wait_for("new");
  d.fetched(good({"a"}));
  EXPECT_FALSE(d.outcome(during)) << "that fetch began before the kid was asked for: it proves nothing";
  d.advance(1s);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a", "new"}));
  EXPECT_EQ(d.outcome(during), Outcome::held);
}

TEST(KeyCache, AKidAskedForDuringAFetchThatListsItIsHeldAtOnce) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  const auto during = d.wait_for("a");
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(during), Outcome::held);
}

TEST(KeyCache, FetchesAreASecondApart) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(999ms);
  const auto ticket = d.wait_for("b");
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.next, d.begun.front() + 1s) << "it waits for the gap, not longer";
  d.advance(1ms);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a", "b"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCache, AStormOfRandomKidsCostsOneFetchASecondAndARotationInItIsLearnt) {
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(10s);
  const BootTime start = d.now;
  constexpr int storm = 10'000;
  constexpr auto step = 1ms;  // 10 seconds in all
  bool rotated = false;
  std::set<KeyCache::Ticket> good_tickets;
  int held_at_once = 0;
  int refused_for_now = 0;
  for (int i = 0; i < storm; ++i) {
    d.advance(step);
    rotated = i >= storm / 2;
    (void)d.ask("random-" + std::to_string(i));
    EXPECT_TRUE(d.held("old")) << "nothing is evicted";
    if (rotated && i % 50 == 0) {
      const auto answer = d.ask("new");
      if (const auto* waiting = std::get_if<KeyCache::Waiting>(&answer)) good_tickets.insert(waiting->ticket);
      held_at_once += std::holds_alternative<KeyCache::Held>(answer) ? 1 : 0;
      refused_for_now += std::holds_alternative<KeyCache::Unavailable>(answer) ? 1 : 0;
      EXPECT_FALSE(std::holds_alternative<KeyCache::Absent>(answer)) << "a good key was called absent";
    }
    if (d.poll()) d.fetched(rotated ? good({"old", "new"}) : good({"old"}));
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(d.now - start).count();
  EXPECT_LE(d.begun.size(), 1 + static_cast<std::size_t>(seconds) + 1);
  EXPECT_GE(d.begun.size(), 9) << "the storm must not stop the fetches either";
  for (const auto ticket : good_tickets) EXPECT_NE(d.outcome(ticket), Outcome::absent);
  EXPECT_GE(held_at_once, 75) << "the new key serves from the first fetch on";
  EXPECT_LE(refused_for_now, 25) << "at most the gap of one second";
}

TEST(KeyCache, AtMost256WaitAnd32ForOneKid) {
  CacheDriver d;
  for (int i = 0; i < 32; ++i) d.wait_for("same");
  EXPECT_EQ(d.unavailable("same"), 1s);
  for (int i = 32; i < 256; ++i) d.wait_for("kid-" + std::to_string(i));
  EXPECT_EQ(d.unavailable("one-more"), 1s);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcomes.size(), 256) << "everyone is answered";
  d.wait_for("after");
}

TEST(KeyCache, NobodyWaitsLongerThanTwoSeconds) {
  CacheDriver d;
  const auto ticket = d.wait_for("a");
  ASSERT_TRUE(d.poll());  // and the issuer does not answer
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.next, d.now + 2s);
  d.advance(2s - 1ms);
  d.poll();
  EXPECT_FALSE(d.outcome(ticket));
  d.advance(1ms);
  d.poll();
  EXPECT_EQ(d.outcome(ticket), Outcome::unavailable);
  d.fetched(good({"a"}));
  EXPECT_TRUE(d.held("a")) << "the late answer still counts for the next";
}

TEST(KeyCache, FailuresBackOffUpToThirtySeconds) {
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

TEST(KeyCache, WhoeverWouldWaitInVainIsToldAtOnceAndWhenToComeBack) {
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

TEST(KeyCache, WaitersOfAFailedFetchAreToldWhenTheNextIsTooFar) {
  CacheDriver d;
  const auto ticket = d.wait_for("a");
  ASSERT_TRUE(d.poll());
  d.fetched(failed(20s));
  EXPECT_EQ(d.outcome(ticket), Outcome::unavailable) << "not 401: nothing was proven";
}

TEST(KeyCache, WaitersOfAFailedFetchWaitForTheNextWhenItIsNear) {
  CacheDriver d;
  const auto ticket = d.wait_for("a");
  ASSERT_TRUE(d.poll());
  d.fetched(failed());
  EXPECT_FALSE(d.outcome(ticket));
  d.run_to_next_fetch();
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCache, RetryAfterIsHonouredUpToThirtySeconds) {
  for (const auto& [asked, least] : {std::pair{5s, 5s}, std::pair{3600s, 30s}, std::pair{0s, 1s}}) {
    CacheDriver d;
    ASSERT_TRUE(d.poll());
    const BootTime failed_at = d.now;
    d.fetched(failed(asked));
    d.run_to_next_fetch();
    EXPECT_GE(d.now - failed_at, least);
    EXPECT_LE(d.now - failed_at, 30s + 1ms);
  }
}

TEST(KeyCache, AFailedFetchChangesNoKey) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(10s);
  d.cache.refresh();
  d.fetch(failed());
  EXPECT_TRUE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::stale);
  EXPECT_EQ(d.cache.status(d.now).last_failure, "it failed");
}

TEST(KeyCache, AKeyThatIsNoLongerListedIsGoneAtOnce) {
  CacheDriver d;
  d.fetch(good({"a", "b"}));
  d.advance(10s);
  d.cache.refresh();
  d.fetch(good({"a"}));
  EXPECT_TRUE(d.held("a"));
  EXPECT_FALSE(d.held("b"));
}

TEST(KeyCache, AnEmptySetIsAGoodAnswer) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(10s);
  d.cache.refresh();
  d.fetch(good({}));
  EXPECT_FALSE(d.held("a"));
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::fresh);
  d.advance(10s);
  const auto ticket = d.wait_for("a");
  d.fetch(good({}));
  EXPECT_EQ(d.outcome(ticket), Outcome::absent);
}

TEST(KeyCache, AKidReusedWithOtherMaterialIsTheNewKey) {
  CacheDriver d;
  const TestKey before = TestKey::generate(Algorithm::eddsa, "a");
  const TestKey after = TestKey::generate(Algorithm::eddsa, "a");
  d.fetch(GoodFetch{test::key_set_of({before.jwk()}), {}, {}});
  d.advance(10s);
  d.cache.refresh();
  d.fetch(GoodFetch{test::key_set_of({after.jwk()}), {}, {}});
  const auto serving = d.cache.serving(d.now);
  ASSERT_TRUE(serving);
  EXPECT_NE(after.jwk().find(*serving->keys.descriptions().front().x), std::string::npos);
}

TEST(KeyCache, AnOutageIsBridgedUpToTheBoundAndHealsByItself) {
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

TEST(KeyCache, TheBoundCountsFromWhenTheFetchBegan) {
  CacheDriver d{1h};
  const BootTime began = d.now;
  ASSERT_TRUE(d.poll());
  d.advance(4s);
  d.fetched(good({"a"}));
  EXPECT_EQ(d.cache.serving(d.now)->usable_until, began + 1h);
}

TEST(KeyCache, TheLifetimeFollowsMaxAgeWithinOneToFifteenMinutes) {
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

TEST(KeyCache, AnETagIsSentAndNotModifiedRenewsTheSet) {
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

TEST(KeyCache, NotModifiedWithoutASetIsAFailure) {
  CacheDriver d;
  d.fetch(NotModified{});
  EXPECT_EQ(d.cache.status(d.now).state, KeyStatus::State::absent);
  EXPECT_NE(d.cache.status(d.now).last_failure, "");
}

TEST(KeyCache, AClockThatJumpsBackChangesNothing) {
  CacheDriver d{1h};
  d.fetch(good({"a"}));
  d.advance(2h);
  EXPECT_FALSE(d.held("a"));
  d.advance(-90min);
  EXPECT_FALSE(d.held("a")) << "expired stays expired";
  d.fetch(good({"a"}));
  EXPECT_TRUE(d.held("a"));
}

TEST(KeyCache, AClockThatJumpsAheadCausesOneFetch) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(12h);
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.begun.size(), 2);
}

TEST(KeyCache, RestoredKeysServeUntilTheFirstGoodFetchAndTheirAgeCounts) {
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

TEST(KeyCache, RestoredKeysPastTheBoundDoNotServe) {
  CacheDriver d{1h};
  d.cache.restore(keys_named({"kept"}), 1h, d.now);
  EXPECT_FALSE(d.held("kept"));
}

TEST(KeyCache, ARefreshAskedForDuringAFetchIsDoneAfterIt) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  d.cache.refresh();
  d.fetched(good({"a"}));
  EXPECT_FALSE(d.poll());
  d.advance(1s);
  EXPECT_TRUE(d.poll());
}

TEST(KeyCache, ManyAbsentKidsAreForgottenOldestFirst) {
  CacheDriver d;
  d.fetch(good({"a"}));
  const auto kid = [](int i) { return "kid-" + std::to_string(i); };
  // 256 at a time, as fast as fetches may follow each other: only the last five seconds can be remembered.
  for (int batch = 0; batch < 40; ++batch) {
    d.advance(1s);
    for (int i = 0; i < 256; ++i) d.wait_for(kid(batch * 256 + i));
    d.fetch(good({"a"}));
  }
  EXPECT_TRUE(d.absent(kid(40 * 256 - 1)));
  EXPECT_TRUE(d.held("a"));
  d.wait_for(kid(0));
}

}  // namespace
}  // namespace drawbridge
