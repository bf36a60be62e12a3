#pragma once

// An ExchangeQueue in invented time.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/credentials/exchange_queue.h"
#include "core/jose/sha256.h"

namespace drawbridge::test {

using Names = std::vector<std::string>;

/// A queue with a clock to turn, and a record of what it said. A credential is named by its value.
class Driver {
 public:
  ExchangeQueue queue{1};
  BootTime now{std::chrono::hours{1}};
  Names begun;                                                       ///< by all polls so far
  std::map<ExchangeQueue::Ticket, ExchangeQueue::Outcome> resolved;  ///< each once
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
  std::optional<ExchangeQueue::Ticket> ticket_if_waiting(const std::string& name, std::uint64_t address) {
    return ask(name, address) == "waiting" ? std::optional{last_ticket} : std::nullopt;
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
  ExchangeQueue::Outcome exchange(const std::string& name, ExchangeResult result) {
    const auto ticket = ticket_for(name);
    poll();
    exchanged(name, std::move(result));
    return resolved.at(ticket);
  }
  ExchangeQueue::Outcome outcome(ExchangeQueue::Ticket ticket) const { return resolved.at(ticket); }
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

/// Nothing listens where the issuer was.
inline FailedExchange gone(std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return {.text = "nothing listens", .retry_after = retry_after, .concerns = FailedExchange::Concerns::all};
}
/// As in an outage, and as one user's own claims cause it.
inline FailedExchange error_500(std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return {.text = "the issuer answered 500",
          .retry_after = retry_after,
          .concerns = FailedExchange::Concerns::perhaps_all};
}
inline FailedExchange misfit() {
  return {.text = "the answer is another session's",
          .retry_after = std::nullopt,
          .concerns = FailedExchange::Concerns::credential};
}

inline std::string numbered(const char* name, std::size_t number) {
  return name + std::to_string(number);
}

}  // namespace drawbridge::test
