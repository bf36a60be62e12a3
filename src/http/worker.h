#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/arrival.h"
#include "http/byte_budget.h"
#include "http/connection_counts.h"
#include "http/connection_phases.h"
#include "http/cors.h"
#include "http/server.h"
#include "http/socket.h"
#include "http/user_shares.h"

namespace drawbridge::http {

class Connection;

/// What all connections of a server share. Its references outlive the server.
struct Services {
  Routes routes;
  Authenticator& authenticator;
  database::Store& store;
  EventLog& log;
  AllowedOrigins origins;
  Limits limits;
  TrustedProxies proxies;
  UserShares& shares;
  ByteBudget& bytes;
  ConnectionCounts& connections;
  ConnectionCounts& large_heads;
};

/// One thread's event loop with the connections that live on it. What is not marked otherwise is called on
/// that thread only.
class Worker {
 public:
  /// `counts`: where it counts, or null.
  Worker(const Services& services, Counts::Part* counts);
  ~Worker();

  /// The thread's work: returns after stop(), when the last connection is gone.
  void run();
  /// Hands over a client whose socket was made on this worker's loop. Any thread.
  void adopt(Arrival arrival);
  /// The same when there are too many already: the connection that has been idle for the longest is closed
  /// for it, or else the newcomer. Then `done` is called, on this worker's thread.
  void adopt_in_place_of_another(Arrival arrival, std::function<void()> done);
  /// Closes the connection that has been idle for the longest. Any thread.
  void ask_for_room();
  /// Any thread, once.
  void stop(std::chrono::milliseconds grace);
  /// Shared because a thread that posts an answer may still be inside the loop's code when the loop has
  /// already carried it out. Any thread.
  const std::shared_ptr<boost::asio::io_context>& loop() const { return loop_; }

  const Services& services() const { return services_; }
  /// Called on the worker's thread after something failed there that belongs to no connection.
  void on_fault(std::function<void()> renew) { renew_ = std::move(renew); }
  void log_fault(const std::exception& fault) noexcept;
  void count(const auto& what) noexcept {
    if (counts_ != nullptr) counts_->add(what);
  }

  void forget(const std::shared_ptr<Connection>& connection);
  /// Closes the connection, another than `except`, that has been in that phase for the longest, if any has
  /// been for so long.
  bool close_longest(ConnectionPhases::Phase phase, const Connection* except = nullptr,
                     std::chrono::milliseconds at_least = {});
  /// Closes the connection whose client has not taken its answer, or not sent its body, for the longest;
  /// where none has done so for a second, the other workers do the same.
  void shed_bytes(const Connection* except);
  /// All workers of the server, before they run. They outlive each other's threads.
  void know(const std::vector<std::unique_ptr<Worker>>& workers);
  /// The Date header of now. Valid until the next call.
  std::string_view date();
  std::string next_request_id();

 private:
  /// Allocates nothing. A connection may end itself in it, and no other one.
  template <class Visit>
  void visit_all(Visit visit);
  void take(Arrival arrival);
  /// Closes a connection: who does nothing goes before who is being told why it was refused, and who sends
  /// or reads slowly last. False when all are being decided on.
  bool make_room();
  bool close_next();
  bool shed_own_bytes(const Connection* except);
  void sweep();
  void end_when_empty();

  const Services& services_;
  Counts::Part* const counts_;
  std::shared_ptr<boost::asio::io_context> loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_;
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer grace_timer_;
  std::chrono::milliseconds sweep_interval_;
  bool sweep_waits_ = false;
  std::function<void()> renew_;
  std::vector<Worker*> others_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  /// The next to be closed for room, unless it has done something since. The first of them is at the end.
  struct Candidate {
    std::weak_ptr<Connection> connection;
    ConnectionPhases::Phase phase;
    std::chrono::steady_clock::time_point since;
  };
  std::vector<Candidate> candidates_;
  bool stopping_ = false;
  std::chrono::sys_seconds date_of_{};
  std::string date_;
  std::uint32_t request_id_prefix_;
  std::uint32_t requests_ = 0;
};

}  // namespace drawbridge::http
