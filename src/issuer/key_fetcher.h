#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "drawbridge/remote_verifier.h"

#include "core/keys/key_cache.h"
#include "issuer/after_fetch.h"
#include "issuer/boot_now.h"
#include "issuer/fetching_thread.h"

namespace drawbridge::fetch {

/// Performs what a KeyCache decides. Its own thread, the answering thread, does nothing that could take long:
/// it keeps the times and answers who waits. What may take long has a thread each: FetchingThread and
/// AfterFetch. Any number of threads may call; the keys that serve are read without a lock while they stay
/// the same.
class KeyFetcher {
 public:
  /// Called once, from the answering thread or the destructor, without a lock held.
  using Done = std::function<void(KeyCache::Resolved)>;

  /// Starts the threads and the first fetch. Throws std::invalid_argument for a source that cannot work.
  explicit KeyFetcher(KeySource source);
  /// Ends the threads; whoever still waits is told `unavailable`, as is who asks meanwhile.
  ~KeyFetcher();
  KeyFetcher(const KeyFetcher&) = delete;
  KeyFetcher& operator=(const KeyFetcher&) = delete;

  /// The keys that serve at `now`; an empty set when there are none or the bound on an outage is reached.
  /// Valid in the calling thread until its next call.
  const KeySet& serving(BootTime now);

  /// Asks for a kid that serving() does not list. When the answer is Waiting, `done` is called later.
  KeyCache::Answer ask(std::string_view kid, const Asker& asker, Done done);

  void refresh();
  /// Hands an event of another's to on_event, in its turn.
  void tell(KeySource::Event event);
  KeyStatus status() const;

 private:
  using Published = std::shared_ptr<const ServingKeys>;
  using Answers = std::vector<std::pair<Done, KeyCache::Resolved>>;

  void run();
  void deliver(Fetched fetched);
  void answer_all_who_wait();
  void go_on_without_memory();
  /// Empty when it serves or there is none, else one line.
  std::string restore_snapshot(const SnapshotFile& snapshot);
  const Published& published();

  // With mutex_ held:
  /// One turn of the answering thread: decide, tell, sleep. It lets go of the lock for the latter two.
  void turn(std::unique_lock<std::mutex>& lock);
  std::vector<KeyCache::Resolved> accept(Fetched fetched);
  Answers take_waiting(const std::vector<KeyCache::Resolved>& resolved);
  void publish();
  void wake();

  const std::string url_;
  const KeySet none_{};
  mutable std::mutex mutex_;  ///< guards all from here to published_
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  KeyCache cache_;
  std::optional<Fetched> arrived_;
  std::optional<KeyCache::Fetch> to_begin_;
  std::string last_body_;  ///< of the last good fetch, for the snapshot
  std::unordered_map<KeyCache::Ticket, Done> waiting_;
  Published published_;
  /// Changes with published_; no two fetchers ever share a value.
  std::atomic<std::uint64_t> generation_{0};

  std::optional<AfterFetch> after_fetch_;
  std::optional<FetchingThread> fetching_;
  std::thread thread_;
};

}  // namespace drawbridge::fetch
