#include "issuer/after_fetch.h"

#include <utility>

#include <fmt/format.h>

#include "issuer/without_signals.h"

namespace drawbridge::fetch {

AfterFetch::AfterFetch(OnEvent on_event, std::optional<SnapshotFile> snapshot)
    : on_event_{std::move(on_event)}, snapshot_{std::move(snapshot)} {
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

AfterFetch::~AfterFetch() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void AfterFetch::add(KeySource::Event event, std::optional<Kept> kept) {
  {
    const std::lock_guard lock{mutex_};
    events_.push_back(std::move(event));
    if (kept) to_keep_ = std::move(kept);
    if (events_.size() > max_untold) {
      events_.pop_front();
      ++dropped_;
    }
  }
  changed_.notify_one();
}

void AfterFetch::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || to_keep_ || !events_.empty(); });
    if (!to_keep_ && events_.empty()) return;
    const auto kept = std::exchange(to_keep_, std::nullopt);
    std::deque<KeySource::Event> events;
    if (!events_.empty()) {
      events.push_back(std::move(events_.front()));
      events_.pop_front();
    }
    std::size_t dropped = std::exchange(dropped_, 0);
    lock.unlock();
    // The file first: it must not be older than what the handler was told of.
    if (kept && snapshot_)
      if (std::string fault = snapshot_->save(kept->jwks_json, kept->fetched_at); !fault.empty())
        events.push_back({false, std::move(fault)});
    for (KeySource::Event& event : events) {
      if (dropped > 0)
        event.text += fmt::format(
            " ({} earlier events were dropped: on_event takes longer than they are apart.)", dropped);
      dropped = 0;
      if (on_event_) on_event_(event);
    }
    lock.lock();
  }
}

}  // namespace drawbridge::fetch
