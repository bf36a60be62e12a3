// What one user's failing credentials cost the others, and what an outage costs the issuer, in invented time.

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

TEST(ExchangeOutage, WhatOneCredentialFailsOfDelaysNoOther) {
  struct Case {
    const char* name;
    FailedExchange failure;
    const char* asked_again;
  };
  const Case cases[] = {
      {"an answer that does not fit", misfit(), "unavailable 1"},
      {"a 500", error_500(), "unavailable 1"},
      {"a 503 with Retry-After", error_500(20s), "unavailable 20"},
      {"a 503 with ages", error_500(std::chrono::seconds::max()), "unavailable 30"},
      {"a 503 with a time that is over", error_500(std::chrono::seconds::min()), "unavailable 1"},
  };
  for (const Case& c : cases) {
    Driver d;
    d.exchange("alice", GoodExchange{});
    EXPECT_EQ(d.exchange("mallory", c.failure), Outcome::unavailable) << c.name;
    EXPECT_EQ(d.ask("mallory"), c.asked_again) << c.name;
    d.ticket_for("alice");
    d.ticket_for("bob");
    EXPECT_EQ(d.poll(), (Names{"alice", "bob"})) << c.name;
  }
}

TEST(ExchangeOutage, ACredentialThatFailsBacksOffByItself) {
  Driver d;
  for (const auto pause : {1s, 2s, 4s, 8s, 8s}) {
    d.exchange("mallory", error_500());
    EXPECT_EQ(d.ask("mallory"), "unavailable " + std::to_string(pause.count()));
    d.now += pause;
  }
  d.exchange("mallory", GoodExchange{});
  d.exchange("mallory", error_500());
  EXPECT_EQ(d.ask("mallory"), "unavailable 1") << "after a good answer";
}

TEST(ExchangeOutage, TwoThatFailWithoutABetterAnswerBetweenSlowDownTheOthers) {
  struct Case {
    const char* name;
    std::vector<std::pair<const char*, ExchangeResult>> before;
    bool seems_out;
  };
  const Case cases[] = {
      {"one", {{"mallory", error_500()}}, false},
      {"one after a good answer",
       {{"eve", error_500()}, {"bob", GoodExchange{}}, {"mallory", error_500()}},
       false},
      {"one after an unknown one",
       {{"eve", error_500()}, {"x", CredentialUnknown{}}, {"mallory", error_500()}},
       false},
      {"one after a limited one",
       {{"eve", error_500()}, {"x", CredentialLimited{1s}}, {"mallory", error_500()}},
       false},
      {"two of which one does not fit", {{"eve", misfit()}, {"mallory", error_500()}}, false},
      {"two", {{"eve", error_500()}, {"mallory", error_500()}}, true},
      {"two with a misfit between", {{"eve", error_500()}, {"x", misfit()}, {"mallory", error_500()}}, true},
      {"two, then a good answer",
       {{"eve", error_500()}, {"mallory", error_500()}, {"bob", GoodExchange{}}},
       false},
  };
  for (const Case& c : cases) {
    Driver d;
    d.exchange("alice", GoodExchange{});
    d.exchange("failed", misfit());
    d.now += 1s;
    for (const auto& [name, result] : c.before) {
      d.now += ExchangeQueue::trial_interval;
      d.exchange(name, result);
    }
    d.ticket_for("new");
    d.ticket_for("failed");
    d.ticket_for("alice");
    if (!c.seems_out) {
      EXPECT_EQ(d.poll().size(), 3U) << c.name;
      continue;
    }
    EXPECT_EQ(d.poll(), Names{"alice"}) << c.name;
    EXPECT_EQ(d.next, d.now + ExchangeQueue::trial_interval) << c.name;
    d.now += ExchangeQueue::trial_interval;
    const std::size_t first = d.poll().size();
    d.now += ExchangeQueue::trial_interval - 1ms;
    EXPECT_EQ(d.poll(), Names{}) << c.name;
    d.now += 1ms;
    EXPECT_EQ((std::pair{first, d.poll().size()}), (std::pair<std::size_t, std::size_t>{1, 1})) << c.name;
  }
}

/// Someone with a browser: asks, waits for the answer, and asks again after a while.
struct Client {
  std::string name;
  std::uint64_t address;
  ExchangeResult result;
  BootClock::duration takes;  ///< the issuer's time for it
  BootClock::duration pause;  ///< before the next request
  bool is_new_each_time = false;

  std::optional<ExchangeQueue::Ticket> waits_for{};
  std::string asked_as{};
  BootTime asked_at{};
  BootTime next_at{};
  BootClock::duration longest{};
  std::size_t good = 0;
  std::size_t refused = 0;
};

/// Clients and an issuer, in steps of 20 ms.
class Traffic {
 public:
  std::vector<Client> clients;
  Driver d;
  std::size_t most_under_way = 0;

  void run(BootClock::duration time) {
    for (const BootTime end = d.now + time; d.now < end; d.now += 20ms) step();
  }

 private:
  struct UnderWay {
    BootTime until;
    std::string name;
    ExchangeResult result;
  };

  void step() {
    std::erase_if(under_way_, [this](const UnderWay& one) {
      if (one.until > d.now) return false;
      d.exchanged(one.name, one.result);
      return true;
    });
    poll();
    for (Client& client : clients) look(client);
    for (Client& client : clients) ask(client);
    poll();
  }

  void look(Client& client) {
    if (!client.waits_for || d.waits(*client.waits_for)) return;
    answered(client, d.outcome(*client.waits_for) == Outcome::good);
    client.waits_for.reset();
  }

  void ask(Client& client) {
    if (client.waits_for || d.now < client.next_at) return;
    client.asked_as = client.is_new_each_time ? numbered(client.name.c_str(), ++last_new_) : client.name;
    client.asked_at = d.now;
    by_name_[client.asked_as] = &client - clients.data();
    client.waits_for = d.ticket_if_waiting(client.asked_as, client.address);
    if (!client.waits_for) answered(client, false);
  }

  void answered(Client& client, bool good) {
    client.longest = std::max(client.longest, d.now - client.asked_at);
    ++(good ? client.good : client.refused);
    client.next_at = d.now + client.pause;
  }

  void poll() {
    for (const std::string& name : d.poll()) {
      const Client& client = clients.at(static_cast<std::size_t>(by_name_.at(name)));
      under_way_.push_back({d.now + client.takes, name, client.result});
    }
    most_under_way = std::max(most_under_way, under_way_.size());
  }

  std::vector<UnderWay> under_way_;
  std::map<std::string, std::ptrdiff_t> by_name_;
  std::size_t last_new_ = 0;
};

TEST(ExchangeOutage, HostileSessionsKeepNobodyWaiting) {
  struct Case {
    const char* name;
    std::size_t sessions;
    std::uint64_t addresses;
    FailedExchange failure;
    BootClock::duration takes;
    std::uint64_t address;  ///< of the other user; the hostile ones are 1, 2, …
    bool is_new;            ///< whether the other user signs in anew each time
    BootClock::duration longest;
  };
  const Case cases[] = {
      {"answers that do not fit", 60, 1, misfit(), 20ms, 9, false, 100ms},
      {"500s", 60, 1, error_500(), 20ms, 9, false, 100ms},
      {"500s of one address with them", 60, 1, error_500(), 20ms, 1, false, 100ms},
      {"500s of many addresses", 60, 50, error_500(), 20ms, 99, false, 100ms},
      {"500s that ask for half a minute", 60, 1, error_500(30s), 20ms, 9, false, 100ms},
      {"no answer in five seconds", 60, 10, error_500(), 5s, 99, false, 100ms},
      {"of one address with them", 60, 1, error_500(), 5s, 1, false, 100ms},
      {"500s, and new sessions", 60, 1, error_500(), 20ms, 9, true, 500ms},
      {"500s of four addresses, and new sessions", 60, 4, error_500(), 20ms, 9, true, 700ms},
      {"no answer, and new sessions", 5, 1, error_500(), 5s, 9, true, 500ms},
  };
  for (const Case& c : cases) {
    Traffic traffic;
    for (std::size_t i = 0; i < c.sessions; ++i)
      traffic.clients.push_back({.name = numbered("mallory-", i),
                                 .address = 1 + i % c.addresses,
                                 .result = c.failure,
                                 .takes = c.takes,
                                 .pause = 0s});
    if (!c.is_new) traffic.d.exchange("alice", GoodExchange{});
    traffic.clients.push_back({.name = "alice",
                               .address = c.address,
                               .result = GoodExchange{},
                               .takes = 20ms,
                               .pause = 200ms,
                               .is_new_each_time = c.is_new});
    traffic.run(6s);
    const Client& alice = traffic.clients.back();
    EXPECT_EQ(alice.refused, 0U) << c.name;
    EXPECT_GE(alice.good, 8U) << c.name;
    EXPECT_LE(alice.longest, c.longest) << c.name;
    EXPECT_LE(traffic.most_under_way, ExchangeQueue::max_under_way) << c.name;
  }
}

TEST(ExchangeOutage, AnIssuerThatIsOutIsAskedAboutEachOnceAndThenTenTimesASecond) {
  constexpr std::size_t users = 100;
  constexpr auto time = 6s;
  struct Case {
    const char* name;
    FailedExchange failure;
    BootClock::duration takes;
    std::size_t most;
  };
  const Case cases[] = {
      {"500s", error_500(), 20ms, users + time / ExchangeQueue::trial_interval},
      {"no answer in five seconds", error_500(), 5s, 4 * ExchangeQueue::max_under_way},
      {"nothing listens", gone(), 20ms, 2 * ExchangeQueue::max_under_way},
  };
  for (const Case& c : cases) {
    Traffic traffic;
    for (std::size_t i = 0; i < users; ++i) {
      traffic.d.exchange(numbered("user-", i), GoodExchange{});
      traffic.clients.push_back({.name = numbered("user-", i),
                                 .address = 1 + i % 10,
                                 .result = c.failure,
                                 .takes = c.takes,
                                 .pause = 0s});
    }
    const std::size_t before = traffic.d.begun.size();
    traffic.run(time);
    EXPECT_LE(traffic.d.begun.size() - before, c.most) << c.name;
    EXPECT_LE(traffic.most_under_way, ExchangeQueue::max_under_way) << c.name;
    const std::string text = traffic.d.queue.last_failure();
    EXPECT_EQ(text, c.failure.text) << c.name;

    for (Client& client : traffic.clients) client.result = GoodExchange{}, client.takes = 20ms;
    traffic.run(17s);
    for (const Client& client : traffic.clients) EXPECT_GE(client.good, 1U) << c.name << ", " << client.name;
  }
}

TEST(ExchangeOutage, AnAnswerShowsThatTheIssuerIsThere) {
  Driver d;
  for (int i = 0; i < 4; ++i) {
    d.exchange(numbered("user-", static_cast<std::size_t>(i)), gone());
    d.now += 31s;
  }
  d.exchange("mallory", error_500());
  for (std::size_t i = 0; i < 20; ++i) d.ticket_for(numbered("new-", i));
  EXPECT_EQ(d.poll().size(), ExchangeQueue::max_others_under_way);
}

}  // namespace
}  // namespace drawbridge
