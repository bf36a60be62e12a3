#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "core/credentials/address_turns.h"
#include "core/credentials/credential_memory.h"
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
  enum class Concerns {
    credential,   ///< an answer that does not fit it
    perhaps_all,  ///< what an outage looks like, and one user can cause for herself: a 5xx, or no byte of an
                  ///< answer
    all,          ///< what no credential causes: no connection, or a 429 that names none
  };
  std::string text;                                   ///< one line: what happened and what to do
  std::optional<std::chrono::seconds> retry_after{};  ///< what the issuer asked for
  Concerns concerns;
};
using ExchangeResult = std::variant<GoodExchange, CredentialUnknown, CredentialLimited, FailedExchange>;

/// Decides which credentials are asked about when, who waits for the answers, and what is remembered of those
/// that were no good. Sans-IO as KeyCache: time is an argument, and what is to be done is returned. Not for
/// several threads at once. Good answers are remembered elsewhere: whoever asks here found none.
///
/// All who send one credential wait for one exchange. How many they are is not bounded here: each is a
/// request that its server has accepted. How many credentials wait is, and WaitingPlaces says which.
///
/// What one user can cause must keep nobody else waiting, and no evidence tells her many sessions from an
/// outage. So a credential that fails backs off by itself, those that were good the last time never wait for
/// the others, and an outage that seems to be one slows down the others alone, to ten in a second. Only what
/// no user can cause makes all wait.
class ExchangeQueue {
 public:
  /// SHA-256 of kind, name, a zero byte and value: no one can make two credentials collide.
  using Credential = std::array<std::uint8_t, 32>;
  using Ticket = std::uint64_t;

  static constexpr std::size_t max_under_way = 8;
  /// Of those that were good the last time, while others wait.
  static constexpr std::size_t max_good_before_others = 6;
  /// Of those that were not good the last time, and of those that failed then: answers that take their time
  /// leave room for the others.
  static constexpr std::size_t max_others_under_way = 6;
  static constexpr std::size_t max_failed_under_way = 4;
  static constexpr std::size_t max_places = 1'024;  ///< of credentials that wait to be asked about
  /// Of one standing: what somebody forges takes no place from what was good.
  static constexpr std::size_t max_of_address = max_places / 4;
  /// While the issuer seems to be out, between one that was not good the last time and the next.
  static constexpr std::chrono::milliseconds trial_interval{100};

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
  /// By its last exchange. `fresh` had none, or none that is remembered.
  enum class Standing : std::uint8_t { good, fresh, failed };
  struct Awaited {
    std::string value;
    std::uint64_t address;
    Standing standing;
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
  struct Failures {
    int count = 0;  ///< without a better answer between
    BootTime until{};
  };

  static constexpr std::size_t max_remembered = 8 * max_places;

  BootTime monotonic(BootTime now);
  Standing standing_of(const Credential& credential) const;
  AddressTurns& line_of(Standing standing) { return lines_.at(static_cast<std::size_t>(standing)); }
  void line_up(const Credential& credential, Awaited& awaited);
  std::size_t max_now_under_way() const { return common_failures_ > 0 ? 1 : max_under_way; }
  std::size_t others_under_way(Standing at_best) const;
  std::optional<Credential> next_in_line(BootTime now);
  BootTime next_trial(BootTime now);
  std::chrono::seconds until_next(BootTime now) const;
  bool enter(const Credential& credential, std::uint64_t address, Standing standing, BootTime now);
  /// Takes it out of the line; what is under way stays so.
  void leave(const Credential& credential, const Awaited& awaited);
  void resolve_all(const Credential& credential, Resolved answer, std::vector<Resolved>& resolved);
  void resolve_due(BootTime end, BootTime now, std::vector<Resolved>& resolved);
  std::chrono::seconds remember_failure(const Credential& credential, const FailedExchange& failure,
                                        BootTime now);
  void suspect_outage(const Credential& credential, BootTime now);
  void end_outage();
  void back_off(const FailedExchange& failure, BootTime now);

  std::minstd_rand random_;
  BootTime latest_{};

  std::uint64_t last_order_ = 0;
  Ticket last_ticket_ = 0;
  std::map<Ticket, Waiter> waiters_;  ///< in the order of their deadlines, too
  std::map<Credential, Awaited> awaited_;
  std::array<AddressTurns, 3> lines_;      ///< by standing
  Standing last_turn_ = Standing::failed;  ///< of those that were not good
  std::map<Credential, Standing> under_way_;
  WaitingPlaces places_{max_places};
  std::vector<Resolved> displaced_;  ///< to be told by the next poll()

  BootTime earliest_{};      ///< after a failure that concerns all
  BootTime asked_until_{};   ///< the part of it that the issuer asked for
  int common_failures_ = 0;  ///< failures in a row that concern all
  std::string last_failure_;

  std::optional<Credential> last_failed_;  ///< perhaps of an outage, without a better answer since
  bool seems_out_ = false;                 ///< another failed after it
  BootTime earliest_trial_{};

  CredentialMemory<Remembered> answers_{max_remembered};  ///< that are not repeated at once
  CredentialMemory<Failures> failures_{max_remembered};
  CredentialMemory<std::monostate> good_{max_remembered};
};

}  // namespace drawbridge
