// Which credentials the issuer is asked about and who waits for the answers, in invented time.

#include "core/credentials/exchange_queue.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/exchange_driver.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::Driver;
using test::error_500;
using test::gone;
using test::misfit;
using test::Names;
using test::numbered;
using Outcome = ExchangeQueue::Outcome;

TEST(ExchangeQueue, AllWhoSendOneCredentialWaitForOneExchange) {
  Driver d;
  std::vector<ExchangeQueue::Ticket> tickets;
  for (int i = 0; i < 1'000; ++i) tickets.push_back(d.ticket_for("alice"));
  EXPECT_EQ(d.poll(), Names{"alice"});
  for (int i = 0; i < 1'000; ++i) tickets.push_back(d.ticket_for("alice"));  // while it is under way
  EXPECT_EQ(d.poll(), Names{});
  d.exchanged("alice", GoodExchange{});
  for (const auto ticket : tickets) EXPECT_EQ(d.outcome(ticket), Outcome::good);
}

TEST(ExchangeQueue, AskingAgainAfterwardsIsAnExchangeOfItsOwn) {
  Driver d;
  EXPECT_EQ(d.exchange("alice", GoodExchange{}), Outcome::good);
  EXPECT_EQ(d.ask("alice"), "waiting");
  EXPECT_EQ(d.poll(), Names{"alice"});
}

TEST(ExchangeQueue, WhatTheIssuerDoesNotKnowIsRememberedForFiveSeconds) {
  Driver d;
  EXPECT_EQ(d.exchange("forged", CredentialUnknown{}), Outcome::unknown);
  EXPECT_EQ(d.ask("forged"), "unknown");
  d.now += 4999ms;
  EXPECT_EQ(d.ask("forged"), "unknown");
  EXPECT_EQ(d.ask("alice"), "waiting");
  d.now += 1ms;
  EXPECT_EQ(d.ask("forged"), "waiting");
}

TEST(ExchangeQueue, ASessionThatWasRevokedIsUnknownWhenItIsAskedAgain) {
  Driver d;
  EXPECT_EQ(d.exchange("alice", GoodExchange{}), Outcome::good);
  EXPECT_EQ(d.exchange("alice", CredentialUnknown{}), Outcome::unknown);
  EXPECT_EQ(d.ask("alice"), "unknown");
}

TEST(ExchangeQueue, SoManyAreUnderWayAtATime) {
  Driver d;
  for (std::size_t i = 0; i < 20; ++i) d.exchange(numbered("known-", i), GoodExchange{});
  for (std::size_t i = 0; i < 20; ++i) d.exchange(numbered("failing-", i), misfit());
  d.now += 1s;
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("failing-", i));
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_failed_under_way);
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("new-", i));
  EXPECT_EQ(d.poll(), (Names{"new-0", "new-1"})) << "they leave room for those that were good";
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("known-", i));
  EXPECT_EQ(d.poll(), (Names{"known-0", "known-1"}));
  d.exchanged("new-0", GoodExchange{});
  d.exchanged("failing-0", GoodExchange{});
  EXPECT_EQ(d.poll(), (Names{"known-2", "known-3"}));
  EXPECT_EQ(d.poll(), Names{});
}

TEST(ExchangeQueue, EightOfThoseThatWereGoodAreUnderWay) {
  Driver d;
  for (std::size_t i = 0; i < 20; ++i) d.exchange(numbered("user-", i), GoodExchange{});
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i));
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_under_way);
  d.exchanged("user-3", GoodExchange{});
  d.exchanged("user-5", CredentialUnknown{});
  EXPECT_EQ(d.poll(), (Names{"user-8", "user-9"}));
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("new-", i));
  EXPECT_EQ(d.poll(), Names{});
  for (std::size_t i = 6; i < 10; ++i) d.exchanged(numbered("user-", i), GoodExchange{});
  EXPECT_EQ(d.poll(), (Names{"user-10", "user-11", "new-0", "new-1"})) << "others are not kept out";
}

TEST(ExchangeQueue, WhatWasGoodBeforeGoesFirst) {
  Driver d;
  d.exchange("alice", GoodExchange{});
  for (std::size_t i = 0; i < 100; ++i) d.ticket_for(numbered("forged-", i));
  d.ticket_for("alice");
  d.ticket_for("bob");
  EXPECT_EQ(d.poll().front(), "alice");
}

TEST(ExchangeQueue, AStormOfForgedCookiesKeepsNobodyOutWhoWasGoodBefore) {
  Driver d;
  d.exchange("alice", GoodExchange{});
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < 10'000; ++i) waiting += d.ask(numbered("forged-", i), i % 5 + 1) == "waiting";
  EXPECT_EQ(waiting, ExchangeQueue::max_places);
  const auto alice = d.ticket_for("alice");
  EXPECT_EQ(d.poll().front(), "alice");
  EXPECT_TRUE(d.waits(alice));
  EXPECT_EQ(std::ranges::count(d.resolved, Outcome::unavailable, [](const auto& r) { return r.second; }), 1)
      << "one place went to her";
  for (const std::string& name : Names{d.begun.begin() + 2, d.begun.end()})
    d.exchanged(name, CredentialUnknown{});
  d.exchanged("alice", GoodExchange{});
  EXPECT_EQ(d.outcome(alice), Outcome::good);
}

TEST(ExchangeQueue, OneAddressHasAQuarterOfThePlaces) {
  Driver d;
  for (std::size_t i = 0; i < ExchangeQueue::max_of_address; ++i) d.ticket_for(numbered("forged-", i), 1);
  EXPECT_EQ(d.ask("one more", 1), "unavailable 1");
  EXPECT_EQ(d.ask("another's", 2), "waiting");
  EXPECT_EQ(d.ask("forged-0", 1), "waiting") << "it has a place";
  d.poll();
  EXPECT_EQ(d.ask("places are free", 1), "waiting");
}

TEST(ExchangeQueue, OneAddressHasAQuarterForWhatWasGoodToo) {
  Driver d;
  constexpr std::size_t many = ExchangeQueue::max_of_address + ExchangeQueue::max_under_way;
  for (std::size_t i = 0; i <= many; ++i) d.exchange(numbered("session-", i), GoodExchange{});
  for (std::size_t i = 0; i < ExchangeQueue::max_under_way; ++i) d.ticket_for(numbered("session-", i), 1);
  d.poll();
  for (std::size_t i = ExchangeQueue::max_under_way; i < many; ++i) d.ticket_for(numbered("session-", i), 1);
  EXPECT_EQ(d.ask(numbered("session-", many), 1), "unavailable 1");
  EXPECT_EQ(d.ask(numbered("session-", many), 2), "waiting");
  EXPECT_EQ(d.ask("a new one", 1), "waiting") << "they are counted apart";
}

TEST(ExchangeQueue, WithoutAnAddressAllPlacesAreThere) {
  Driver d;
  for (std::size_t i = 0; i < ExchangeQueue::max_places; ++i) d.ticket_for(numbered("user-", i), 0);
  EXPECT_EQ(d.ask("one more", 0), "unavailable 1");
}

TEST(ExchangeQueue, NobodyWaitsLongerThanTwoSeconds) {
  Driver d;
  std::vector<ExchangeQueue::Ticket> tickets;
  for (std::size_t i = 0; i < 9; ++i) tickets.push_back(d.ticket_for(numbered("user-", i)));
  d.poll();
  EXPECT_EQ(d.next, d.now + 2s);
  d.now += 1999ms;
  const auto late = d.ticket_for("user-0");
  d.poll();
  EXPECT_TRUE(d.waits(tickets[0]));
  d.now += 1ms;
  d.poll();
  for (const auto ticket : tickets) EXPECT_EQ(d.outcome(ticket), Outcome::unavailable);
  EXPECT_TRUE(d.waits(late));
  d.exchanged("user-0", GoodExchange{});
  EXPECT_EQ(d.outcome(late), Outcome::good);
  d.exchanged("user-1", GoodExchange{});  // for nobody
  EXPECT_EQ(d.poll(), Names{}) << "nobody waits for user-8 any more";
}

TEST(ExchangeQueue, AnIssuerThatFailsIsLeftAloneForLongerAndLonger) {
  Driver d;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    EXPECT_EQ(d.exchange("one who waits " + std::to_string(d.now.time_since_epoch().count()), gone()),
              Outcome::unavailable);
    // Within its last two seconds there is something to wait for.
    if (pause > 2s) {
      d.now += pause - 2s - 1ms;
      EXPECT_EQ(d.ask("bob").substr(0, 11), "unavailable") << pause.count();
      d.now += 1ms;
    }
    d.now += std::min<BootClock::duration>(pause, 2s) - 1ms;
    EXPECT_EQ(d.poll(), Names{});
    d.now += 1ms + BootClock::duration{pause} / 10;  // by chance up to a tenth more, but not more than 30 s
  }
}

TEST(ExchangeQueue, WhatFailedIsNotWhatFindsOut) {
  Driver d;
  d.exchange("alice", GoodExchange{});
  d.exchange("alice", gone());
  EXPECT_EQ(d.ask("alice"), "unavailable 2");
  d.ticket_for("bob");
  d.now += 1100ms;
  EXPECT_EQ(d.ask("alice"), "unavailable 1");
  EXPECT_EQ(d.poll(), Names{"bob"});
}

TEST(ExchangeQueue, WhatIsUnderWayOutlivesAnothersFailure) {
  Driver d;
  const auto bob = d.ticket_for("bob");
  const auto alice = d.ticket_for("alice");
  d.poll();
  const auto late = d.ticket_for("bob");
  d.exchanged("alice", gone(30s));
  EXPECT_EQ(d.resolved[alice], Outcome::unavailable);
  EXPECT_FALSE(d.resolved.contains(bob) || d.resolved.contains(late));
  d.exchanged("bob", GoodExchange{});
  EXPECT_EQ(d.resolved[bob], Outcome::good);
  EXPECT_EQ(d.resolved[late], Outcome::good);
}

TEST(ExchangeQueue, AGoodAnswerEndsAPauseThatNobodyAskedFor) {
  Driver d;
  d.ticket_for("alice");
  d.ticket_for("bob");
  d.poll();
  d.exchanged("alice", gone());
  d.exchanged("bob", GoodExchange{});
  d.ticket_for("carol");
  EXPECT_EQ(d.poll(), Names{"carol"});
  d.ticket_for("dave");
  d.poll();
  d.exchanged("carol", gone(20s));
  d.exchanged("dave", GoodExchange{});
  EXPECT_EQ(d.ask("erin"), "unavailable 20");
}

TEST(ExchangeQueue, ARetryAfterOfAgesIsHalfAMinute) {
  Driver d;
  d.exchange("alice", gone(std::chrono::seconds::max()));
  EXPECT_EQ(d.ask("bob"), "unavailable 30");
  d.now += 31s;
  d.exchange("bob", gone(std::chrono::seconds::min()));
  EXPECT_EQ(d.ask("carol"), "unavailable 3") << "the second failure";
}

TEST(ExchangeQueue, EachAddressHasItsTurn) {
  Driver d;
  for (std::size_t i = 0; i < ExchangeQueue::max_others_under_way; ++i) d.ticket_for(numbered("first-", i));
  d.poll();
  for (std::size_t i = 0; i < 100; ++i) d.ticket_for(numbered("crowd-", i), 1 + i % 2);
  d.ticket_for("alice", 9);
  d.exchanged("first-0", CredentialUnknown{});
  d.exchanged("first-1", CredentialUnknown{});
  d.exchanged("first-2", CredentialUnknown{});
  const Names begun = d.poll();
  EXPECT_TRUE(std::ranges::find(begun, "alice") != begun.end()) << "of three addresses one in three is hers";
}

TEST(ExchangeQueue, EachAddressHasItsTurnAmongThoseThatWereGood) {
  Driver d;
  for (std::size_t i = 0; i < 200; ++i) d.exchange(numbered("session-", i), GoodExchange{});
  d.exchange("alice", GoodExchange{});
  for (std::size_t i = 0; i < 200; ++i) d.ticket_for(numbered("session-", i), 1);
  d.ticket_for("alice", 9);
  const Names begun = d.poll();
  EXPECT_TRUE(begun.at(0) == "alice" || begun.at(1) == "alice") << "of two addresses one in two is hers";
}

TEST(ExchangeQueue, ClearedItBeginsAnew) {
  Driver d;
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i), i);
  d.poll();
  d.queue.clear();
  d.ticket_for("alice");
  EXPECT_EQ(d.poll(), Names{"alice"});
}

TEST(ExchangeQueue, ThoseThatFailTogetherAreOneFailure) {
  Driver d;
  constexpr std::size_t together = ExchangeQueue::max_others_under_way;
  for (std::size_t i = 0; i < together; ++i) d.ticket_for(numbered("user-", i));
  d.poll();
  for (std::size_t i = 0; i < together; ++i) d.exchanged(numbered("user-", i), gone());
  EXPECT_EQ(d.ask("alice"), "waiting") << "the pause is a second";
  d.now += 1200ms;
  EXPECT_EQ(d.poll(), Names{"alice"});
}

TEST(ExchangeQueue, AfterAFailureOneFindsOutWhetherTheIssuerIsBack) {
  Driver d;
  d.exchange("alice", gone());
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i));
  d.now += 1200ms;
  EXPECT_EQ(d.poll(), Names{"user-0"});
  EXPECT_EQ(d.poll(), Names{});
  d.exchanged("user-0", GoodExchange{});
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_others_under_way);
}

TEST(ExchangeQueue, AnIssuerIsGivenTheTimeThatItAsksFor) {
  Driver d;
  EXPECT_EQ(d.exchange("alice", gone(20s)), Outcome::unavailable);
  EXPECT_EQ(d.ask("bob"), "unavailable 20");
  d.now += 19s;
  EXPECT_EQ(d.ask("bob"), "waiting");
  EXPECT_EQ(d.poll(), Names{});
  d.now += 1s;
  EXPECT_EQ(d.poll(), Names{"bob"});
  d.exchanged("bob", gone(1h));
  EXPECT_EQ(d.ask("carol"), "unavailable 30") << "half a minute at the most";
}

TEST(ExchangeQueue, WhoWouldWaitForNothingIsLetGoAtOnce) {
  Driver d;
  d.ticket_for("alice");
  d.poll();
  std::vector<ExchangeQueue::Ticket> tickets;
  for (std::size_t i = 0; i < 9; ++i) tickets.push_back(d.ticket_for(numbered("user-", i)));
  d.exchanged("alice", gone(20s));
  for (const auto ticket : tickets) {
    EXPECT_EQ(d.outcome(ticket), Outcome::unavailable);
    EXPECT_EQ(d.retry_after.at(ticket), 20s);
  }
}

TEST(ExchangeQueue, ALimitOfOneKeyIsNobodyElses) {
  Driver d;
  EXPECT_EQ(d.exchange("one key", CredentialLimited{20s}), Outcome::limited);
  EXPECT_EQ(d.ask("one key"), "limited 20");
  EXPECT_EQ(d.exchange("another key", GoodExchange{}), Outcome::good);
  d.now += 19500ms;
  EXPECT_EQ(d.ask("one key"), "limited 1");
  d.now += 500ms;
  EXPECT_EQ(d.ask("one key"), "waiting");
}

TEST(ExchangeQueue, ALimitIsRememberedForASecondToAMinute) {
  Driver d;
  d.exchange("a", CredentialLimited{0s});
  EXPECT_EQ(d.ask("a"), "limited 1");
  d.exchange("b", CredentialLimited{24h});
  EXPECT_EQ(d.ask("b"), "limited 60");
}

TEST(ExchangeQueue, AFailureIsSaidUntilAnExchangeIsAnswered) {
  Driver d;
  EXPECT_EQ(d.queue.last_failure(), "");
  d.exchange("alice", gone());
  EXPECT_EQ(d.queue.last_failure(), "nothing listens");
  d.now += 2s;
  d.exchange("mallory", misfit());
  EXPECT_EQ(d.queue.last_failure(), "nothing listens");
  d.now += 2s;
  d.exchange("eve", error_500());
  EXPECT_EQ(d.queue.last_failure(), "the issuer answered 500");
  d.exchange("bob", CredentialUnknown{});
  EXPECT_EQ(d.queue.last_failure(), "");
}

TEST(ExchangeQueue, AClockThatGoesBackChangesNothing) {
  Driver d;
  d.exchange("forged", CredentialUnknown{});
  d.now -= 30min;
  EXPECT_EQ(d.ask("forged"), "unknown");
  const auto alice = d.ticket_for("alice");
  EXPECT_EQ(d.poll(), Names{"alice"});
  d.exchanged("alice", GoodExchange{});
  EXPECT_EQ(d.outcome(alice), Outcome::good);
}

TEST(ExchangeQueue, WhatIsRememberedIsBounded) {
  Driver d;
  constexpr std::size_t many = 9 * ExchangeQueue::max_places;
  for (std::size_t i = 0; i < many; ++i) d.exchange(numbered("forged-", i), CredentialUnknown{});
  EXPECT_EQ(d.ask(numbered("forged-", many - 1)), "unknown");
  EXPECT_EQ(d.ask("forged-0"), "waiting") << "the oldest has given way";
}

}  // namespace
}  // namespace drawbridge
