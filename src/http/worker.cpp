#include "http/worker.h"

#include <algorithm>
#include <random>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <fmt/compile.h>

#include "http/connection.h"
#include "http/response_text.h"

namespace drawbridge::http {
namespace {

/// Often enough that a deadline is missed by a quarter of it at most.
std::chrono::milliseconds sweep_interval_for(const Limits& limits) {
  using std::chrono::milliseconds;
  const auto shortest = std::min({limits.head, limits.body, limits.idle, limits.write, limits.linger});
  return std::clamp(shortest / 4, milliseconds{5}, milliseconds{1000});
}

}  // namespace

Worker::Worker(const Services& services)
    : services_{services},
      loop_{std::make_shared<boost::asio::io_context>(1)},
      stay_{loop_->get_executor()},
      sweep_timer_{*loop_},
      grace_timer_{*loop_},
      sweep_interval_{sweep_interval_for(services.limits)},
      request_id_prefix_{std::random_device{}()} {}

Worker::~Worker() = default;

void Worker::run() {
  sweep();
  loop_->run();
}

void Worker::adopt(Socket socket) {
  boost::asio::post(*loop_, [this, socket = std::move(socket)]() mutable {
    const auto connection = std::make_shared<Connection>(std::move(socket), *this);
    connections_.insert(connection);
    connection->start();
    if (stopping_) connection->stop();
  });
}

void Worker::stop(std::chrono::milliseconds grace) {
  boost::asio::dispatch(*loop_, [this, grace] {
    stopping_ = true;
    const std::vector<std::shared_ptr<Connection>> all{connections_.begin(), connections_.end()};
    for (const auto& connection : all) connection->stop();
    grace_timer_.expires_after(grace);
    grace_timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      const std::vector<std::shared_ptr<Connection>> rest{connections_.begin(), connections_.end()};
      for (const auto& connection : rest) connection->close();
    });
    end_when_empty();
  });
}

void Worker::forget(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  end_when_empty();
}

void Worker::end_when_empty() {
  if (!stopping_ || !connections_.empty()) return;
  sweep_timer_.cancel();
  grace_timer_.cancel();
  stay_.reset();
}

void Worker::sweep() {
  const auto now = std::chrono::steady_clock::now();
  const std::vector<std::shared_ptr<Connection>> all{connections_.begin(), connections_.end()};
  for (const auto& connection : all) connection->sweep(now);
  if (stopping_ && connections_.empty()) return;
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

std::string_view Worker::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != date_of_) {
    date_of_ = now;
    date_ = date_text(now);
  }
  return date_;
}

std::string Worker::next_request_id() {
  return fmt::format(FMT_COMPILE("{:08x}{:08x}"), request_id_prefix_, ++requests_);
}

}  // namespace drawbridge::http
