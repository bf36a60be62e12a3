#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "drawbridge/remote_verifier.h"

#include "core/revocations/revocation_feed.h"
#include "issuer/calling_thread.h"

namespace drawbridge::fetch {

/// Performs what a RevocationFeed decides, as KeyFetcher does for the keys: its own thread keeps the times
/// and answers who waits, a CallingThread asks. One for all threads that verify; a token costs them no lock
/// while the feed is current.
class RevocationPoller {
 public:
  using Outcome = std::variant<RevocationFeed::Go, RevocationFeed::Unavailable>;
  /// Called once, from the poller's thread or stop(), without a lock held.
  using Done = std::function<void(Outcome)>;
  using Tell = std::function<void(RevocationFeed::Event)>;
  using Read = std::function<RevocationAnswer(const SeenRevocationAnswer&)>;

  /// Throws std::invalid_argument for a source that cannot work. `keys` has the rules for where one may
  /// connect. Starts nothing. `read` is called from the poller's thread, and nobody waits for it.
  RevocationPoller(const KeySource& keys, std::chrono::seconds clock_skew,
                   Read read = read_revocation_answer);
  ~RevocationPoller();
  RevocationPoller(const RevocationPoller&) = delete;
  RevocationPoller& operator=(const RevocationPoller&) = delete;

  /// Nothing where nothing is to be asked. `tell` is called from the poller's thread, which it must not
  /// block.
  void start(Tell tell);
  /// Ends the threads; whoever still waits is told `unavailable`. After it nobody waits.
  void stop();

  /// Whether a token may be judged by what is known. Otherwise ask().
  bool is_current(BootTime now) {
    note_use(now);
    return now.time_since_epoch().count() < go_until_.load(std::memory_order_acquire);
  }
  /// When the answer is Waiting, `done` is called later.
  RevocationFeed::Answer ask(Done done);

  /// Of a token that is good but for this, whether it is revoked.
  bool is_revoked(const RevocationMarks& marks, BootTime now) const {
    const auto until = set_.revoked_until(marks);
    return until && now < *until;
  }
  const RevocationSet& known() const { return set_; }
  RevocationStatus status() const;

 private:
  using Answers = std::vector<std::pair<Done, Outcome>>;

  void run();
  void deliver(CallResult answer);
  void answer_all_who_wait();
  bool begin(HttpCall call);
  HttpCall call_for(const RevocationFeed::Question& question) const;
  RevocationAnswer read(const CallResult& answer) const;
  void note_use(BootTime now) {
    // Written once in a while, so that threads do not take the line from each other at each token.
    constexpr BootClock::rep often_enough = 1'000;
    const BootClock::rep at = now.time_since_epoch().count();
    if (used_at_.load(std::memory_order_relaxed) + often_enough < at)
      used_at_.store(at, std::memory_order_relaxed);
  }

  // With mutex_ held, which turn() and take_arrived() let go of meanwhile:
  void turn(std::unique_lock<std::mutex>& lock);
  std::vector<RevocationFeed::Resolved> take_arrived(std::unique_lock<std::mutex>& lock);
  Answers take_waiting(const std::vector<RevocationFeed::Resolved>& resolved);
  void publish();
  void wake();

  const KeySource rules_;
  const std::string url_;  ///< empty where there is nothing to ask
  const Read read_;
  RevocationSet set_;
  std::atomic<BootClock::rep> go_until_{0};
  std::atomic<BootClock::rep> used_at_{0};
  Tell tell_;

  mutable std::mutex mutex_;  ///< guards all from here to waiting_
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  RevocationFeed feed_;
  std::optional<CallResult> arrived_;
  std::unordered_map<RevocationFeed::Ticket, Done> waiting_;

  bool asked_with_etag_ = false;  ///< the poller's thread's own
  std::optional<CallingThread> calling_;
  std::thread thread_;
};

}  // namespace drawbridge::fetch
