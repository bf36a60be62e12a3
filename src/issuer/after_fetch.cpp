#include "issuer/after_fetch.h"

#include <new>
#include <utility>

#include "core/text/filled.h"
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
    std::optional<KeySource::Event> event;
    if (!events_.empty()) {
      event = std::move(events_.front());
      events_.pop_front();
    }
    const std::size_t dropped = std::exchange(dropped_, 0);
    lock.unlock();
    bool is_told = true;
    try {
      tell(kept, event, dropped);
    } catch (const std::bad_alloc&) {
      is_told = false;  // the next one says that this one is missing
    }
    lock.lock();
    if (!is_told) dropped_ += dropped + 1;
  }
}

/// The file first: it must not be older than what the handler was told of.
void AfterFetch::tell(const std::optional<Kept>& kept, std::optional<KeySource::Event>& event,
                      std::size_t dropped) const {
  std::string fault;
  if (kept && snapshot_) fault = snapshot_->save(kept->jwks_json, kept->fetched_at);
  if (!on_event_) return;
  if (event) {
    if (dropped > 0)
      event->text += filled(" ({} earlier events were dropped: on_event is too slow to keep up.)", dropped);
    on_event_(*event);
  }
  if (!fault.empty()) on_event_({false, std::move(fault)});
}

}  // namespace drawbridge::fetch
