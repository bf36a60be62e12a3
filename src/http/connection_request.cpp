// What a connection does with one request, from its head to its answer.

#include <exception>
#include <new>
#include <utility>

#include <boost/asio/write.hpp>

#include "http/connection.h"
#include "http/overload_answers.h"
#include "http/post_back.h"
#include "http/problem.h"
#include "http/shared_answer.h"
#include "http/worker.h"

namespace drawbridge::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using std::chrono::steady_clock;

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

void refuse_bytes(Handover& handover, ByteBudget::Exceeded exceeded) {
  handover.budget_is_used_up = exceeded == ByteBudget::Exceeded::in_all;
  handover.answer.reset();
  handover.answer = too_many_bytes(exceeded);
}

/// The part of a database's thread, whose work must not throw: does it, and leaves the answer.
void carry_out_work(StoreWork& work, Handover& handover, database::Session& session, ByteBudget& budget,
                    const std::optional<Uuid>& user) noexcept {
  try {
    // What was asked for before it may have filled the share meanwhile: then it need not be made at all.
    const bool reads = work.kind == StoreWork::Kind::read;
    if (user && reads)
      if (const auto room = budget.room_for(*user); !room) return refuse_bytes(handover, room.error());
    try {
      handover.answer = work.run(session);
    } catch (const std::bad_alloc&) {
      handover.answer = out_of_memory();
    } catch (const std::exception& fault) {
      handover.answer = internal_error(fault);
    }
    if (!user) return;
    const auto size = handover.answer->body.size();
    if (!reads) {
      handover.charge = budget.charge_anyway(*user, size);  // it is done, which nothing else may say
    } else if (auto charge = budget.charge(*user, size)) {
      handover.charge = *std::move(charge);
    } else {
      refuse_bytes(handover, charge.error());
    }
  } catch (...) {
    handover.answer.reset();
  }
}

/// Whatever happens, those who wait for it are told something.
void make_shared_answer(database::Store& store, StoreWork work, steady_clock::time_point too_late) {
  const auto shared = work.shared;
  const auto refusal = busy_database(work.when_full);
  bool taken = false;
  try {
    taken = store.read(
        [shared, refusal, work = std::move(work)](database::Session& session) mutable noexcept {
          try {
            shared->give(work.run(session), steady_clock::now());
          } catch (...) {
            shared->give(refusal, steady_clock::now());
          }
        },
        {.begins_by = too_late,
         .dropped = [shared, refusal] { shared->give(refusal, steady_clock::now()); }});
  } catch (const std::bad_alloc&) {
    taken = false;
  }
  if (!taken) shared->give(refusal, steady_clock::now());
}

}  // namespace

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
  large_head_.reset();
  head_ = head_of(*parser_);
  exchange_.emplace(worker_.services().routes, worker_.services().origins, head_);
  if (auto response = exchange_->open()) return respond(*std::move(response));
  if (!exchange_->needs_identity()) return on_admitted();
  if (auto response = count_address()) return respond(*std::move(response));
  authenticate();
}

/// A proxy's connections carry the requests of many clients, so those are counted one by one.
std::optional<Response> Connection::count_address() {
  const auto& services = worker_.services();
  if (head_.forwarded_for.empty() || !services.proxies.has(address_)) return std::nullopt;
  const auto client = services.proxies.client(address_, head_.forwarded_for);
  forwarded_address_ = client.to_string();
  if (services.proxies.has(client)) return std::nullopt;
  place_of_client_ = services.connections.take_of(client);
  return place_of_client_ ? std::nullopt : std::optional{too_many_of_one_address()};
}

void Connection::authenticate() {
  phases_.on_handed_over(ConnectionPhases::Errand::authentication, steady_clock::now());
  const auto& address = forwarded_address_.empty() ? address_text_ : forwarded_address_;
  auto done = [this, loop = worker_.loop()](Authenticator::Result later) {
    post_back(*loop, [this, later = std::move(later)] {
      guarded([&] {
        if (came_back()) on_verdict(later);
      });
    });
  };
  std::optional<Authenticator::Result> verdict;
  try {
    verdict = worker_.services().authenticator.authenticate(head_.credentials(address), std::move(done));
  } catch (const std::exception& fault) {
    // What was to be handed over was not taken.
    if (came_back()) respond(internal_error(fault));
    return;
  }
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
  if (head_.chunked) chunks_.emplace();
  if (!head_.expects_continue || buffer_.size() > 0) return take_body();
  if (auto refusal = take_room_for_body()) return respond(*std::move(refusal));
  asio::async_write(socket_, asio::buffer(continue_line),
                    [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                      self->guarded([&] {
                        self->carry_out(error ? self->phases_.on_failed() : self->phases_.on_continue_sent());
                      });
                    });
}

void Connection::take_body() {
  if (auto refusal = parse_body()) return respond(*std::move(refusal));
  if (parser_->is_done()) return answer();
  // What is left is the start of a chunk's line.
  if (buffer_.size() > max_head_size)
    return respond(problem(ErrorCode::request_malformed, "A chunk of the body has too long a line."));
  if (auto refusal = take_room_for_body()) return respond(*std::move(refusal));
  read();
}

std::optional<Response> Connection::parse_body() {
  while (buffer_.size() > 0 && !parser_->is_done()) {
    beast::error_code error;
    const auto size = parser_->put(buffer_.data(), error);
    if (error == beast::http::error::body_limit)
      return problem(ErrorCode::body_too_large, "The body is too large.");
    const bool needs_more = error == beast::http::error::need_more;
    if (error && !needs_more)
      return problem(ErrorCode::request_malformed, "The chunks of the body cannot be read.");
    if (chunks_ && chunks_->scan(received().substr(0, size)) == ChunkScanner::State::malformed)
      return problem(ErrorCode::request_malformed, chunks_->fault());
    buffer_.consume(size);
    if (needs_more) break;
  }
  // Two readers of the same bytes that differ about their end are what a smuggler needs.
  if (chunks_ && parser_->is_done() && !chunks_->is_complete())
    return problem(ErrorCode::request_malformed, "The chunks of the body cannot be read.");
  return std::nullopt;
}

std::optional<Response> Connection::take_room_for_body() {
  const auto& services = worker_.services();
  const auto user = exchange_->user();
  if (body_charge_ || !user) return std::nullopt;
  user_place_ = services.shares.take(*user);
  if (!user_place_) return too_much_of_one_user();
  auto charge =
      services.bytes.charge(*user, head_.chunked ? services.limits.body_bytes : head_.content_length);
  if (charge) {
    body_charge_ = *std::move(charge);
    return std::nullopt;
  }
  if (charge.error() == ByteBudget::Exceeded::in_all) worker_.shed_bytes(this);
  return too_many_bytes(charge.error());
}

void Connection::answer() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Outcome outcome;
  try {
    outcome = exchange_->answer(parser_->get().body(), now);
  } catch (const std::exception& fault) {
    return respond(internal_error(fault));
  }
  if (auto* response = std::get_if<Response>(&outcome)) return respond(std::move(*response));
  auto work = std::get<StoreWork>(std::move(outcome));
  return work.shared ? ask_shared(std::move(work)) : submit(std::move(work));
}

void Connection::submit(StoreWork work) {
  const auto& services = worker_.services();
  const auto user = exchange_->user();
  handover_ = std::make_shared<Handover>();
  if (user) {
    handover_->place = user_place_ ? std::exchange(user_place_, std::nullopt) : services.shares.take(*user);
    if (!handover_->place) return respond(too_much_of_one_user());
    if (const auto room = services.bytes.room_for(*user); !room) {
      if (room.error() == ByteBudget::Exceeded::in_all) worker_.shed_bytes(this);
      return respond(too_many_bytes(room.error()));
    }
  }
  const auto now = steady_clock::now();
  const auto kind = work.kind;
  when_full_ = work.when_full;
  work_stop_ = std::stop_source{};
  // Work that begins later is not wanted: the connection has given it up, and its client would be surprised
  // by a write that is done after all.
  database::WorkOptions options{.owner = user,
                                .costly = work.costly,
                                .begins_by = now + services.limits.store,
                                .gone = work_stop_.get_token()};
  auto job = [this, loop = worker_.loop(), work = std::move(work), handover = handover_, user,
              budget = &services.bytes](database::Session& session) mutable {
    if (!handover->begin()) return;
    carry_out_work(work, *handover, session, *budget, user);
    post_back(*loop, [this, handover = std::move(handover)] { guarded([this] { on_answer_came(); }); });
  };
  using Errand = ConnectionPhases::Errand;
  const bool reads = kind == StoreWork::Kind::read;
  phases_.on_handed_over(reads ? Errand::stoppable_work : Errand::work, now);
  try {
    const bool taken = reads ? services.store.read(std::move(job), std::move(options))
                             : services.store.write(std::move(job), std::move(options));
    if (!taken && came_back()) respond(busy_database(std::exchange(when_full_, std::nullopt)));
  } catch (const std::exception& fault) {
    if (give_up_work()) respond(internal_error(fault));
  }
}

/// The work is nobody's: it goes on when this connection ends, and others may wait for it.
void Connection::ask_shared(StoreWork work) {
  const auto now = steady_clock::now();
  handover_ = std::make_shared<Handover>();
  when_full_ = work.when_full;
  phases_.on_handed_over(ConnectionPhases::Errand::work, now);
  const auto asked = work.shared->ask(
      [this, loop = worker_.loop(), handover = handover_](const Response& shared) noexcept {
        if (!handover->begin()) return;
        try {
          handover->answer = shared;
        } catch (...) {
          handover->answer.reset();
        }
        post_back(*loop, [this] { guarded([this] { on_answer_came(); }); });
      },
      now);
  if (asked.kept) {
    if (came_back()) respond(*asked.kept);
    return;
  }
  if (!asked.is_first) return;
  const auto& services = worker_.services();
  make_shared_answer(services.store, std::move(work), now + services.limits.store);
}

void Connection::on_answer_came() {
  if (!came_back()) return;
  handover_->is_back = true;
  if (handover_->budget_is_used_up) worker_.shed_bytes(this);
  if (!handover_->answer) return close();
  respond(*std::exchange(handover_->answer, std::nullopt));
}

}  // namespace drawbridge::http
