// What the key cache says of a kid: held, absent, unavailable, or wait. Invented times and results: no
// socket, no clock, no thread.

#include "core/keys/key_cache.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/core/key_cache_driver.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::CacheDriver;
using test::failed;
using test::good;
using test::TestKey;
using Outcome = KeyCache::Outcome;

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
  d.cache.refresh(d.now);
  d.fetch(good({"a", "late"}));
  EXPECT_TRUE(d.held("late"));
  d.advance(1s);
  d.cache.refresh(d.now);
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

TEST(KeyCache, WhoAsksAgainDuringTheFetchSharesItsProof) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(60s);
  const auto first = d.wait_for("nobody");
  ASSERT_TRUE(d.poll());
  const auto again = d.wait_for("nobody");
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(first), Outcome::absent);
  EXPECT_EQ(d.outcome(again), Outcome::absent) << "that fetch began after the kid was first asked for";
  EXPECT_FALSE(d.poll());
}

TEST(KeyCache, AKidAskedForDuringAFetchThatListsItIsHeldAtOnce) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  const auto during = d.wait_for("a");
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcome(during), Outcome::held);
}

TEST(KeyCache, OneFetchIsUnderWayAtATime) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  d.advance(1500ms);  // longer than the gap, and no answer yet
  d.wait_for("a");
  d.cache.refresh(d.now);
  EXPECT_FALSE(d.poll());
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

/// Fills every place, from one address, with kids that nobody made.
std::vector<KeyCache::Ticket> fill(CacheDriver& d, const Asker& asker) {
  std::vector<KeyCache::Ticket> tickets;
  for (std::size_t i = 0; i < KeyCache::max_places; ++i)
    tickets.push_back(d.wait_for("random-" + std::to_string(i), asker));
  return tickets;
}

TEST(KeyCache, AllWhoWaitForOneKidShareOnePlaceHoweverManyTheyAre) {
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(60s);
  std::set<KeyCache::Ticket> tickets;
  for (std::size_t i = 0; i < 3 * KeyCache::max_places; ++i) tickets.insert(d.wait_for("new"));
  ASSERT_TRUE(d.poll());
  d.fetched(good({"old", "new"}));
  for (const auto ticket : tickets) ASSERT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCache, AtTheStartOfASlowIssuerAllAreAnsweredByItsFirstSet) {
  CacheDriver d;
  ASSERT_TRUE(d.poll());
  std::set<KeyCache::Ticket> tickets;
  for (int i = 0; i < 1900; ++i) {
    tickets.insert(d.wait_for("only"));
    d.advance(1ms);
    d.poll();
  }
  d.fetched(good({"only"}));
  for (const auto ticket : tickets) ASSERT_EQ(d.outcome(ticket), Outcome::held);
  EXPECT_EQ(d.begun.size(), 1);
}

TEST(KeyCache, BeyondTheLastPlaceAKidIsUnavailableAndNotAbsent) {
  CacheDriver d;
  const auto tickets = fill(d, {});
  EXPECT_EQ(d.unavailable("one-more"), 1s);
  d.wait_for("random-7");  // shares the place that it has
  ASSERT_TRUE(d.poll());
  d.fetched(good({"a"}));
  EXPECT_EQ(d.outcomes.size(), tickets.size() + 1) << "everyone is answered";
  d.wait_for("after");
}

TEST(KeyCache, AmongRandomKidsWithoutNumberTheNewKeyOfAKnownUserIsLearnt) {
  constexpr Asker attacker{.address = 1, .subject = 66, .subject_was_verified = true};
  constexpr Asker user{.address = 1, .subject = 7, .subject_was_verified = true};
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(60s);
  fill(d, attacker);
  const auto ticket = d.wait_for("new", user);
  ASSERT_TRUE(d.poll());
  std::size_t displaced = 0;
  for (const auto& [other, outcome] : d.outcomes) displaced += outcome == Outcome::unavailable ? 1 : 0;
  EXPECT_EQ(displaced, 1) << "whoever lost the place is told by the next poll";
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(d.unavailable("more-" + std::to_string(i), attacker), 1s);
  d.fetched(good({"old", "new"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCache, AmongRandomKidsOfOneAddressTheNewKeyOfAStrangerElsewhereIsLearnt) {
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(60s);
  fill(d, {.address = 1});
  const auto ticket = d.wait_for("new", {.address = 2});
  ASSERT_TRUE(d.poll());
  d.fetched(good({"old", "new"}));
  EXPECT_EQ(d.outcome(ticket), Outcome::held);
}

TEST(KeyCache, ThoseWhoseKeyIsThereAreToldBeforeThoseWhoseKidNobodyMade) {
  CacheDriver d;
  d.fetch(good({"old"}));
  d.advance(60s);
  for (int i = 0; i < 100; ++i) d.wait_for("random-" + std::to_string(i));
  const auto ticket = d.wait_for("new");
  ASSERT_TRUE(d.cache.poll(d.now).begin);
  const auto resolved = d.cache.on_fetched(good({"old", "new"}), d.now);
  ASSERT_EQ(resolved.size(), 101);
  EXPECT_EQ(resolved.front().ticket, ticket);
}

TEST(KeyCache, AKidThatTheLastHasGivenUpIsAskedForAnew) {
  CacheDriver d;
  const auto first = d.wait_for("a");
  ASSERT_TRUE(d.poll());  // and the issuer does not answer
  d.advance(1s);
  const auto second = d.wait_for("a");
  d.advance(1s);
  d.poll();
  EXPECT_EQ(d.outcome(first), Outcome::unavailable);
  EXPECT_FALSE(d.outcome(second)) << "each has two seconds of their own";
  d.advance(1s);
  d.poll();
  EXPECT_EQ(d.outcome(second), Outcome::unavailable);
  const auto third = d.wait_for("a");
  d.fetched(good({"b"}));
  EXPECT_FALSE(d.outcome(third)) << "the fetch began before this question";
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

TEST(KeyCache, AKeyThatIsNoLongerListedIsGoneAtOnce) {
  CacheDriver d;
  d.fetch(good({"a", "b"}));
  d.advance(10s);
  d.cache.refresh(d.now);
  d.fetch(good({"a"}));
  EXPECT_TRUE(d.held("a"));
  EXPECT_FALSE(d.held("b"));
}

TEST(KeyCache, AnEmptySetIsAGoodAnswer) {
  CacheDriver d;
  d.fetch(good({"a"}));
  d.advance(10s);
  d.cache.refresh(d.now);
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
  d.cache.refresh(d.now);
  d.fetch(GoodFetch{test::key_set_of({after.jwk()}), {}, {}});
  const auto serving = d.cache.serving(d.now);
  ASSERT_TRUE(serving);
  EXPECT_NE(after.jwk().find(*serving->keys.descriptions().front().x), std::string::npos);
}

TEST(KeyCache, AbsentKidsDoNotPileUp) {
  CacheDriver d;
  d.fetch(good({"a"}));
  const auto kid = [](int i) { return "kid-" + std::to_string(i); };
  // As fast as fetches may follow each other: only the last five seconds can be remembered.
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
