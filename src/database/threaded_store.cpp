#include "database/threaded_store.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace drawbridge::database {

/// As many threads as sessions, so that a thread that starts on some work always finds a session idle.
class ThreadedStore::Crew {
 public:
  Crew(const SessionFactory& make_session, Access access, std::size_t threads, std::size_t queue)
      : queue_{queue}, idle_{make_sessions(make_session, access, threads)}, threads_{threads} {}

  ~Crew() { threads_.join(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  bool take(Work work) {
    if (pending_.fetch_add(1) >= queue_) {
      pending_.fetch_sub(1);
      return false;
    }
    try {
      boost::asio::post(threads_, [this, work = std::move(work)]() mutable {
        std::unique_ptr<Session> session = borrow();
        work(*session);
        // What the work holds ends here too, before the place in the queue is free.
        work = nullptr;
        give_back(std::move(session));
        pending_.fetch_sub(1);
      });
    } catch (...) {
      pending_.fetch_sub(1);
      throw;
    }
    return true;
  }

 private:
  static std::vector<std::unique_ptr<Session>> make_sessions(const SessionFactory& make_session,
                                                             Access access, std::size_t count) {
    std::vector<std::unique_ptr<Session>> sessions;
    sessions.reserve(count);
    for (std::size_t i = 0; i < count; ++i) sessions.push_back(make_session(access));
    return sessions;
  }

  std::unique_ptr<Session> borrow() {
    const std::lock_guard lock{mutex_};
    std::unique_ptr<Session> session = std::move(idle_.back());
    idle_.pop_back();
    return session;
  }

  void give_back(std::unique_ptr<Session> session) {
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(session));
  }

  const std::size_t queue_;
  std::atomic<std::size_t> pending_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_;
  boost::asio::thread_pool threads_;
};

ThreadedStore::ThreadedStore(const SessionFactory& make_session, Options options)
    : readers_{std::make_unique<Crew>(make_session, Access::read, std::max<std::size_t>(options.readers, 1),
                                      options.queue)},
      writers_{std::make_unique<Crew>(make_session, Access::write, std::max<std::size_t>(options.writers, 1),
                                      options.queue)} {}

ThreadedStore::~ThreadedStore() = default;

bool ThreadedStore::read(Work work) {
  return readers_->take(std::move(work));
}

bool ThreadedStore::write(Work work) {
  return writers_->take(std::move(work));
}

}  // namespace drawbridge::database
