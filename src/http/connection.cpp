#include "http/connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <netinet/tcp.h>

#include "http/problem.h"
#include "http/response_text.h"
#include "http/worker.h"

namespace drawbridge::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::http::field;
using std::chrono::steady_clock;

constexpr std::size_t read_size = 8 * 1024;
/// Beyond what the largest head or chunk line needs.
constexpr std::size_t max_buffered = 2 * max_head_size;
/// Of an answer that waits for a slow reader, the kernel holds this much; left to itself it takes megabytes.
using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int max_unsent = 128 * 1024;
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// The value of a header that may come once; empty when it is absent or comes twice.
template <class Fields>
std::string_view only(const Fields& fields, field name) {
  const auto [first, last] = fields.equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return view_of(first->value());
}

template <class Fields, class Name>
HeaderValues all(const Fields& fields, Name name) {
  HeaderValues values;
  const auto [first, last] = fields.equal_range(name);
  for (auto header = first; header != last; ++header) values.push_back(view_of(header->value()));
  return values;
}

/// RFC 6455 §4.1, as far as it tells a browser's handshake from any other request.
template <class Fields>
bool is_websocket_handshake(const Fields& fields) {
  return beast::iequals(fields[field::upgrade], "websocket");
}

template <class Parser>
RequestHead head_of(const Parser& parser) {
  const auto& message = parser.get();
  return {
      .method = view_of(message.method_string()),
      .target = view_of(message.target()),
      .authorization = all(message, field::authorization),
      .cookie = all(message, field::cookie),
      .api_key = all(message, "x-api-key"),
      .origins = all(message, field::origin),
      .sec_fetch_site = all(message, "Sec-Fetch-Site"),
      .accept_encoding = all(message, field::accept_encoding),
      .if_none_match = all(message, field::if_none_match),
      .is_websocket_handshake = is_websocket_handshake(message),
      .access_control_request_method = only(message, field::access_control_request_method),
      .content_type = only(message, field::content_type),
      .content_length = parser.content_length().value_or(0),
      .chunked = parser.chunked(),
      .expects_continue = message.version() >= 11 && beast::iequals(message[field::expect], "100-continue")};
}

/// The resource's own answer when its work is not done, or the usual one.
Response busy_database(std::optional<Response> when_full) {
  if (when_full) return *std::move(when_full);
  return problem(database::StoreError{database::StoreError::Kind::unavailable,
                                      "too much work is waiting for the database, or for too long"});
}

Response too_much_of_one_user() {
  return problem(
      AuthError{ErrorCode::rate_limited, "Too many requests of yours wait for the database; try again.",
                "one user has all the places in the queue that one user gets", std::chrono::seconds{1}});
}

Response internal_error(const std::exception& fault) {
  return problem(AuthError{ErrorCode::internal_error, "Something went wrong here.", fault.what(), {}});
}

}  // namespace

Connection::Connection(Socket socket, Worker& worker)
    : socket_{std::move(socket)},
      worker_{worker},
      phases_{worker.services().limits, steady_clock::now()},
      buffer_{max_buffered} {}

void Connection::start() {
  boost::system::error_code ignored;
  client_address_ = socket_.remote_endpoint(ignored).address().to_string();
  ignored = socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  ignored = socket_.set_option(UnsentLimit{max_unsent}, ignored);
  read();
}

void Connection::stop() {
  boost::system::error_code ignored;
  carry_out(phases_.on_stop(socket_.available(ignored) > 0));
}

void Connection::sweep(steady_clock::time_point now) {
  carry_out(phases_.on_sweep(now));
}

void Connection::close() {
  carry_out(phases_.on_close());
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
    case Action::linger:
      ignored = socket_.shutdown(Socket::shutdown_send, ignored);
      [[fallthrough]];
    case Action::discard:
      buffer_.clear();
      return read();
    case Action::close:
      ignored = socket_.close(ignored);
      return;
    case Action::close_and_forget:
      ignored = socket_.close(ignored);
      return worker_.forget(shared_from_this());
    case Action::forget:
      return worker_.forget(shared_from_this());
  }
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
  socket_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      std::size_t size) { self->on_read(error, size); });
}

void Connection::on_read(const boost::system::error_code& error, std::size_t size) {
  if (error) return carry_out(phases_.on_failed());
  buffer_.commit(size);
  carry_out(phases_.on_read(size, steady_clock::now()));
}

void Connection::scan_head() {
  switch (scanner_.scan(received())) {
    case HeadScanner::State::malformed:
      return respond(problem(ErrorCode::request_malformed, scanner_.fault()));
    case HeadScanner::State::incomplete:
      if (buffer_.size() < max_head_size) return read();
      return respond(problem(ErrorCode::headers_too_large, "Request line and headers exceed 32 KiB."));
    case HeadScanner::State::complete:
      if (scanner_.size() <= max_head_size) return on_head();
      return respond(problem(ErrorCode::headers_too_large, "Request line and headers exceed 32 KiB."));
  }
}

void Connection::on_head() {
  const auto head = received().substr(0, scanner_.size());
  if (const auto fault = head_fault(head)) return respond(problem(ErrorCode::request_malformed, *fault));
  parser_.emplace();
  parser_->header_limit(max_buffered);
  // Not before isolation has passed: until then the length may be anything, since nothing of it is read.
  parser_->body_limit(boost::none);
  beast::error_code error;
  if (parser_->put(asio::buffer(head), error) != head.size() || error)
    return respond(problem(ErrorCode::request_malformed, "The headers cannot be read."));
  buffer_.consume(scanner_.size());
  head_ = head_of(*parser_);
  header_lines_ = std::ranges::distance(parser_->get().base());
  exchange_.emplace(worker_.services().routes, worker_.services().origins, head_);
  if (auto response = exchange_->open()) return respond(*std::move(response));
  if (exchange_->needs_identity()) return authenticate();
  on_admitted();
}

void Connection::authenticate() {
  phases_.on_handed_over();
  const auto verdict = worker_.services().authenticator.authenticate(
      head_.credentials(client_address_), [this, loop = worker_.loop()](Authenticator::Result later) {
        asio::post(*loop, [this, later = std::move(later)] {
          if (came_back()) on_verdict(later);
        });
      });
  if (verdict && came_back()) on_verdict(*verdict);
}

void Connection::on_verdict(const Authenticator::Result& verdict) {
  if (auto response = exchange_->identify(verdict)) return respond(*std::move(response));
  on_admitted();
}

void Connection::on_admitted() {
  const auto& limits = worker_.services().limits;
  if (auto response = exchange_->check_head(limits.body_bytes)) return respond(*std::move(response));
  if (!head_.has_body()) return answer();
  phases_.on_body_wanted(steady_clock::now());
  parser_->body_limit(limits.body_bytes);
  parser_->eager(true);
  if (!head_.expects_continue || buffer_.size() > 0) return take_body();
  asio::async_write(socket_, asio::buffer(continue_line),
                    [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                      self->carry_out(error ? self->phases_.on_failed() : self->phases_.on_continue_sent());
                    });
}

void Connection::take_body() {
  while (buffer_.size() > 0 && !parser_->is_done()) {
    beast::error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == beast::http::error::need_more) break;
    if (error == beast::http::error::body_limit)
      return respond(problem(ErrorCode::body_too_large, "The body is too large."));
    if (error)
      return respond(problem(ErrorCode::request_malformed, "The chunks of the body cannot be read."));
  }
  if (parser_->is_done() && trailers_came())
    return respond(problem(ErrorCode::request_malformed, "The body has trailers, which are not taken."));
  if (parser_->is_done()) return answer();
  // What is left is the start of a chunk's line, or trailers.
  if (buffer_.size() > max_head_size)
    return respond(problem(ErrorCode::request_malformed, "A chunk of the body has too long a line."));
  read();
}

/// Beast lets folded and repeated lines through there, and nothing here reads a trailer.
bool Connection::trailers_came() const {
  return std::ranges::distance(parser_->get().base()) != header_lines_;
}

void Connection::answer() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  try {
    auto outcome = exchange_->answer(parser_->get().body(), now);
    if (auto* response = std::get_if<Response>(&outcome)) return respond(std::move(*response));
    submit(std::get<StoreWork>(std::move(outcome)));
  } catch (const std::exception& fault) {
    // What was to be handed over was not taken.
    if (came_back()) respond(internal_error(fault));
  }
}

void Connection::submit(StoreWork work) {
  const auto& services = worker_.services();
  std::optional<UserShares::Place> place;
  if (const auto& identity = exchange_->identity(); identity && identity->uuid()) {
    place = services.shares.take(*identity->uuid());
    if (!place) return respond(too_much_of_one_user());
  }
  const auto too_late = steady_clock::now() + services.limits.store;
  auto job = [this, loop = worker_.loop(), run = std::move(work.run), when_full = work.when_full, too_late,
              place = std::move(place)](database::Session& session) mutable {
    Response response;
    try {
      // The client has most likely gone, and would be surprised by a write that is done after all.
      response = steady_clock::now() < too_late ? run(session) : busy_database(std::move(when_full));
    } catch (const std::exception& fault) {
      response = internal_error(fault);
    }
    place.reset();  // before the client gets its answer and asks again
    asio::post(*loop, [this, response = std::move(response)]() mutable {
      if (came_back()) respond(std::move(response));
    });
  };
  phases_.on_handed_over();
  const bool taken = work.kind == StoreWork::Kind::read ? services.store.read(std::move(job))
                                                        : services.store.write(std::move(job));
  if (!taken && came_back()) respond(busy_database(std::move(work.when_full)));
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

  const auto request_id = worker_.next_request_id();
  out_.clear();
  const bool with_body = !exchange_ || !exchange_->is_head_request();
  append_response(out_, response,
                  {.date = worker_.date(),
                   .request_id = request_id,
                   .http_1_0 = exchange_ && parser_->get().version() == 10,
                   .keep_alive = phases_.is_kept(),
                   .with_body = with_body});
  static const std::optional<Identity> nobody;
  services.log.request({.method = exchange_ ? head_.method : "-",
                        .route_pattern = exchange_ ? exchange_->route_pattern() : "-",
                        .status = response.status,
                        .code = response.code,
                        .took = now - phases_.request_began(),
                        .request_id = request_id,
                        .identity = exchange_ ? exchange_->identity() : nobody,
                        .note = response.note});
  write(with_body ? response.static_body : std::string_view{});
}

void Connection::write(std::string_view static_body) {
  auto done = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
    self->on_written(error);
  };
  // One buffer costs less than two, and nearly all answers are one.
  if (static_body.empty()) return asio::async_write(socket_, asio::buffer(out_), std::move(done));
  asio::async_write(socket_, std::array{asio::buffer(std::as_const(out_)), asio::buffer(static_body)},
                    std::move(done));
}

void Connection::on_written(const boost::system::error_code& error) {
  if (error) return carry_out(phases_.on_failed());
  boost::system::error_code ignored;
  const auto action =
      phases_.on_written({.is_read = buffer_.size() > 0,
                          .waits_in_socket = !phases_.is_kept() && socket_.available(ignored) > 0},
                         steady_clock::now());
  if (out_.capacity() > max_buffered) std::string{}.swap(out_);
  exchange_.reset();
  parser_.reset();
  head_ = {};
  scanner_ = {};
  carry_out(action);
}

}  // namespace drawbridge::http
