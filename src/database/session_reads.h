#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "drawbridge/session_store.h"

#include "database/store.h"

namespace drawbridge::database {

/// A SessionStore over the threads of a Store. Who asks for one session while nobody looks for it yet shares
/// one look, so that one session has at most one place in the queue. An answer that is not there in time is
/// given without: a database that cannot be reached, or takes too long, keeps nobody waiting for longer.
class SessionReads final : public SessionStore {
 public:
  /// Looks for one session, on a thread of the store's.
  using Look = std::function<Found(Session&, std::string_view token)>;

  struct Options {
    std::chrono::milliseconds longest_wait{2'000};
    std::size_t most_waiting = 16'384;
  };

  /// The store is for this alone, so that neither keeps the other's work waiting.
  SessionReads(std::unique_ptr<Store> store, Look look, Options options);
  ~SessionReads() override;
  SessionReads(const SessionReads&) = delete;
  SessionReads& operator=(const SessionReads&) = delete;

  void find(std::string_view token, Done done) override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = std::uint64_t;
  using Tickets = std::vector<Ticket>;

  /// Has a look begin, where none waits to begin for that session.
  void add(Ticket ticket, const std::string& token);
  void look(Session& session, const std::string& token);
  /// Who waits for a look that has not begun; they no longer do.
  Tickets take(const std::string& token);
  /// Those who still wait.
  void answer(const Tickets& tickets, const Found& found);
  void answer_the_late(const std::stop_token& stopping);

  const Look look_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Ticket last_ = 0;
  std::map<Ticket, Done> waiting_;
  std::unordered_map<std::string, Tickets> to_begin_;
  std::deque<std::pair<Time, Ticket>> deadlines_;  ///< in their order, also of those who were answered
  std::stop_source ending_;
  std::unique_ptr<Store> store_;
  std::jthread late_;
};

}  // namespace drawbridge::database
