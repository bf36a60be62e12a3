#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "drawbridge/revocations.h"

#include "core/keys/boot_clock.h"
#include "core/revocations/revocation_answer.h"
#include "core/revocations/revocation_set.h"

namespace drawbridge {

/// Decides when to ask what the issuer has revoked, who waits for the answer, and what it means that none
/// comes. What is answered goes into a RevocationSet. Sans-IO: time is an argument, and what is to be done is
/// returned. Not for several threads at once.
///
/// While tokens are used it asks each second, else each half a minute; after a pause the first who comes
/// waits for an answer, so that what was revoked in the pause is known to them. Nobody waits for an issuer
/// that fails.
///
/// A cursor of the issuer's is opaque. Where it answers with everything anew, that is added to what is held:
/// what another list no longer has may still hold, and ends by itself.
class RevocationFeed {
 public:
  using Ticket = std::uint64_t;

  /// Judge the token by what is known.
  struct Go {};
  /// `revocations_unavailable`
  struct Unavailable {
    std::chrono::seconds retry_after;
  };
  struct Waiting {
    Ticket ticket;  ///< resolved later by poll() or on_answer(), once, 2 s from now at the latest
  };
  using Answer = std::variant<Go, Unavailable, Waiting>;
  struct Resolved {
    Ticket ticket;
    std::variant<Go, Unavailable> outcome;
  };

  struct Question {
    std::string cursor;  ///< for `after`; empty for everything
    std::string etag;    ///< for If-None-Match; empty when there is none
  };
  struct Step {
    std::optional<Question> begin;   ///< a question to ask now; on_answer() must follow
    std::vector<Resolved> resolved;  ///< who need not wait any longer
    BootTime next;                   ///< when to poll again, unless something happens before
  };
  /// For the log: that the revocations were found, lost, or are back.
  struct Event {
    bool good;
    std::string text;
  };

  /// `clock_skew` is the policy's; `seed` is for the jitter. `set` must outlive this. A mode of `off` asks
  /// nothing.
  RevocationFeed(RevocationMode mode, std::chrono::seconds clock_skew, RevocationSet& set,
                 std::uint32_t seed);

  /// For a token that is good but for this. Call poll() after an answer of Waiting.
  Answer ask(BootTime now);
  /// That tokens were used, of which ask() was not told because of go_until().
  void note_use(BootTime at);
  /// Exclusive: until when the answer of ask() is Go.
  BootTime go_until() const;

  Step poll(BootTime now);
  std::vector<Resolved> on_answer(RevocationAnswer answer, BootTime now);
  /// There was no memory for a step: nothing is under way, nobody waits. Takes none.
  void lose_step(BootTime now);

  RevocationStatus status(BootTime now) const;
  /// What is new since the last call.
  std::optional<Event> take_event(BootTime now);

 private:
  struct Waiter {
    Ticket ticket;
    BootTime asked;
  };

  BootTime monotonic(BootTime now);
  bool is_usable(BootTime now) const;
  std::variant<Go, Unavailable> without_an_answer(BootTime now) const;
  std::vector<Resolved> fail(std::string text, std::optional<std::chrono::seconds> retry_after, BootTime now);
  std::vector<Resolved> found_none(NoRevocations none, BootTime now);
  /// Empty when the page was taken, else why it was not.
  std::string take_page(RevocationPage page, BootTime now);
  std::vector<Resolved> complete(BootTime began, BootTime now);
  std::vector<Resolved> resolve_all(BootTime now);
  BootClock::duration jittered(BootClock::duration base);

  const RevocationMode mode_;
  const std::chrono::milliseconds skew_;
  RevocationSet& set_;
  std::minstd_rand random_;
  BootTime latest_{};

  std::string cursor_;
  std::string etag_;                    ///< of an answer to a question with this very cursor
  std::optional<BootTime> told_at_;     ///< when the question was asked that was last answered in full
  std::optional<BootTime> started_at_;  ///< when the first one was asked
  std::optional<BootTime> in_flight_;
  std::string cursor_in_flight_;
  int pages_ = 0;  ///< since the last answer in full
  bool issuer_has_none_ = false;
  int failures_ = 0;
  std::uint64_t ended_ = 0;  ///< questions
  std::uint64_t failed_ = 0;
  std::string last_failure_;
  bool waited_in_vain_ = false;

  std::optional<BootTime> used_at_;
  bool is_idle_ = true;  ///< when the next question was put off
  BootTime earliest_question_{};
  BootTime next_question_{};
  Ticket last_ticket_ = 0;
  std::deque<Waiter> waiters_;  ///< in the order in which they asked
  RevocationStatus::State state_told_ = RevocationStatus::State::pending;
};

}  // namespace drawbridge
