#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "drawbridge/key_set.h"
#include "drawbridge/key_status.h"

#include "core/keys/asker.h"
#include "core/keys/boot_clock.h"
#include "core/keys/waiting_places.h"

namespace drawbridge {

/// The keys that serve now. Immutable; readers hold a copy.
struct ServingKeys {
  KeySet keys;
  BootTime usable_until;  ///< exclusive: the bound on serving through an outage
};

/// What came of a fetch.
struct GoodFetch {
  KeySet keys;
  std::optional<std::chrono::seconds> max_age;
  std::string etag;
};
struct NotModified {
  std::optional<std::chrono::seconds> max_age;
};
struct FailedFetch {
  std::string text;                                 ///< one line: what happened and what to do
  std::optional<std::chrono::seconds> retry_after;  ///< what the issuer asked for
};
using FetchResult = std::variant<GoodFetch, NotModified, FailedFetch>;

/// Decides when to fetch the key set, who waits for it, and what an unknown `kid` means. Sans-IO: time is
/// an argument, and what is to be done is returned. Not for several threads at once.
///
/// A `kid` is *absent* only when a fetch that began after it was first asked for does not list it: Better
/// Auth signs with a new key the moment it makes it, so the set that is held says nothing about it.
///
/// How many may wait for one kid is not bounded here: each is a request that its server has accepted. How
/// many kids are waited for is, and WaitingPlaces says which.
class KeyCache {
 public:
  using Ticket = std::uint64_t;

  /// How many kids are waited for at a time.
  static constexpr std::size_t max_places = 4'096;

  enum class Outcome {
    held,         ///< the set now lists the kid: verify again
    absent,       ///< proven absent
    unavailable,  ///< cannot be said now
  };
  struct Resolved {
    Ticket ticket;
    Outcome outcome;
    std::chrono::seconds retry_after;  ///< for unavailable
  };

  struct Held {};
  struct Absent {};
  struct Unavailable {
    std::chrono::seconds retry_after;
  };
  struct Waiting {
    Ticket ticket;  ///< resolved later by poll() or on_fetched(), once, 2 s from now at the latest
  };
  using Answer = std::variant<Held, Absent, Unavailable, Waiting>;

  struct Fetch {
    std::string etag;  ///< for If-None-Match; empty when there is none
  };
  struct Step {
    std::optional<Fetch> begin;      ///< a fetch to begin now; on_fetched() must follow
    std::vector<Resolved> resolved;  ///< who need not wait any longer
    BootTime next;                   ///< when to poll again, unless something happens before
  };

  /// `max_stale`: how long the last good set serves without a new one. `seed`: for the jitter.
  KeyCache(std::chrono::seconds max_stale, std::uint32_t seed);

  /// Keys of an earlier run, `age` after the fetch that brought them. Used until the first good fetch.
  void restore(KeySet keys, std::chrono::seconds age, BootTime now);

  /// Call poll() after an answer of Waiting: a fetch may be due, and another may have lost their place.
  Answer lookup(std::string_view kid, const Asker& asker, BootTime now);
  Step poll(BootTime now);
  std::vector<Resolved> on_fetched(FetchResult result, BootTime now);

  /// Asks for a fetch as soon as the gap of a second between fetches allows, and what the issuer asked for:
  /// whoever has just fixed the issuer need not wait for the back-off. Call poll() after it.
  void refresh(BootTime now);

  /// Nothing when there are none or they are past the bound.
  std::optional<ServingKeys> serving(BootTime now) const;
  KeyStatus status(BootTime now) const;

 private:
  struct Waiter {
    KidDigest kid;
    BootTime deadline;
  };
  struct Awaited {
    std::string kid;
    std::uint64_t asked_at;  ///< how many fetches had begun when it was first asked for
    std::deque<Ticket> tickets;
  };

  BootTime monotonic(BootTime now);
  std::vector<Resolved> resolve_after_good_fetch(BootTime now);
  /// Those who may wait no longer than until `end`.
  void resolve_due(BootTime end, BootTime now, std::vector<Resolved>& resolved);
  /// All who wait for the kid, which is then waited for no more.
  void resolve_all(const KidDigest& kid, Resolved answer, std::vector<Resolved>& resolved);
  void fail(FailedFetch failure, BootTime now);
  void remember_absent(const KidDigest& kid, BootTime now);
  std::chrono::seconds until_next_fetch(BootTime now) const;
  BootClock::duration jittered(BootClock::duration base);

  std::chrono::seconds max_stale_;
  std::minstd_rand random_;
  BootTime latest_{};

  std::optional<KeySet> keys_;
  BootTime good_since_{};  ///< when the fetch began that last said what the set is
  std::string etag_;

  std::uint64_t begun_ = 0;  ///< fetches begun so far
  std::optional<BootTime> in_flight_;
  BootTime earliest_fetch_{};
  BootTime gap_until_{};    ///< a second after the last fetch began
  BootTime asked_until_{};  ///< what the issuer asked for by Retry-After
  BootTime refresh_due_{};
  bool refresh_wanted_ = true;
  int failures_ = 0;
  std::string last_failure_;
  bool last_fetch_good_ = false;
  std::uint64_t ended_ = 0;  ///< fetches
  std::uint64_t failed_ = 0;

  Ticket last_ticket_ = 0;
  std::map<Ticket, Waiter> waiters_;  ///< in the order of their deadlines, too
  std::map<KidDigest, Awaited> awaited_;
  WaitingPlaces places_{max_places};
  std::vector<Resolved> displaced_;       ///< to be told by the next poll()
  std::map<KidDigest, BootTime> absent_;  ///< until when it is remembered
  std::deque<KidDigest> absent_order_;    ///< oldest first; may name kids that were forgotten since
};

}  // namespace drawbridge
