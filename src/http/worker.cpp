#include "http/worker.h"

#include <algorithm>
#include <random>
#include <thread>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <fmt/compile.h>

#include "http/connection.h"
#include "http/response_text.h"

namespace drawbridge::http {
namespace {

using Phase = ConnectionPhases::Phase;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Often enough that a deadline is missed by a quarter of it at most, and that the end of a client is noticed
/// soon.
milliseconds sweep_interval_for(const Limits& limits) {
  const auto shortest =
      std::min({limits.head, limits.body, limits.idle, limits.write, limits.linger, limits.store});
  return std::clamp(shortest / 4, milliseconds{5}, milliseconds{100});
}

/// An answer that was not taken, or a body that was not sent, for so long gives way to others'.
constexpr milliseconds patience_with_bytes{1'000};

}  // namespace

Worker::Worker(const Services& services, Counts::Part* counts)
    : services_{services},
      counts_{counts},
      loop_{std::make_shared<boost::asio::io_context>(1)},
      stay_{loop_->get_executor()},
      sweep_timer_{*loop_},
      grace_timer_{*loop_},
      sweep_interval_{sweep_interval_for(services.limits)},
      request_id_prefix_{std::random_device{}()} {}

Worker::~Worker() = default;

void Worker::run() {
  while (true) {
    try {
      if (!sweep_waits_) sweep();
      if (renew_) renew_();
      loop_->run();
      return;
    } catch (const std::exception& fault) {
      log_fault(fault);
      std::this_thread::sleep_for(milliseconds{1});
    }
  }
}

void Worker::log_fault(const std::exception& fault) noexcept {
  try {
    services_.log.event(spdlog::level::err, "connection", fault.what());
  } catch (...) {  // NOLINT(bugprone-empty-catch): there is no memory to say so
  }
}

template <class Visit>
void Worker::visit_all(Visit visit) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto connection = *next++;
    visit(*connection);
  }
}

void Worker::take(Arrival arrival) {
  const auto connection = std::make_shared<Connection>(std::move(arrival), *this);
  connections_.insert(connection);
  if (counts_ != nullptr) counts_->add_opened();
  connection->start();
  if (stopping_) connection->stop();
}

void Worker::adopt(Arrival arrival) {
  boost::asio::post(*loop_, [this, arrival = std::move(arrival)]() mutable { take(std::move(arrival)); });
}

void Worker::adopt_in_place_of_another(Arrival arrival, std::function<void()> done) {
  boost::asio::post(*loop_, [this, arrival = std::move(arrival), done = std::move(done)]() mutable {
    try {
      // Gone before it is said that there is room for the next one.
      auto newcomer = std::move(arrival);
      if (make_room())
        take(std::move(newcomer));
      else
        count(Shed::new_connection);
    } catch (...) {
      done();
      throw;
    }
    done();
  });
}

void Worker::ask_for_room() {
  boost::asio::post(*loop_, [this] { make_room(); });
}

bool Worker::make_room() {
  if (close_next()) return true;
  for (const auto phase : {Phase::waiting, Phase::lingering, Phase::head, Phase::writing, Phase::body}) {
    for (const auto& connection : connections_)
      if (connection->phase() == phase) candidates_.emplace_back(connection, phase, connection->since());
    // Several at once, so that looking through all of them is not the price of each newcomer.
    const auto kept = std::min(candidates_.size(), 1 + candidates_.size() / 16);
    const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(kept);
    std::ranges::partial_sort(candidates_, end, {}, &Candidate::since);
    candidates_.erase(end, candidates_.end());
    std::ranges::reverse(candidates_);
    if (close_next()) return true;
  }
  return false;
}

bool Worker::close_next() {
  while (!candidates_.empty()) {
    const auto candidate = std::move(candidates_.back());
    candidates_.pop_back();
    const auto connection = candidate.connection.lock();
    if (!connection || connection->phase() != candidate.phase || connection->since() != candidate.since)
      continue;
    // A request that has just come is no idleness.
    if (candidate.phase == Phase::waiting && connection->has_unread()) continue;
    connection->close();
    count(Shed::idle_connection);
    return true;
  }
  return false;
}

bool Worker::close_longest(Phase phase, const Connection* except, milliseconds at_least) {
  const auto latest = steady_clock::now() - at_least;
  std::shared_ptr<Connection> longest;
  for (const auto& connection : connections_) {
    if (connection.get() == except || connection->phase() != phase || connection->since() > latest) continue;
    if (!longest || connection->since() < longest->since()) longest = connection;
  }
  if (longest) longest->close();
  return longest != nullptr;
}

void Worker::know(const std::vector<std::unique_ptr<Worker>>& workers) {
  for (const auto& worker : workers)
    if (worker.get() != this) others_.push_back(worker.get());
}

void Worker::shed_bytes(const Connection* except) {
  if (shed_own_bytes(except)) return;
  for (Worker* const other : others_)
    boost::asio::post(*other->loop_, [other] { other->shed_own_bytes(nullptr); });
}

bool Worker::shed_own_bytes(const Connection* except) {
  const bool sheds = close_longest(Phase::writing, except, patience_with_bytes) ||
                     close_longest(Phase::body, except, patience_with_bytes);
  if (sheds) count(Shed::slow_client);
  return sheds;
}

void Worker::stop(std::chrono::milliseconds grace) {
  boost::asio::dispatch(*loop_, [this, grace] {
    stopping_ = true;
    visit_all([](Connection& connection) { connection.stop(); });
    grace_timer_.expires_after(grace);
    grace_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) visit_all([](Connection& connection) { connection.close(); });
    });
    end_when_empty();
  });
}

void Worker::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) > 0 && counts_ != nullptr) counts_->add_closed();
  end_when_empty();
}

void Worker::end_when_empty() {
  if (!stopping_ || !connections_.empty()) return;
  sweep_timer_.cancel();
  grace_timer_.cancel();
  stay_.reset();
}

void Worker::sweep() {
  const auto now = steady_clock::now();
  visit_all([now](Connection& connection) { connection.sweep(now); });
  if (stopping_ && connections_.empty()) return;
  sweep_timer_.expires_after(sweep_interval_);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    sweep_waits_ = false;
    if (!error) sweep();
  });
  sweep_waits_ = true;
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
