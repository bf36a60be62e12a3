#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/store.h"
#include "http/authenticator.h"
#include "http/client_address.h"
#include "http/counts.h"
#include "http/event_log.h"
#include "http/limits.h"
#include "http/router.h"

namespace drawbridge::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address, or a name that resolves to one
  std::uint16_t port = 8000;       ///< 0 takes a free one
  unsigned threads = 1;            ///< at least 1
  std::vector<std::string> allowed_origins;
  CredentialKinds credentials{};  ///< that the authenticator takes: what answers let pages and caches do
  /// At once; beyond it the one that has been idle for the longest is closed.
  std::size_t max_connections = 10'000;
  /// Where it is known which proxies are in front, if any: X-Forwarded-For is believed of these, and no
  /// address has more than a quarter of the connections. Otherwise all may come from one proxy.
  std::optional<TrustedProxies> trusted_proxies{};
  Limits limits{};
  /// Where requests are counted, if anywhere: made for these routes and for as many workers as there are
  /// threads. Outlives the server.
  Counts* counts = nullptr;
};

/// An HTTP server for a table of routes. Each of its threads has its own connections; nothing on these
/// threads waits for the database or for the issuer.
class Server {
 public:
  /// Listens and serves at once. Fails with one line when that address cannot be had. What is referred to
  /// must outlive the server.
  static std::expected<std::unique_ptr<Server>, std::string> start(ServerOptions options, Routes routes,
                                                                   Authenticator& authenticator,
                                                                   database::Store& store, EventLog& log);
  /// Stops without grace, if it still runs.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

  /// Takes no new connection, closes those that are idle, lets the others finish the request that has begun
  /// for at most `grace`, and returns when all threads have ended. Not from one of the server's threads.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace drawbridge::http
