#include "issuer/table_builder.h"

#include <new>

#include "issuer/without_signals.h"

namespace drawbridge::fetch {

TableBuilder::TableBuilder(ed25519::KeyTables& tables, Tell tell) : tables_{tables}, tell_{std::move(tell)} {
  if (tables_.status().state == EddsaTableStatus::State::off) return;
  const WithoutSignals inherited_by_the_thread;
  thread_ = std::thread{[this] { run(); }};
}

void TableBuilder::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void TableBuilder::wake() {
  {
    const std::lock_guard lock{mutex_};
    woken_ = true;
  }
  changed_.notify_one();
}

void TableBuilder::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || woken_; });
    if (stopping_) return;
    woken_ = false;
    lock.unlock();
    try {
      work();
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the next look() finds it
    }
    lock.lock();
  }
}

/// One table, or what is to be told: so a stop waits for no more than that.
void TableBuilder::work() {
  if (const auto wanted = tables_.take_wanted()) {
    try {
      tables_.made(wanted->key, ed25519::make_check(*wanted));
    } catch (const std::bad_alloc&) {
      tables_.put_off(wanted->key);
    }
  }
  if (auto fault = tables_.take_fault())
    tell_({false, *std::move(fault), KeySource::Event::About::signatures});
  look();
}

}  // namespace drawbridge::fetch
