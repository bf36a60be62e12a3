#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>

#include "http/arrival.h"
#include "http/chunk_scanner.h"
#include "http/connection_counts.h"
#include "http/connection_phases.h"
#include "http/exchange.h"
#include "http/handover.h"
#include "http/parsed_head.h"
#include "http/request_head.h"
#include "http/response.h"
#include "http/socket.h"

namespace drawbridge::http {

class Worker;

/// One client's connection: reads a request, has it decided and answered, writes the answer, in turn, so that
/// pipelined requests are answered in order (RFC 9112 §9.3.2). Lives on its worker's thread; what other
/// threads find out is posted to that thread. Whatever fails in it, for want of memory most likely, ends this
/// connection alone: what is public does not throw.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Arrival arrival, Worker& worker);

  void start();
  /// Closes it unless a request has begun or waits to be read; that one is the last.
  void stop();
  /// Ends what has taken too long, and notices when the client has gone.
  void sweep(std::chrono::steady_clock::time_point now);
  /// At once, whatever it does. The worker forgets it when no other thread works for it any more.
  void close();

  ConnectionPhases::Phase phase() const { return phases_.phase(); }
  /// How long it has been in its phase.
  std::chrono::steady_clock::time_point since() const { return phases_.since(); }
  /// Whether the client has sent something that is not read yet.
  bool has_unread() const;

 private:
  using Action = ConnectionPhases::Action;

  /// Beyond what the largest head or chunk line needs.
  static constexpr std::size_t max_buffered = 2 * max_head_size;

  /// Does one step; closes the connection when it throws.
  template <class Step>
  void guarded(Step step) noexcept {
    try {
      step();
    } catch (const std::exception& fault) {
      fail(fault);
    }
  }
  void fail(const std::exception& fault) noexcept;

  void carry_out(Action action);
  void read();
  void on_read(const boost::system::error_code& error, std::size_t size);
  void look_after_peer(std::chrono::steady_clock::time_point now);

  void scan_head();
  std::optional<Response> refuse_head_size();
  void on_head();
  std::optional<Response> count_address();
  void authenticate();
  void on_verdict(const Authenticator::Result& verdict);
  void on_admitted();
  void take_body();
  /// Puts what was received into the parser; the refusal of what it finds.
  std::optional<Response> parse_body();
  /// Of the user's shares, before more of a body is waited for.
  std::optional<Response> take_room_for_body();
  void answer();
  void submit(StoreWork work);
  void ask_shared(StoreWork work);
  void on_answer_came();
  /// Whether what was given to the database had not begun, and now will not.
  bool give_up_work();

  void respond(Response response);
  void write(std::string_view rest);
  void on_written(const boost::system::error_code& error);
  void forget_request();

  /// Ends what on_handed_over() began. Whether the connection still wants what the other thread found out.
  bool came_back();
  std::string_view received() const;

  Socket socket_;
  Address address_;
  std::string address_text_;
  std::optional<ConnectionCounts::Place> place_;             ///< among all; gone with the socket
  std::optional<ConnectionCounts::Place> place_of_address_;  ///< the peer's
  Worker& worker_;
  ConnectionPhases phases_;
  boost::beast::flat_buffer buffer_;  ///< received, not yet used

  // Of the request that is under way:
  HeadScanner scanner_;
  std::optional<ConnectionCounts::Place> large_head_;
  std::optional<RequestParser> parser_;
  RequestHead head_;
  std::string forwarded_address_;  ///< the client's, where a proxy named it
  std::optional<ConnectionCounts::Place> place_of_client_;
  std::optional<Exchange> exchange_;
  std::optional<ChunkScanner> chunks_;
  std::optional<UserShares::Place> user_place_;  ///< until the work is handed over
  std::optional<ByteBudget::Charge> body_charge_;
  std::shared_ptr<Handover> handover_;
  std::optional<Response> when_full_;
  std::stop_source work_stop_{std::nostopstate};
  std::string out_;
  std::string body_;  ///< of a large answer, which is not copied behind its head
};

}  // namespace drawbridge::http
