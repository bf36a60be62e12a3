#include "database/threaded_store.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <vector>

#include "database/work_queue.h"

namespace drawbridge::database {
namespace {

struct Job {
  Store::Work work;
  std::move_only_function<void()> dropped;
  std::stop_token gone;
  std::chrono::steady_clock::time_point taken;

  void drop() {
    work = nullptr;  // what it holds ends before anybody hears that it is not done
    if (!dropped) return;
    try {
      dropped();
    } catch (...) {  // NOLINT(bugprone-empty-catch): there is nobody else to tell
    }
  }
};

}  // namespace

/// Threads that carry out what the queue decides.
class ThreadedStore::Crew {
 public:
  struct Rules {
    std::size_t threads;
    std::size_t queue;
    std::optional<std::chrono::milliseconds> longest;  ///< how long work may take, where that is limited
    WorkCounts* counts;                                ///< null where nobody counts
  };

  Crew(const SessionFactory& make_session, Access access, Rules rules)
      : queue_{rules.threads, rules.queue}, longest_{rules.longest}, counts_{rules.counts} {
    std::vector<std::unique_ptr<Session>> sessions;
    for (std::size_t i = 0; i < rules.threads; ++i) sessions.push_back(make_session(access));
    try {
      for (auto& session : sessions) {
        threads_.emplace_back([this, session = std::move(session)] { serve(*session); });
      }
    } catch (...) {
      end();
      throw;
    }
  }

  ~Crew() { end(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  bool take(Work work, WorkOptions options) {
    std::unique_lock lock{mutex_};
    const WorkQueue::Ticket ticket = next_ticket_++;
    WorkQueue::Piece piece{.owner = options.owner,
                           .costly = options.costly,
                           .begins_by = options.begins_by,
                           .gone = options.gone};
    const auto now = std::chrono::steady_clock::now();
    jobs_.try_emplace(ticket, std::move(work), std::move(options.dropped), std::move(options.gone), now);
    bool taken = false;
    try {
      taken = queue_.add(ticket, std::move(piece), now);
    } catch (...) {
      jobs_.erase(ticket);
      throw;
    }
    if (!taken) jobs_.erase(ticket);
    if (counts_) (taken ? counts_->taken : counts_->refused).add();
    const bool wakes = taken && idle_ > 0;
    tell_dropped(lock);
    lock.unlock();
    if (wakes) changed_.notify_one();
    return taken;
  }

 private:
  using Lock = std::unique_lock<std::mutex>;

  void end() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    changed_.notify_all();
  }

  void serve(Session& session) {
    Lock lock{mutex_};
    while (true) {
      const auto ticket = queue_.next(std::chrono::steady_clock::now());
      // Others may have come meanwhile.
      if (tell_dropped(lock) && !ticket) continue;
      if (ticket) {
        run(session, *ticket, lock);
      } else if (ending_ && queue_.waiting() == 0) {
        return;
      } else {
        ++idle_;
        changed_.wait(lock);
        --idle_;
      }
    }
  }

  void run(Session& session, WorkQueue::Ticket ticket, Lock& lock) {
    auto job = jobs_.extract(ticket);
    lock.unlock();
    if (counts_) {
      perform_and_count(session, job.mapped());
    } else {
      perform(session, job.mapped());
    }
    // What the job holds ends too, before its place is free.
    job = {};
    lock.lock();
    const bool lets_another_begin = queue_.end(ticket);
    if (ending_) {
      changed_.notify_all();
    } else if (lets_another_begin && idle_ > 0) {
      changed_.notify_one();
    }
  }

  void perform_and_count(Session& session, Job& job) {
    const auto began = std::chrono::steady_clock::now();
    counts_->begun.add();
    counts_->waited.add(began - job.taken);
    perform(session, job);
    counts_->worked.add(std::chrono::steady_clock::now() - began);
    counts_->ended.add();
  }

  void perform(Session& session, Job& job) {
    session.limit(longest_ ? WorkLimit{.ends_by = std::chrono::steady_clock::now() + *longest_,
                                       .gone = std::move(job.gone)}
                           : WorkLimit{});
    try {
      job.work(session);
    } catch (...) {
      job.drop();
    }
    session.limit({});
  }

  /// Unlocks where there is something to tell. Whether there was.
  bool tell_dropped(Lock& lock) {
    bool told = false;
    while (const auto ticket = queue_.next_dropped()) {
      auto job = jobs_.extract(*ticket);
      lock.unlock();
      if (counts_) counts_->dropped.add();
      job.mapped().drop();
      job = {};
      lock.lock();
      told = true;
    }
    return told;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  WorkQueue queue_;
  std::unordered_map<WorkQueue::Ticket, Job> jobs_;
  WorkQueue::Ticket next_ticket_ = 0;
  std::size_t idle_ = 0;
  bool ending_ = false;
  const std::optional<std::chrono::milliseconds> longest_;
  WorkCounts* const counts_;
  std::vector<std::jthread> threads_;  // last, so that they have ended when the rest goes
};

ThreadedStore::ThreadedStore(const SessionFactory& make_session, Options options)
    : readers_{std::make_unique<Crew>(
          make_session, Access::read,
          Crew::Rules{.threads = std::max<std::size_t>(options.readers, 1),
                      .queue = options.queue,
                      .longest = options.longest_read,
                      .counts = options.counts ? &options.counts->reads : nullptr})},
      writers_{std::make_unique<Crew>(
          make_session, Access::write,
          Crew::Rules{.threads = std::max<std::size_t>(options.writers, 1),
                      .queue = options.queue,
                      .longest = std::nullopt,
                      .counts = options.counts ? &options.counts->writes : nullptr})} {}

ThreadedStore::~ThreadedStore() = default;

bool ThreadedStore::read(Work work, WorkOptions options) {
  return readers_->take(std::move(work), std::move(options));
}

bool ThreadedStore::write(Work work, WorkOptions options) {
  return writers_->take(std::move(work), std::move(options));
}

}  // namespace drawbridge::database
