#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "drawbridge/remote_verifier.h"

#include "core/keys/key_cache.h"
#include "issuer/jwks_request.h"
#include "issuer/snapshot_file.h"

namespace drawbridge::fetch {

/// The time by CLOCK_BOOTTIME.
BootTime boot_now();

/// Performs what a KeyCache decides: one thread, libcurl's multi interface, a clock. Any number of threads
/// may call; the keys that serve are read without a lock while they stay the same.
class KeyFetcher {
 public:
  /// Called once, from the fetching thread, without a lock held.
  using Done = std::function<void(KeyCache::Resolved)>;

  /// Starts the thread and the first fetch. Throws std::invalid_argument for a source that cannot work.
  explicit KeyFetcher(KeySource source);
  /// Ends the thread; whoever still waits is told `unavailable`.
  ~KeyFetcher();
  KeyFetcher(const KeyFetcher&) = delete;
  KeyFetcher& operator=(const KeyFetcher&) = delete;

  /// The keys that serve now; an empty set when there are none or the bound on an outage is reached. Valid
  /// in the calling thread until its next call.
  const KeySet& serving();

  /// Asks for a kid that serving() does not list. When the answer is Waiting, `done` is called later.
  KeyCache::Answer ask(std::string_view kid, Done done);

  void refresh();
  KeyStatus status() const;

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  using Published = std::shared_ptr<const ServingKeys>;

  void run();
  /// One turn: decide, begin, wait, take what arrived.
  void turn();
  void begin(const KeyCache::Fetch& fetch);
  void finish(CURLcode code);
  FetchResult result_of(CURLcode code);
  void restore_snapshot();
  void save_snapshot();
  void publish();  ///< with mutex_ held
  void tell(const std::vector<KeyCache::Resolved>& resolved);
  void report(bool good, std::string text) const;
  const Published& published();

  KeySource source_;
  JwksUrl url_;
  std::optional<SnapshotFile> snapshot_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<JwksRequest> request_;  ///< the fetch in flight; the thread's own
  std::string last_body_;                 ///< the thread's own

  mutable std::mutex mutex_;  ///< guards the cache, who waits, and what is published
  KeyCache cache_;
  std::unordered_map<KeyCache::Ticket, Done> waiting_;
  Published published_;
  /// Changes with published_; no two fetchers ever share a value.
  std::atomic<std::uint64_t> generation_{0};

  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace drawbridge::fetch
