#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "database/store.h"
#include "http/authenticator.h"
#include "http/event_log.h"
#include "http/router.h"

namespace drawbridge::http {

/// How much time and room one client gets.
struct Limits {
  std::chrono::milliseconds head{
      std::chrono::seconds{10}};  ///< from a request's first byte to its blank line
  std::chrono::milliseconds body{std::chrono::seconds{30}};   ///< from the first to the last byte of a body
  std::chrono::milliseconds idle{std::chrono::seconds{60}};   ///< between two requests of one connection
  std::chrono::milliseconds write{std::chrono::seconds{30}};  ///< for taking an answer
  /// Until a database thread takes a request's work. Work that is taken later is not done.
  std::chrono::milliseconds store{std::chrono::seconds{5}};
  /// How much work of one user may wait for the database or run there; more is `rate_limited`. A quarter of
  /// what the store's queue holds.
  std::size_t store_places_for_each_user = 256;
  /// After an answer that ends the connection: what the client still sends is read and thrown away for so
  /// long and so much, because closing at once would reset the connection and could lose the answer.
  std::chrono::milliseconds linger{std::chrono::seconds{5}};
  std::size_t linger_bytes = 16 * 1024 * 1024;
  std::size_t body_bytes = 1024 * 1024;
};

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address, or a name that resolves to one
  std::uint16_t port = 8000;       ///< 0 takes a free one
  unsigned threads = 1;            ///< at least 1
  std::vector<std::string> allowed_origins;
  Limits limits{};
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
