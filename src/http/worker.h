#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

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
  UserShares& shares;
};

/// One thread's event loop with the connections that live on it. What is not marked otherwise is called on
/// that thread only.
class Worker {
 public:
  explicit Worker(const Services& services);
  ~Worker();

  /// The thread's work: returns after stop(), when the last connection is gone.
  void run();
  /// Hands over a socket that was made on this worker's loop. Any thread.
  void adopt(Socket socket);
  /// Any thread, once.
  void stop(std::chrono::milliseconds grace);
  /// Shared because a thread that posts an answer may still be inside the loop's code when the loop has
  /// already carried it out. Any thread.
  const std::shared_ptr<boost::asio::io_context>& loop() const { return loop_; }

  const Services& services() const { return services_; }
  void forget(const std::shared_ptr<Connection>& connection);
  /// The Date header of now. Valid until the next call.
  std::string_view date();
  std::string next_request_id();

 private:
  void sweep();
  void end_when_empty();

  const Services& services_;
  std::shared_ptr<boost::asio::io_context> loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_;
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer grace_timer_;
  std::chrono::milliseconds sweep_interval_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool stopping_ = false;
  std::chrono::sys_seconds date_of_{};
  std::string date_;
  std::uint32_t request_id_prefix_;
  std::uint32_t requests_ = 0;
};

}  // namespace drawbridge::http
