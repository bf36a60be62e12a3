#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/connection_phases.h"
#include "http/exchange.h"
#include "http/request_head.h"
#include "http/response.h"
#include "http/socket.h"

namespace drawbridge::http {

class Worker;

/// One client's connection: reads a request, has it decided and answered, writes the answer, in turn, so that
/// pipelined requests are answered in order (RFC 9112 §9.3.2). Lives on its worker's thread; what other
/// threads find out is posted to that thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Worker& worker);

  void start();
  /// Closes it unless a request has begun or waits to be read; that one is the last.
  void stop();
  /// Ends what has taken too long.
  void sweep(std::chrono::steady_clock::time_point now);
  /// At once, whatever it does. The worker forgets it when no other thread works for it any more.
  void close();

 private:
  using Action = ConnectionPhases::Action;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void carry_out(Action action);
  void read();
  void on_read(const boost::system::error_code& error, std::size_t size);

  void scan_head();
  void on_head();
  void authenticate();
  void on_verdict(const Authenticator::Result& verdict);
  void on_admitted();
  void take_body();
  bool trailers_came() const;
  void answer();
  void submit(StoreWork work);

  void respond(Response response);
  void write(std::string_view static_body);
  void on_written(const boost::system::error_code& error);

  /// Ends what on_handed_over() began. Whether the connection still wants what the other thread found out.
  bool came_back();
  std::string_view received() const;

  Socket socket_;
  std::string client_address_;
  Worker& worker_;
  ConnectionPhases phases_;
  boost::beast::flat_buffer buffer_;  ///< received, not yet used
  HeadScanner scanner_;
  std::optional<Parser> parser_;
  RequestHead head_;
  std::ptrdiff_t header_lines_ = 0;
  std::optional<Exchange> exchange_;
  std::string out_;
};

}  // namespace drawbridge::http
