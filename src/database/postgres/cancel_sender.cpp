#include "database/postgres/cancel_sender.h"

#include <algorithm>
#include <exception>
#include <new>

#include "database/postgres/connection.h"

namespace drawbridge::database {

CancelSender::Cancellable::Cancellable(CancelSender& sender, PostgresConnection& connection,
                                       const std::stop_token& gone)
    : sender_{sender}, connection_{connection} {
  on_gone_.emplace(gone, Ask{*this});
}

CancelSender::Cancellable::~Cancellable() {
  end();
}

bool CancelSender::Cancellable::end() {
  on_gone_.reset();  // waits for one that is asking, so not under the lock
  std::unique_lock lock{sender_.mutex_};
  if (is_wanted_) std::erase(sender_.wanted_, this);
  is_wanted_ = false;
  sender_.changed_.wait(lock, [this] { return !is_sending_; });
  return was_sent_;
}

CancelSender::CancelSender() : thread_{[this](const std::stop_token& stop) { send_all(stop); }} {}

void CancelSender::want(Cancellable& cancellable) {
  try {
    const std::lock_guard lock{mutex_};
    wanted_.push_back(&cancellable);
    cancellable.is_wanted_ = true;
  } catch (const std::bad_alloc&) {
    return;  // the statement's own limit ends it
  }
  changed_.notify_all();
}

void CancelSender::send_all(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (changed_.wait(lock, stop, [this] { return !wanted_.empty(); })) {
    Cancellable& next = *wanted_.back();
    wanted_.pop_back();
    next.is_wanted_ = false;
    next.is_sending_ = true;
    lock.unlock();
    try {
      next.connection_.raw().cancel_query();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the statement's own limit ends it
    }
    lock.lock();
    next.is_sending_ = false;
    next.was_sent_ = true;
    changed_.notify_all();
  }
}

}  // namespace drawbridge::database
