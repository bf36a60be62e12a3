#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "drawbridge/remote_verifier.h"

#include "issuer/snapshot_file.h"

namespace drawbridge::fetch {

/// What follows a fetch and may take long: the snapshot is written, and `on_event` is told, in the order of
/// the fetches. On a thread of its own, so that neither a slow disk nor a slow handler delays a token that
/// waits for a key, or the next fetch. Of more than `max_untold` events that wait for the handler the oldest
/// are dropped, and the next one says how many.
class AfterFetch {
 public:
  using OnEvent = std::function<void(const KeySource::Event&)>;

  static constexpr std::size_t max_untold = 64;

  /// What the snapshot is to hold.
  struct Kept {
    std::string jwks_json;
    std::chrono::sys_seconds fetched_at;
  };

  AfterFetch(OnEvent on_event, std::optional<SnapshotFile> snapshot);
  /// Does what is left to do; so it waits for the handler.
  ~AfterFetch();
  AfterFetch(const AfterFetch&) = delete;
  AfterFetch& operator=(const AfterFetch&) = delete;

  /// Returns at once. A key set, where there is one, goes into the snapshot.
  void add(KeySource::Event event, std::optional<Kept> kept);

 private:
  void run();
  void tell(const std::optional<Kept>& kept, std::optional<KeySource::Event>& event,
            std::size_t dropped) const;

  const OnEvent on_event_;
  const std::optional<SnapshotFile> snapshot_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<KeySource::Event> events_;
  std::optional<Kept> to_keep_;  ///< the latest alone
  std::size_t dropped_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace drawbridge::fetch
