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

void ConnectionPhases::on_handed_over() {
  handed_over_ = true;
  phase_ = Phase::deciding;
}

ConnectionPhases::Action ConnectionPhases::on_came_back() {
  handed_over_ = false;
  return phase_ == Phase::closed ? Action::forget : Action::go_on;
}

void ConnectionPhases::on_body_wanted(Time now) {
  enter(Phase::body, limits_.body, now);
}

void ConnectionPhases::on_answered(Answered request, Time now) {
  leaves_unread_ = request.leaves_unread;
  kept_ = request.asks_to_keep && !request.is_malformed && !request.leaves_unread && !stopping_;
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
