#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/keys/key_cache.h"
#include "tests/support/test_keys.h"

namespace drawbridge::test {

using namespace std::chrono_literals;

constexpr auto day = std::chrono::seconds{24h};

inline KeySet keys_named(std::initializer_list<std::string> kids) {
  static const std::string material = TestKey::generate(Algorithm::eddsa, "any").material();
  std::string text;
  for (const std::string& kid : kids)
    text += (text.empty() ? "{" : ",{") + material + R"(,"kid":")" + kid + R"("})";
  return *KeySet::parse(R"({"keys":[)" + text + "]}");
}

inline GoodFetch good(std::initializer_list<std::string> kids) {
  return {.keys = keys_named(kids), .max_age = std::nullopt, .etag = {}};
}
inline FailedFetch failed(std::optional<std::chrono::seconds> retry_after = std::nullopt) {
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

  KeyCache::Answer ask(std::string_view kid, const Asker& asker = {}) {
    return cache.lookup(kid, asker, now);
  }
  bool held(std::string_view kid) { return std::holds_alternative<KeyCache::Held>(ask(kid)); }
  bool absent(std::string_view kid) { return std::holds_alternative<KeyCache::Absent>(ask(kid)); }
  KeyCache::Ticket wait_for(std::string_view kid, const Asker& asker = {}) {
    const auto answer = ask(kid, asker);
    const auto* waiting = std::get_if<KeyCache::Waiting>(&answer);
    EXPECT_NE(waiting, nullptr) << kid;
    return waiting != nullptr ? waiting->ticket : 0;
  }
  std::optional<std::chrono::seconds> unavailable(std::string_view kid, const Asker& asker = {}) {
    const auto answer = ask(kid, asker);
    const auto* not_now = std::get_if<KeyCache::Unavailable>(&answer);
    return not_now != nullptr ? std::optional{not_now->retry_after} : std::nullopt;
  }
  std::optional<KeyCache::Outcome> outcome(KeyCache::Ticket ticket) const {
    const auto found = outcomes.find(ticket);
    return found == outcomes.end() ? std::nullopt : std::optional{found->second};
  }

  KeyCache cache;
  BootTime now{1'000'000s};
  BootTime next{};
  std::string etag_sent;
  std::vector<BootTime> begun;
  std::map<KeyCache::Ticket, KeyCache::Outcome> outcomes;

 private:
  void take(const std::vector<KeyCache::Resolved>& resolved) {
    for (const auto& answer : resolved) {
      EXPECT_TRUE(outcomes.emplace(answer.ticket, answer.outcome).second) << "a ticket was answered twice";
      EXPECT_EQ(answer.outcome == KeyCache::Outcome::unavailable, answer.retry_after >= 1s);
    }
  }
};

}  // namespace drawbridge::test
