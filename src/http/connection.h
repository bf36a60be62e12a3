#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

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
  /// Closes it unless a request has begun or waits to be read.
  void stop_if_idle();
  /// Ends what has taken too long.
  void check_deadline(std::chrono::steady_clock::time_point now);
  /// At once, whatever it does. The worker forgets it when no other thread works for it any more.
  void close();

 private:
  enum class Phase { waiting, head, deciding, body, writing, lingering, closed };
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void enter(Phase phase, std::chrono::milliseconds limit);
  void next_request();
  void read();
  void on_read(const boost::system::error_code& error, std::size_t size);

  void on_head_bytes();
  void on_head();
  void authenticate();
  void on_verdict(const Authenticator::Result& verdict);
  void on_admitted();
  void feed_body();
  bool trailers_came() const;
  void answer();
  void submit(StoreWork work);

  void refuse_slow_client();
  void respond(Response response);
  void write(std::string_view static_body);
  void on_written(const boost::system::error_code& error);
  void linger();

  /// Begins work that another thread does for this connection, which stays until it has ended.
  void begin_elsewhere();
  /// Whether the connection still cares.
  bool end_elsewhere();
  std::string_view received() const;

  Socket socket_;
  std::string client_address_;
  Worker& worker_;
  Phase phase_ = Phase::waiting;
  bool elsewhere_ = false;
  bool timed_out_ = false;
  bool keep_alive_ = false;
  bool unread_ = false;  ///< part of the request was answered without being read
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point started_;  ///< of the request
  boost::beast::flat_buffer buffer_;               ///< received, not yet used
  HeadScanner scanner_;
  std::optional<Parser> parser_;
  RequestHead head_;
  std::ptrdiff_t header_lines_ = 0;
  std::optional<Exchange> exchange_;
  std::size_t lingered_ = 0;
  std::string out_;
};

}  // namespace drawbridge::http
