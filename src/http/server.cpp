#include "http/server.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "http/post_back.h"
#include "http/worker.h"

namespace drawbridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// While it lives, an accept is under way. Asio may end that without a word: where there is no memory for the
/// new connection, it throws, and destroys the handler with what it holds.
class Pending {
 public:
  explicit Pending(std::shared_ptr<bool> flag) : flag_{std::move(flag)} { *flag_ = true; }
  Pending(Pending&&) noexcept = default;
  Pending& operator=(Pending&&) = delete;
  ~Pending() { end(); }

  void end() {
    if (flag_) *flag_ = false;
    flag_.reset();
  }

 private:
  std::shared_ptr<bool> flag_;  ///< the listener's, which may go first
};

/// Takes connections on the first worker's thread and deals them out to all in turn.
class Listener {
 public:
  Listener(std::vector<std::unique_ptr<Worker>>& workers, EventLog& log)
      : workers_{workers}, log_{log}, acceptor_{*workers.front()->loop()}, pause_{*workers.front()->loop()} {}

  boost::system::error_code listen(const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    tcp::resolver resolver{*workers_.front()->loop()};
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error) return error;
    const auto endpoint = found.begin()->endpoint();
    // SO_REUSEADDR lets a restart take a port that has connections of the last run; one that is listened on
    // stays refused.
    if (acceptor_.open(endpoint.protocol(), error) ||
        acceptor_.set_option(tcp::acceptor::reuse_address{true}, error) || acceptor_.bind(endpoint, error) ||
        acceptor_.listen(tcp::acceptor::max_listen_connections, error))
      return error;
    return {};
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// On the first worker's thread, as all that follows.
  void accept() {
    auto& worker = *workers_[next_];
    next_ = (next_ + 1) % workers_.size();
    acceptor_.async_accept(*worker.loop(),
                           [this, &worker, pending = Pending{is_accepting_}](
                               const boost::system::error_code& error, Socket socket) mutable {
                             pending.end();
                             if (!acceptor_.is_open()) return;
                             return error ? wait_and_accept(worker, error) : take(worker, std::move(socket));
                           });
  }

  /// After a failure, which may have been in what was to go on with accepting.
  void renew() {
    if (acceptor_.is_open() && !*is_accepting_) accept();
  }

  void close() {
    boost::system::error_code ignored;
    ignored = acceptor_.close(ignored);
    pause_.cancel();
  }

 private:
  void take(Worker& worker, Socket socket) {
    auto& counts = worker.services().connections;
    boost::system::error_code error;
    const auto peer = plain(socket.remote_endpoint(error).address());
    std::optional<ConnectionCounts::Place> place_of_address;
    if (!error && !worker.services().proxies.has(peer)) {
      place_of_address = counts.take_of(peer);
      if (!place_of_address) {  // that address has its share
        workers_.front()->count(Shed::address_connections);
        return accept();
      }
    }
    if (error) return accept();  // it has gone already
    Arrival arrival{std::move(socket), peer, counts.add(), std::move(place_of_address)};
    if (!counts.is_beyond_cap()) {
      worker.adopt(std::move(arrival));
      return accept();
    }
    // Not one more before there is room for this one: it would take a descriptor that is kept free.
    worker.adopt_in_place_of_another(std::move(arrival), [this] {
      post_back(*workers_.front()->loop(), [this] {
        *is_accepting_ = false;
        renew();
      });
    });
    *is_accepting_ = true;
  }

  /// Out of file descriptors, most likely: trying again at once would only keep a core busy.
  void wait_and_accept(Worker& worker, const boost::system::error_code& error) {
    log_.event(spdlog::level::warn, "accept", error.message());
    worker.ask_for_room();
    pause_.expires_after(std::chrono::milliseconds{100});
    pause_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) renew();
    });
  }

  std::vector<std::unique_ptr<Worker>>& workers_;
  EventLog& log_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::size_t next_ = 0;
  std::shared_ptr<bool> is_accepting_ = std::make_shared<bool>(false);  ///< or has a reason not to
};

std::size_t quarter_of(std::size_t connections) {
  return std::max<std::size_t>(1, connections / 4);
}

}  // namespace

struct Server::Parts {
  Parts(ServerOptions& options, Routes routes, Authenticator& authenticator, database::Store& store,
        EventLog& log)
      : shares{options.limits.store_places_for_each_user},
        bytes{{.for_each_user = options.limits.user_bytes,
               .in_all = options.limits.all_user_bytes,
               .little = options.limits.little_bytes,
               .reserve = options.limits.reserved_bytes}},
        connections{{.in_all = options.max_connections,
                     .for_each_address = options.trusted_proxies ? quarter_of(options.max_connections) : 0}},
        large_heads{{.in_all = options.limits.large_heads, .for_each_address = 0}},
        services{std::move(routes),
                 authenticator,
                 store,
                 log,
                 AllowedOrigins{std::move(options.allowed_origins), options.credentials},
                 options.limits,
                 options.trusted_proxies.value_or(TrustedProxies{}),
                 shares,
                 bytes,
                 connections,
                 large_heads} {}

  UserShares shares;
  ByteBudget bytes;
  ConnectionCounts connections;
  ConnectionCounts large_heads;
  Services services;
  std::vector<std::unique_ptr<Worker>> workers{};
  std::optional<Listener> listener{};
  std::uint16_t port = 0;
  std::vector<std::jthread> threads{};
};

std::expected<std::unique_ptr<Server>, std::string> Server::start(ServerOptions options, Routes routes,
                                                                  Authenticator& authenticator,
                                                                  database::Store& store, EventLog& log) {
  auto parts = std::make_unique<Parts>(options, std::move(routes), authenticator, store, log);
  for (unsigned i = 0; i < std::max(1U, options.threads); ++i)
    parts->workers.push_back(
        std::make_unique<Worker>(parts->services, options.counts ? &options.counts->of_worker(i) : nullptr));
  for (const auto& worker : parts->workers) worker->know(parts->workers);
  parts->listener.emplace(parts->workers, log);
  if (const auto error = parts->listener->listen(options.host, options.port))
    return std::unexpected{
        fmt::format("cannot listen on {}:{}: {}", options.host, options.port, error.message())};
  parts->port = parts->listener->port();
  // Its thread begins with this, and comes back to it after a failure.
  parts->workers.front()->on_fault([&listener = *parts->listener] { listener.renew(); });
  for (const auto& worker : parts->workers) parts->threads.emplace_back([&worker] { worker->run(); });
  return std::unique_ptr<Server>{new Server{std::move(parts)}};
}

Server::Server(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}

Server::~Server() {
  stop(std::chrono::milliseconds{0});
}

std::uint16_t Server::port() const {
  return parts_->port;
}

void Server::stop(std::chrono::milliseconds grace) {
  if (parts_->threads.empty()) return;
  // In one piece: the listener goes first, so that no worker gets a connection after its stop(); and a client
  // that finds it closed may count on the first worker's answers saying "Connection: close".
  asio::post(*parts_->workers.front()->loop(), [this, grace] {
    parts_->listener->close();
    for (const auto& worker : parts_->workers) worker->stop(grace);
  });
  parts_->threads.clear();
}

}  // namespace drawbridge::http
