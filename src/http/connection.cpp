#include "http/connection.h"

#include <array>
#include <utility>

#include <boost/asio/write.hpp>
#include <netinet/tcp.h>

#include "http/overload_answers.h"
#include "http/problem.h"
#include "http/response_text.h"
#include "http/worker.h"

namespace drawbridge::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using std::chrono::steady_clock;

constexpr std::size_t read_size = 8 * 1024;
/// Of an answer that waits for a slow reader, the kernel holds this much; left to itself it takes megabytes.
using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int max_unsent = 128 * 1024;

/// An answer up to this size is sent in one piece with its head.
constexpr std::size_t joined_size = 16 * 1024;

}  // namespace

Connection::Connection(Arrival arrival, Worker& worker)
    : socket_{std::move(arrival.socket)},
      address_{arrival.address},
      address_text_{arrival.address.to_string()},
      place_{std::move(arrival.place)},
      place_of_address_{std::move(arrival.place_of_address)},
      worker_{worker},
      phases_{worker.services().limits, steady_clock::now()},
      buffer_{max_buffered} {}

void Connection::fail(const std::exception& fault) noexcept {
  auto& worker = worker_;  // which stays when this has gone
  close();
  worker.log_fault(fault);
}

void Connection::start() {
  guarded([this] {
    boost::system::error_code ignored;
    ignored = socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    ignored = socket_.set_option(UnsentLimit{max_unsent}, ignored);
    read();
  });
}

void Connection::stop() {
  guarded([this] { carry_out(phases_.on_stop(has_unread())); });
}

void Connection::sweep(steady_clock::time_point now) {
  guarded([this, now] {
    if (phases_.phase() == ConnectionPhases::Phase::deciding) look_after_peer(now);
    carry_out(phases_.on_sweep(now));
  });
}

void Connection::close() {
  carry_out(phases_.on_close());
}

bool Connection::has_unread() const {
  boost::system::error_code ignored;
  return socket_.available(ignored) > 0;
}

void Connection::look_after_peer(steady_clock::time_point now) {
  switch (look_at_peer(socket_)) {
    case Peer::there:
      return;
    case Peer::half_closed:
      return carry_out(phases_.on_half_closed(now));
    case Peer::gone:
      return close();
  }
}

void Connection::carry_out(Action action) {
  boost::system::error_code ignored;
  switch (action) {
    case Action::nothing:
    case Action::go_on:
      return;
    case Action::read:
      return read();
    case Action::scan_head:
      return scan_head();
    case Action::take_body:
      return take_body();
    case Action::cancel:
      ignored = socket_.cancel(ignored);
      return;
    case Action::refuse_slow:
      return respond(problem(ErrorCode::request_malformed, "The request did not arrive in time."));
    case Action::give_up_waiting:
    case Action::stop_work:
      if (give_up_work()) return respond(busy_database(std::exchange(when_full_, std::nullopt)));
      if (action == Action::stop_work) work_stop_.request_stop();
      return;
    case Action::give_up:
      work_stop_.request_stop();
      return respond(handover_ ? undecided_work() : undecided_identity());
    case Action::linger:
      ignored = socket_.shutdown(Socket::shutdown_send, ignored);
      [[fallthrough]];
    case Action::discard:
      buffer_.clear();
      return read();
    case Action::close:
    case Action::close_and_forget:
      ignored = socket_.close(ignored);
      place_.reset();
      place_of_address_.reset();
      if (action == Action::close && !give_up_work()) {
        work_stop_.request_stop();
        return;
      }
      return worker_.forget(shared_from_this());
    case Action::forget:
      return worker_.forget(shared_from_this());
  }
}

bool Connection::give_up_work() {
  if (!handover_ || !handover_->give_up()) return false;
  phases_.on_given_up();
  work_stop_.request_stop();  // it need not wait in the queue either
  return true;
}

bool Connection::came_back() {
  const auto action = phases_.on_came_back();
  carry_out(action);
  return action == Action::go_on;
}

std::string_view Connection::received() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

void Connection::read() {
  socket_.async_read_some(
      buffer_.prepare(read_size),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
        self->guarded([&] { self->on_read(error, size); });
      });
}

void Connection::on_read(const boost::system::error_code& error, std::size_t size) {
  if (error) return carry_out(phases_.on_failed());
  buffer_.commit(size);
  carry_out(phases_.on_read(size, steady_clock::now()));
}

void Connection::scan_head() {
  const auto state = scanner_.scan(received());
  if (state == HeadScanner::State::malformed)
    return respond(problem(ErrorCode::request_malformed, scanner_.fault()));
  if (auto refusal = refuse_head_size()) return respond(*std::move(refusal));
  return state == HeadScanner::State::complete ? on_head() : read();
}

std::optional<Response> Connection::refuse_head_size() {
  const bool is_complete = scanner_.is_complete();
  if (is_complete ? scanner_.size() > max_head_size : buffer_.size() >= max_head_size)
    return problem(ErrorCode::headers_too_large, "Request line and headers exceed 32 KiB.");
  if (is_complete || large_head_ || buffer_.size() < read_size) return std::nullopt;
  large_head_ = worker_.services().large_heads.add();
  if (!worker_.services().large_heads.is_beyond_cap()) return std::nullopt;
  // Whoever has been at it for the longest gives way; where nobody else is at it, this one.
  if (worker_.close_longest(ConnectionPhases::Phase::head, this)) {
    worker_.count(Shed::large_heads);
    return std::nullopt;
  }
  return too_many_large_heads();
}

void Connection::respond(Response response) {
  const auto& services = worker_.services();
  const auto now = steady_clock::now();
  phases_.on_answered({.asks_to_keep = exchange_ && parser_->keep_alive(),
                       .is_malformed = response.code == ErrorCode::request_malformed,
                       .leaves_unread = !exchange_ || (head_.has_body() && !parser_->is_done())},
                      now);
  if (exchange_)
    exchange_->finish(response);
  else
    allow_origin(response, services.origins, origin_in(received()));

  worker_.count(Counts::Answered{.route = exchange_ ? exchange_->route_index() : services.routes.size(),
                                 .status = response.status,
                                 .code = response.code,
                                 .shed = response.shed,
                                 .took = now - phases_.request_began()});
  const auto request_id = worker_.next_request_id();
  const bool with_body = !exchange_ || !exchange_->is_head_request();
  const bool joins_body = response.body.size() <= joined_size;
  out_.clear();
  append_response(out_, response,
                  {.date = worker_.date(),
                   .request_id = request_id,
                   .http_1_0 = parser_ && parser_->get().version() < 11,
                   .keep_alive = phases_.is_kept(),
                   .with_body = with_body && joins_body});
  static const std::optional<Identity> nobody;
  services.log.request({.method = exchange_ ? head_.method : "-",
                        .route_pattern = exchange_ ? exchange_->route_pattern() : "-",
                        .status = response.status,
                        .code = response.code,
                        .took = now - phases_.request_began(),
                        .request_id = request_id,
                        .identity = exchange_ ? exchange_->identity() : nobody,
                        .note = response.note});
  if (!with_body) return write({});
  if (joins_body) return write(response.static_body);
  body_ = std::move(response.body);
  write(body_);
}

void Connection::write(std::string_view rest) {
  auto done = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
    self->guarded([&] { self->on_written(error); });
  };
  // One buffer costs less than two, and nearly all answers are one.
  if (rest.empty()) return asio::async_write(socket_, asio::buffer(out_), std::move(done));
  asio::async_write(socket_, std::array{asio::buffer(std::as_const(out_)), asio::buffer(rest)},
                    std::move(done));
}

void Connection::on_written(const boost::system::error_code& error) {
  if (error) return carry_out(phases_.on_failed());
  const auto action = phases_.on_written(
      {.is_read = buffer_.size() > 0, .waits_in_socket = !phases_.is_kept() && has_unread()},
      steady_clock::now());
  forget_request();
  carry_out(action);
}

void Connection::forget_request() {
  if (out_.capacity() > max_buffered) std::string{}.swap(out_);
  // A connection that is idle keeps little.
  if (buffer_.size() == 0 && buffer_.capacity() > 2 * read_size) buffer_.shrink_to_fit();
  std::string{}.swap(body_);
  exchange_.reset();
  parser_.reset();
  chunks_.reset();
  head_ = {};
  scanner_ = {};
  large_head_.reset();
  place_of_client_.reset();
  forwarded_address_.clear();
  user_place_.reset();
  body_charge_.reset();
  if (handover_ && handover_->is_back) {
    // Before the client asks again, however long the other thread takes to let go of it.
    handover_->place.reset();
    handover_->charge.reset();
  }
  handover_.reset();
  when_full_.reset();
}

}  // namespace drawbridge::http
