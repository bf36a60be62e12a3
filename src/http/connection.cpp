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
      .is_websocket_handshake = is_websocket_handshake(message),
      .access_control_request_method = only(message, field::access_control_request_method),
      .content_type = only(message, field::content_type),
      .content_length = parser.content_length().value_or(0),
      .chunked = parser.chunked(),
      .expects_continue = message.version() >= 11 && beast::iequals(message[field::expect], "100-continue")};
}

/// What a resource has to say when its work is not done, or what all others say.
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
    : socket_{std::move(socket)}, worker_{worker}, buffer_{max_buffered} {}

void Connection::start() {
  boost::system::error_code ignored;
  client_address_ = socket_.remote_endpoint(ignored).address().to_string();
  ignored = socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  ignored = socket_.set_option(UnsentLimit{max_unsent}, ignored);
  enter(Phase::waiting, worker_.services().limits.head);
  read();
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  deadline_ = steady_clock::now() + limit;
}

void Connection::stop_if_idle() {
  boost::system::error_code error;
  if (phase_ == Phase::waiting && socket_.available(error) == 0) close();
}

void Connection::check_deadline(steady_clock::time_point now) {
  if (now < deadline_ || phase_ == Phase::deciding || phase_ == Phase::closed) return;
  if (phase_ != Phase::head && phase_ != Phase::body) return close();
  // The read or write under way ends with an error, and whoever it tells refuses the client.
  timed_out_ = true;
  boost::system::error_code ignored;
  ignored = socket_.cancel(ignored);
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  boost::system::error_code ignored;
  ignored = socket_.close(ignored);
  if (!elsewhere_) worker_.forget(shared_from_this());
}

void Connection::begin_elsewhere() {
  elsewhere_ = true;
  phase_ = Phase::deciding;
}

bool Connection::end_elsewhere() {
  elsewhere_ = false;
  if (phase_ != Phase::closed) return true;
  worker_.forget(shared_from_this());
  return false;
}

std::string_view Connection::received() const {
  const auto data = buffer_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

void Connection::next_request() {
  exchange_.reset();
  parser_.reset();
  head_ = {};
  scanner_ = {};
  if (buffer_.size() > 0) {
    enter(Phase::waiting, worker_.services().limits.head);
    return on_head_bytes();
  }
  if (worker_.stopping()) return close();
  enter(Phase::waiting, worker_.services().limits.idle);
  read();
}

void Connection::read() {
  socket_.async_read_some(buffer_.prepare(read_size),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      std::size_t size) { self->on_read(error, size); });
}

void Connection::on_read(const boost::system::error_code& error, std::size_t size) {
  if (phase_ == Phase::closed) return;
  if (timed_out_) return refuse_slow_client();
  if (error) return close();
  buffer_.commit(size);
  switch (phase_) {
    case Phase::waiting:
    case Phase::head:
      return on_head_bytes();
    case Phase::body:
      return feed_body();
    case Phase::lingering:
      lingered_ += size;
      buffer_.clear();
      return lingered_ > worker_.services().limits.linger_bytes ? close() : read();
    case Phase::deciding:
    case Phase::writing:
    case Phase::closed:
      break;
  }
  std::unreachable();
}

void Connection::on_head_bytes() {
  if (phase_ == Phase::waiting) {
    enter(Phase::head, worker_.services().limits.head);
    started_ = steady_clock::now();
  }
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
  keep_alive_ = parser_->keep_alive();
  exchange_.emplace(worker_.services().routes, worker_.services().origins, head_);
  if (auto response = exchange_->open()) return respond(*std::move(response));
  if (exchange_->needs_identity()) return authenticate();
  on_admitted();
}

void Connection::authenticate() {
  begin_elsewhere();
  const auto verdict = worker_.services().authenticator.authenticate(
      head_.credentials(client_address_), [this, loop = worker_.loop()](Authenticator::Result later) {
        asio::post(*loop, [this, later = std::move(later)] {
          if (end_elsewhere()) on_verdict(later);
        });
      });
  if (verdict && end_elsewhere()) on_verdict(*verdict);
}

void Connection::on_verdict(const Authenticator::Result& verdict) {
  if (auto response = exchange_->identify(verdict)) return respond(*std::move(response));
  on_admitted();
}

void Connection::on_admitted() {
  const auto& limits = worker_.services().limits;
  if (auto response = exchange_->check_head(limits.body_bytes)) return respond(*std::move(response));
  if (!head_.has_body()) return answer();
  enter(Phase::body, limits.body);
  parser_->body_limit(limits.body_bytes);
  parser_->eager(true);
  if (!head_.expects_continue || buffer_.size() > 0) return feed_body();
  asio::async_write(socket_, asio::buffer(continue_line),
                    [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                      if (self->phase_ == Phase::closed) return;
                      if (self->timed_out_) return self->refuse_slow_client();
                      return error ? self->close() : self->feed_body();
                    });
}

void Connection::feed_body() {
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

/// Beast lets folded and repeated lines through there, and nothing of ours reads a trailer.
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
    elsewhere_ = false;  // what was to be done there was not taken
    respond(internal_error(fault));
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
      // Whoever asked has most likely gone, and would be surprised by a write that is done after all.
      response = steady_clock::now() < too_late ? run(session) : busy_database(std::move(when_full));
    } catch (const std::exception& fault) {
      response = internal_error(fault);
    }
    place.reset();  // before whoever asked hears of it and asks again
    asio::post(*loop, [this, response = std::move(response)]() mutable {
      if (end_elsewhere()) respond(std::move(response));
    });
  };
  begin_elsewhere();
  const bool taken = work.kind == StoreWork::Kind::read ? services.store.read(std::move(job))
                                                        : services.store.write(std::move(job));
  if (!taken && end_elsewhere()) respond(busy_database(std::move(work.when_full)));
}

void Connection::refuse_slow_client() {
  timed_out_ = false;
  respond(problem(ErrorCode::request_malformed, "The request did not arrive in time."));
}

void Connection::respond(Response response) {
  const auto& services = worker_.services();
  unread_ = !exchange_ || (head_.has_body() && !parser_->is_done());
  if (unread_ || response.code == ErrorCode::request_malformed || worker_.stopping()) keep_alive_ = false;
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
                   .keep_alive = keep_alive_,
                   .with_body = with_body});
  static const std::optional<Identity> nobody;
  services.log.request({.method = exchange_ ? head_.method : "-",
                        .route_pattern = exchange_ ? exchange_->route_pattern() : "-",
                        .status = response.status,
                        .code = response.code,
                        .took = steady_clock::now() - started_,
                        .request_id = request_id,
                        .identity = exchange_ ? exchange_->identity() : nobody,
                        .note = response.note});
  enter(Phase::writing, services.limits.write);
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
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (out_.capacity() > max_buffered) std::string{}.swap(out_);
  if (keep_alive_) return next_request();
  boost::system::error_code ignored;
  return unread_ || socket_.available(ignored) > 0 ? linger() : close();
}

void Connection::linger() {
  enter(Phase::lingering, worker_.services().limits.linger);
  boost::system::error_code ignored;
  ignored = socket_.shutdown(Socket::shutdown_send, ignored);
  buffer_.clear();
  read();
}

}  // namespace drawbridge::http
