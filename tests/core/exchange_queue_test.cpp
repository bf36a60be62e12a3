// Which credentials the issuer is asked about and who waits for the answers, in invented time.

#include "core/credentials/exchange_queue.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/jose/sha256.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using Outcome = ExchangeQueue::Outcome;
using Names = std::vector<std::string>;

/// A queue with a clock to turn, and a record of what it said. A credential is named by its value.
class Driver {
 public:
  ExchangeQueue queue{1};
  BootTime now{1h};
  Names begun;                                        ///< by all polls so far
  std::map<ExchangeQueue::Ticket, Outcome> resolved;  ///< each once
  std::map<ExchangeQueue::Ticket, std::chrono::seconds> retry_after;
  BootTime next{};

  std::string ask(const std::string& name, std::uint64_t address = 7) {
    const auto answer = queue.ask(sha256(name), name, address, now);
    if (const auto* waiting = std::get_if<ExchangeQueue::Waiting>(&answer)) {
      last_ticket = waiting->ticket;
      return "waiting";
    }
    if (const auto* limited = std::get_if<ExchangeQueue::Limited>(&answer))
      return "limited " + std::to_string(limited->retry_after.count());
    if (const auto* unavailable = std::get_if<ExchangeQueue::Unavailable>(&answer))
      return "unavailable " + std::to_string(unavailable->retry_after.count());
    return "unknown";
  }
  ExchangeQueue::Ticket ticket_for(const std::string& name, std::uint64_t address = 7) {
    EXPECT_EQ(ask(name, address), "waiting") << name;
    return last_ticket;
  }
  /// What begins now.
  Names poll() {
    auto step = queue.poll(now);
    take(step.resolved);
    next = step.next;
    Names names;
    for (auto& exchange : step.begin) {
      EXPECT_EQ(exchange.credential, sha256(exchange.value));
      names.push_back(std::move(exchange.value));
    }
    begun.insert(begun.end(), names.begin(), names.end());
    return names;
  }
  void exchanged(const std::string& name, ExchangeResult result) {
    take(queue.on_exchanged(sha256(name), std::move(result), now));
  }
  /// Asks, begins and ends it.
  Outcome exchange(const std::string& name, ExchangeResult result) {
    const auto ticket = ticket_for(name);
    poll();
    exchanged(name, std::move(result));
    return resolved.at(ticket);
  }
  Outcome outcome(ExchangeQueue::Ticket ticket) const { return resolved.at(ticket); }
  bool waits(ExchangeQueue::Ticket ticket) const { return !resolved.contains(ticket); }

 private:
  void take(const std::vector<ExchangeQueue::Resolved>& all) {
    for (const auto& one : all) {
      EXPECT_TRUE(resolved.emplace(one.ticket, one.outcome).second) << "resolved twice";
      retry_after[one.ticket] = one.retry_after;
    }
  }
  ExchangeQueue::Ticket last_ticket = 0;
};

FailedExchange failed(std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return {.text = "the issuer answered 500", .retry_after = retry_after, .concerns_all = true};
}
FailedExchange misfit() {
  return {.text = "the answer is another session's", .retry_after = std::nullopt, .concerns_all = false};
}

std::string numbered(const char* name, std::size_t number) {
  return name + std::to_string(number);
}

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

TEST(ExchangeQueue, EightAreUnderWayAtATime) {
  Driver d;
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i));
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_under_way);
  EXPECT_EQ(d.poll(), Names{});
  d.exchanged("user-3", GoodExchange{});
  d.exchanged("user-5", CredentialUnknown{});
  EXPECT_EQ(d.poll(), (Names{"user-8", "user-9"}));
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
  EXPECT_EQ(d.ask("eight places are free", 1), "waiting");
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
    EXPECT_EQ(d.exchange("one who waits " + std::to_string(d.now.time_since_epoch().count()), failed()),
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
  d.exchange("alice", failed());
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
  d.exchanged("alice", failed(30s));
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
  d.exchanged("alice", failed());
  d.exchanged("bob", GoodExchange{});
  d.ticket_for("carol");
  EXPECT_EQ(d.poll(), Names{"carol"});
  d.ticket_for("dave");
  d.poll();
  d.exchanged("carol", failed(20s));
  d.exchanged("dave", GoodExchange{});
  EXPECT_EQ(d.ask("erin"), "unavailable 20");
}

TEST(ExchangeQueue, ARetryAfterOfAgesIsHalfAMinute) {
  Driver d;
  d.exchange("alice", failed(std::chrono::seconds::max()));
  EXPECT_EQ(d.ask("bob"), "unavailable 30");
  d.now += 31s;
  d.exchange("bob", failed(std::chrono::seconds::min()));
  EXPECT_EQ(d.ask("carol"), "unavailable 3") << "the second failure";
}

TEST(ExchangeQueue, EachAddressHasItsTurn) {
  Driver d;
  for (std::size_t i = 0; i < 8; ++i) d.ticket_for(numbered("first-", i));
  d.poll();
  for (std::size_t i = 0; i < 100; ++i) d.ticket_for(numbered("crowd-", i), 1 + i % 2);
  d.ticket_for("alice", 9);
  d.exchanged("first-0", CredentialUnknown{});
  d.exchanged("first-1", CredentialUnknown{});
  d.exchanged("first-2", CredentialUnknown{});
  const Names begun = d.poll();
  EXPECT_TRUE(std::ranges::find(begun, "alice") != begun.end()) << "of three addresses one in three is hers";
}

TEST(ExchangeQueue, ClearedItBeginsAnew) {
  Driver d;
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i), i);
  d.poll();
  d.queue.clear();
  d.ticket_for("alice");
  EXPECT_EQ(d.poll(), Names{"alice"});
}

TEST(ExchangeQueue, EightThatFailTogetherAreOneFailure) {
  Driver d;
  for (std::size_t i = 0; i < 8; ++i) d.ticket_for(numbered("user-", i));
  d.poll();
  for (std::size_t i = 0; i < 8; ++i) d.exchanged(numbered("user-", i), failed());
  EXPECT_EQ(d.ask("alice"), "waiting") << "the pause is a second";
  d.now += 1200ms;
  EXPECT_EQ(d.poll(), Names{"alice"});
}

TEST(ExchangeQueue, AfterAFailureOneFindsOutWhetherTheIssuerIsBack) {
  Driver d;
  d.exchange("alice", failed());
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("user-", i));
  d.now += 1200ms;
  EXPECT_EQ(d.poll(), Names{"user-0"});
  EXPECT_EQ(d.poll(), Names{});
  d.exchanged("user-0", GoodExchange{});
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_under_way);
}

TEST(ExchangeQueue, AnIssuerIsGivenTheTimeThatItAsksFor) {
  Driver d;
  EXPECT_EQ(d.exchange("alice", failed(20s)), Outcome::unavailable);
  EXPECT_EQ(d.ask("bob"), "unavailable 20");
  d.now += 19s;
  EXPECT_EQ(d.ask("bob"), "waiting");
  EXPECT_EQ(d.poll(), Names{});
  d.now += 1s;
  EXPECT_EQ(d.poll(), Names{"bob"});
  d.exchanged("bob", failed(1h));
  EXPECT_EQ(d.ask("carol"), "unavailable 30") << "half a minute at the most";
}

TEST(ExchangeQueue, WhoWouldWaitForNothingIsLetGoAtOnce) {
  Driver d;
  d.ticket_for("alice");
  d.poll();
  std::vector<ExchangeQueue::Ticket> tickets;
  for (std::size_t i = 0; i < 9; ++i) tickets.push_back(d.ticket_for(numbered("user-", i)));
  d.exchanged("alice", failed(20s));
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

TEST(ExchangeQueue, AnAnswerThatDoesNotFitACredentialKeepsNobodyElseWaiting) {
  Driver d;
  EXPECT_EQ(d.exchange("mallory", misfit()), Outcome::unavailable);
  EXPECT_EQ(d.ask("mallory"), "unavailable 1");
  EXPECT_EQ(d.exchange("alice", GoodExchange{}), Outcome::good);
  d.now += 1s;
  EXPECT_EQ(d.ask("mallory"), "waiting");
}

TEST(ExchangeQueue, AFailureIsSaidUntilAnExchangeIsAnswered) {
  Driver d;
  EXPECT_EQ(d.queue.last_failure(), "");
  d.exchange("alice", failed());
  EXPECT_EQ(d.queue.last_failure(), "the issuer answered 500");
  d.now += 2s;
  d.exchange("mallory", misfit());
  EXPECT_EQ(d.queue.last_failure(), "the issuer answered 500");
  d.now += 2s;
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
