#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/keys/boot_clock.h"
#include "core/keys/waiting_places.h"

namespace drawbridge {

/// What came of asking the issuer what a credential, a session cookie or an API key, is worth.
struct GoodExchange {};       ///< a JWT that was verified; the caller remembers it
struct CredentialUnknown {};  ///< the issuer knows no such credential
struct CredentialLimited {    ///< a limit of this credential alone, `RATE_LIMITED` or `USAGE_EXCEEDED`
  std::chrono::seconds retry_after;
};
struct FailedExchange {
  std::string text;                                   ///< one line: what happened and what to do
  std::optional<std::chrono::seconds> retry_after{};  ///< what the issuer asked for
  /// Whether the issuer would fail for others too: no connection, a 5xx, a 429 that names no credential. What
  /// one credential can cause, an answer that does not fit it, keeps nobody else waiting.
  bool concerns_all = true;
};
using ExchangeResult = std::variant<GoodExchange, CredentialUnknown, CredentialLimited, FailedExchange>;

/// Decides which credentials are asked about when, who waits for the answers, and what is remembered of those
/// that were no good. Sans-IO as KeyCache: time is an argument, and what is to be done is returned. Not for
/// several threads at once. Good answers are remembered elsewhere: whoever asks here found none.
///
/// All who send one credential wait for one exchange. How many they are is not bounded here: each is a
/// request that its server has accepted. How many credentials wait is, and WaitingPlaces says which; those
/// that were good before go first, and of the others each address in turn.
class ExchangeQueue {
 public:
  /// SHA-256 of kind, name, a zero byte and value: no one can make two credentials collide.
  using Credential = std::array<std::uint8_t, 32>;
  using Ticket = std::uint64_t;

  static constexpr std::size_t max_under_way = 8;
  static constexpr std::size_t max_places = 1'024;  ///< of credentials that wait to be asked about
  static constexpr std::size_t max_of_address = max_places / 4;  ///< of those that were not good before

  enum class Outcome { good, unknown, limited, unavailable };
  struct Resolved {
    Ticket ticket;
    Outcome outcome;
    std::chrono::seconds retry_after;  ///< for limited and unavailable
    bool operator==(const Resolved&) const = default;
  };

  struct Unknown {};
  struct Limited {
    std::chrono::seconds retry_after;
  };
  struct Unavailable {
    std::chrono::seconds retry_after;
  };
  struct Waiting {
    Ticket ticket;  ///< resolved later by poll() or on_exchanged(), once, 2 s from now at the latest
  };
  using Answer = std::variant<Unknown, Limited, Unavailable, Waiting>;

  struct Exchange {
    Credential credential;
    std::string value;  ///< what to send. A secret.
  };
  struct Step {
    std::vector<Exchange> begin;     ///< to begin now; on_exchanged() must follow for each
    std::vector<Resolved> resolved;  ///< who need not wait any longer
    BootTime next;                   ///< when to poll again, unless something happens before
  };

  /// `seed`: for the jitter.
  explicit ExchangeQueue(std::uint32_t seed) : random_{seed} {}

  /// `address`: a number for the client's address, 0 where nothing is known of it. Call poll() after an
  /// answer of Waiting: an exchange may be due, and another may have lost its place.
  Answer ask(const Credential& credential, std::string value, std::uint64_t address, BootTime now);
  Step poll(BootTime now);
  /// Nothing is under way or waited for any more, and nothing was ever asked. Takes no memory.
  void clear();
  std::vector<Resolved> on_exchanged(const Credential& credential, ExchangeResult result, BootTime now);

  /// What the last exchange failed of, where it concerned all; empty after one that did not.
  const std::string& last_failure() const { return last_failure_; }

 private:
  struct Awaited {
    std::string value;
    std::uint64_t address;
    bool was_good;
    std::optional<std::uint64_t> order;  ///< its place in the line; none once it is under way
    std::deque<Ticket> tickets;
  };
  struct Waiter {
    Credential credential;
    BootTime deadline;
  };
  struct Remembered {
    Outcome outcome;
    BootTime until;
  };
  using Line = std::map<std::uint64_t, Credential>;

  BootTime monotonic(BootTime now);
  void line_up(const Credential& credential, Awaited& awaited);
  bool is_line_empty() const { return first_line_.empty() && lines_.empty(); }
  Credential next_in_line();
  std::chrono::seconds until_next(BootTime now) const;
  bool enter(const Credential& credential, std::uint64_t address, bool was_good, BootTime now);
  /// Takes it out of the line; what is under way stays so.
  void leave(const Credential& credential, const Awaited& awaited);
  void resolve_all(const Credential& credential, Resolved answer, std::vector<Resolved>& resolved);
  void resolve_due(BootTime end, BootTime now, std::vector<Resolved>& resolved);
  void remember(const Credential& credential, Outcome outcome, BootTime until);
  void remember_good(const Credential& credential);
  void back_off(const FailedExchange& failure, BootTime now);

  std::minstd_rand random_;
  BootTime latest_{};

  std::uint64_t last_order_ = 0;
  Ticket last_ticket_ = 0;
  std::map<Ticket, Waiter> waiters_;  ///< in the order of their deadlines, too
  std::map<Credential, Awaited> awaited_;
  Line first_line_;                      ///< those that were good before
  std::map<std::uint64_t, Line> lines_;  ///< of the others by address, none empty
  std::uint64_t last_address_ = 0;       ///< whose turn it was
  std::set<Credential> under_way_;
  WaitingPlaces places_{max_places};
  std::vector<Resolved> displaced_;  ///< to be told by the next poll()

  BootTime earliest_{};     ///< after a failure that concerned all
  BootTime asked_until_{};  ///< the part of it that the issuer asked for
  int failures_ = 0;
  std::string last_failure_;

  std::map<Credential, Remembered> no_good_;
  std::deque<Credential> no_good_order_;  ///< oldest first
  std::set<Credential> were_good_;
  std::deque<Credential> were_good_order_;  ///< oldest first
};

}  // namespace drawbridge
