#include "http/connection_phases.h"

#include <utility>

namespace drawbridge::http {

ConnectionPhases::ConnectionPhases(const Limits& limits, Time now) : limits_{limits}, request_began_{now} {
  enter(Phase::waiting, limits.head, now);
}

ConnectionPhases::Action ConnectionPhases::on_read(std::size_t size, Time now) {
  if (too_slow_) return refuse_slow();
  switch (phase_) {
    case Phase::waiting:
      return begin_request(now);
    case Phase::head:
      return Action::scan_head;
    case Phase::body:
      return Action::take_body;
    case Phase::lingering:
      lingered_ += size;
      return lingered_ > limits_.linger_bytes ? close() : Action::discard;
    case Phase::closed:
      return Action::nothing;
    case Phase::deciding:
    case Phase::writing:
      break;
  }
  std::unreachable();
}

ConnectionPhases::Action ConnectionPhases::on_continue_sent() {
  if (too_slow_) return refuse_slow();
  return phase_ == Phase::closed ? Action::nothing : Action::take_body;
}

ConnectionPhases::Action ConnectionPhases::on_written(SentMore more, Time now) {
  if (phase_ == Phase::closed) return Action::nothing;
  if (!kept_) {
    if (!leaves_unread_ && !more.waits_in_socket) return close();
    enter(Phase::lingering, limits_.linger, now);
    return Action::linger;
  }
  if (more.is_read) return begin_request(now);
  if (stopping_) return close();
  enter(Phase::waiting, limits_.idle, now);
  return Action::read;
}

ConnectionPhases::Action ConnectionPhases::on_failed() {
  if (too_slow_) return refuse_slow();
  return close();
}

void ConnectionPhases::on_handed_over(Errand errand, Time now) {
  errand_ = errand;
  handed_over_ = true;
  may_wait_ = errand != Errand::authentication;
  half_closed_since_.reset();
  enter(Phase::deciding, may_wait_ ? limits_.store : limits_.decision, now);
}

ConnectionPhases::Action ConnectionPhases::on_came_back() {
  handed_over_ = false;
  if (phase_ == Phase::closed) return Action::forget;
  return phase_ == Phase::deciding ? Action::go_on : Action::nothing;
}

/// A client that has closed its socket looks like one that has ended its sending alone, until something is
/// sent to it. So whoever has ended it gets an answer that is soon there; after that a reading is stopped,
/// which costs a client that still listens one 503. What changes something is never stopped for it.
ConnectionPhases::Action ConnectionPhases::on_half_closed(Time now) {
  if (phase_ != Phase::deciding) return Action::nothing;
  if (!half_closed_since_) half_closed_since_ = now;
  const bool is_over = now - *half_closed_since_ >= limits_.half_closed;
  return errand_ == Errand::stoppable_work && is_over ? Action::stop_work : Action::nothing;
}

void ConnectionPhases::on_body_wanted(Time now) {
  enter(Phase::body, limits_.body, now);
}

void ConnectionPhases::on_answered(Answered request, Time now) {
  leaves_unread_ = request.leaves_unread;
  // An answer without what was handed over is the last: what then comes back must meet no other request.
  kept_ =
      request.asks_to_keep && !request.is_malformed && !request.leaves_unread && !stopping_ && !handed_over_;
  enter(Phase::writing, limits_.write, now);
}

ConnectionPhases::Action ConnectionPhases::on_sweep(Time now) {
  if (now < deadline_) return Action::nothing;
  switch (phase_) {
    case Phase::waiting:
    case Phase::writing:
    case Phase::lingering:
      return close();
    case Phase::head:
    case Phase::body:
      too_slow_ = true;
      return Action::cancel;
    case Phase::deciding:
      if (!std::exchange(may_wait_, false)) return Action::give_up;
      deadline_ = since_ + limits_.decision;
      return Action::give_up_waiting;
    case Phase::closed:
      return Action::nothing;
  }
  std::unreachable();
}

ConnectionPhases::Action ConnectionPhases::on_stop(bool bytes_wait) {
  stopping_ = true;
  return phase_ == Phase::waiting && !bytes_wait ? close() : Action::nothing;
}

ConnectionPhases::Action ConnectionPhases::on_close() {
  return close();
}

void ConnectionPhases::enter(Phase phase, std::chrono::milliseconds limit, Time now) {
  phase_ = phase;
  since_ = now;
  deadline_ = now + limit;
}

ConnectionPhases::Action ConnectionPhases::begin_request(Time now) {
  request_began_ = now;
  enter(Phase::head, limits_.head, now);
  return Action::scan_head;
}

ConnectionPhases::Action ConnectionPhases::close() {
  if (phase_ == Phase::closed) return Action::nothing;
  phase_ = Phase::closed;
  too_slow_ = false;
  return handed_over_ ? Action::close : Action::close_and_forget;
}

ConnectionPhases::Action ConnectionPhases::refuse_slow() {
  too_slow_ = false;
  return Action::refuse_slow;
}

}  // namespace drawbridge::http
