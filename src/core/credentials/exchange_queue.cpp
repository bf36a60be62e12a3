#include "core/credentials/exchange_queue.h"

#include <algorithm>
#include <cstring>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 2s;
constexpr auto unknown_for = 5s;
constexpr auto misfit_for = 1s;
constexpr std::chrono::seconds longest_backoff = 30s;
constexpr std::chrono::seconds longest_limit = 60s;
constexpr std::size_t max_no_good = 8 * ExchangeQueue::max_places;
constexpr std::size_t max_were_good = 8 * ExchangeQueue::max_places;

std::chrono::seconds ceiling(BootClock::duration duration) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(duration), std::chrono::seconds{1});
}

}  // namespace

BootTime ExchangeQueue::monotonic(BootTime now) {
  latest_ = std::max(latest_, now);
  return latest_;
}

std::chrono::seconds ExchangeQueue::until_next(BootTime now) const {
  return ceiling(earliest_ - now);
}

ExchangeQueue::Answer ExchangeQueue::ask(const Credential& credential, std::string value,
                                         std::uint64_t address, BootTime now) {
  now = monotonic(now);
  if (const auto known = no_good_.find(credential); known != no_good_.end()) {
    const auto [outcome, until] = known->second;
    if (now < until) {
      if (outcome == Outcome::unknown) return Unknown{};
      if (outcome == Outcome::limited) return Limited{ceiling(until - now)};
      return Unavailable{ceiling(until - now)};
    }
  }
  auto awaited = awaited_.find(credential);
  const bool is_under_way = under_way_.contains(credential);
  if (!is_under_way && earliest_ - now > longest_wait) return Unavailable{until_next(now)};
  if (awaited == awaited_.end()) {
    const bool was_good = were_good_.contains(credential);
    if (!is_under_way && !enter(credential, address, was_good, now)) return Unavailable{until_next(now)};
    awaited =
        awaited_.emplace(credential, Awaited{std::move(value), address, was_good, std::nullopt, {}}).first;
    if (!is_under_way) line_up(credential, awaited->second);
  }
  waiters_.emplace(++last_ticket_, Waiter{credential, now + longest_wait});
  awaited->second.tickets.push_back(last_ticket_);
  return Waiting{last_ticket_};
}

bool ExchangeQueue::enter(const Credential& credential, std::uint64_t address, bool was_good, BootTime now) {
  if (!was_good && address != 0) {
    const auto share = lines_.find(address);
    if (share != lines_.end() && share->second.size() >= max_of_address) return false;
  }
  std::uint64_t subject = 0;
  std::memcpy(&subject, credential.data(), sizeof subject);
  const auto entered =
      places_.enter(credential, {.address = address, .subject = subject, .subject_was_verified = was_good});
  const auto* admitted = std::get_if<WaitingPlaces::Admitted>(&entered);
  if (admitted == nullptr) return false;
  if (admitted->displaced)
    resolve_all(*admitted->displaced, {0, Outcome::unavailable, until_next(now)}, displaced_);
  return true;
}

void ExchangeQueue::line_up(const Credential& credential, Awaited& awaited) {
  Line& line = awaited.was_good ? first_line_ : lines_[awaited.address];
  line.emplace(++last_order_, credential);
  awaited.order = last_order_;
}

/// Of a line that is not empty.
ExchangeQueue::Credential ExchangeQueue::next_in_line() {
  if (!first_line_.empty()) return first_line_.begin()->second;
  auto next = lines_.upper_bound(last_address_);
  if (next == lines_.end()) next = lines_.begin();
  last_address_ = next->first;
  return next->second.begin()->second;
}

void ExchangeQueue::leave(const Credential& credential, const Awaited& awaited) {
  if (!awaited.order) return;
  places_.leave(credential);
  if (awaited.was_good) {
    first_line_.erase(*awaited.order);
    return;
  }
  const auto line = lines_.find(awaited.address);
  line->second.erase(*awaited.order);
  if (line->second.empty()) lines_.erase(line);
}

ExchangeQueue::Step ExchangeQueue::poll(BootTime now) {
  now = monotonic(now);
  Step step{};
  step.resolved.swap(displaced_);
  resolve_due(now, now, step.resolved);

  // After a failure one exchange finds out whether the issuer is back.
  const std::size_t may_be_under_way = failures_ > 0 ? 1 : max_under_way;
  while (now >= earliest_ && under_way_.size() < may_be_under_way && !is_line_empty()) {
    const Credential credential = next_in_line();
    Awaited& awaited = awaited_.at(credential);
    leave(credential, awaited);
    awaited.order.reset();
    under_way_.insert(credential);
    step.begin.push_back({credential, std::move(awaited.value)});
  }

  step.next = waiters_.empty() ? BootTime::max() : waiters_.begin()->second.deadline;
  if (!is_line_empty() && under_way_.size() < may_be_under_way) step.next = std::min(step.next, earliest_);
  return step;
}

std::vector<ExchangeQueue::Resolved> ExchangeQueue::on_exchanged(const Credential& credential,
                                                                 ExchangeResult result, BootTime now) {
  now = monotonic(now);
  under_way_.erase(credential);
  std::vector<Resolved> resolved;
  if (const auto* failed = std::get_if<FailedExchange>(&result)) {
    if (failed->concerns_all) {
      back_off(*failed, now);
      remember(credential, Outcome::unavailable,
               earliest_ + misfit_for);  // another finds out whether it is back
      resolve_all(credential, {0, Outcome::unavailable, until_next(now)}, resolved);
      resolve_due(earliest_, now, resolved);  // who would wait for nothing
    } else {
      remember(credential, Outcome::unavailable, now + misfit_for);
      resolve_all(credential, {0, Outcome::unavailable, misfit_for}, resolved);
    }
    return resolved;
  }
  failures_ = 0;
  earliest_ = asked_until_;
  last_failure_.clear();
  if (const auto* limited = std::get_if<CredentialLimited>(&result)) {
    const auto pause = std::clamp(limited->retry_after, std::chrono::seconds{1}, longest_limit);
    remember(credential, Outcome::limited, now + pause);
    resolve_all(credential, {0, Outcome::limited, pause}, resolved);
  } else if (std::holds_alternative<CredentialUnknown>(result)) {
    were_good_.erase(credential);
    remember(credential, Outcome::unknown, now + unknown_for);
    resolve_all(credential, {0, Outcome::unknown, 0s}, resolved);
  } else {
    no_good_.erase(credential);
    remember_good(credential);
    resolve_all(credential, {0, Outcome::good, 0s}, resolved);
  }
  return resolved;
}

void ExchangeQueue::clear() {
  waiters_.clear();
  awaited_.clear();
  first_line_.clear();
  lines_.clear();
  under_way_.clear();
  places_ = WaitingPlaces{max_places};
  displaced_.clear();
}

void ExchangeQueue::back_off(const FailedExchange& failure, BootTime now) {
  last_failure_ = failure.text;
  BootClock::duration pause{};
  if (now >= earliest_) {  // else it began before another failed, and the pause is on already
    constexpr int steps = 100;
    const BootClock::duration base =
        std::min(std::chrono::seconds{1LL << std::min(failures_, 5)}, longest_backoff);
    pause = base +
            BootClock::duration{base.count() / 10 * std::uniform_int_distribution{0, steps}(random_) / steps};
    ++failures_;
  }
  if (failure.retry_after) {
    const BootClock::duration asked_for =
        std::clamp(*failure.retry_after, std::chrono::seconds{0}, longest_backoff);
    asked_until_ = std::max(asked_until_, now + asked_for);
  }
  earliest_ =
      std::max({earliest_, asked_until_, now + std::min<BootClock::duration>(pause, longest_backoff)});
}

void ExchangeQueue::resolve_all(const Credential& credential, Resolved answer,
                                std::vector<Resolved>& resolved) {
  const auto awaited = awaited_.find(credential);
  if (awaited == awaited_.end()) return;
  for (const Ticket ticket : awaited->second.tickets) {
    answer.ticket = ticket;
    resolved.push_back(answer);
    waiters_.erase(ticket);
  }
  leave(credential, awaited->second);
  awaited_.erase(awaited);
}

void ExchangeQueue::resolve_due(BootTime end, BootTime now, std::vector<Resolved>& resolved) {
  for (auto next = waiters_.begin(); next != waiters_.end() && next->second.deadline <= end;) {
    const auto [ticket, waiter] = *next;
    if (waiter.deadline > now && under_way_.contains(waiter.credential)) {  // its answer may come in time
      ++next;
      continue;
    }
    next = waiters_.erase(next);
    resolved.push_back({ticket, Outcome::unavailable, until_next(now)});
    // Tickets grow, so the one whose time is over has waited for this credential the longest.
    const auto awaited = awaited_.find(waiter.credential);
    awaited->second.tickets.pop_front();
    if (!awaited->second.tickets.empty()) continue;
    leave(waiter.credential, awaited->second);
    awaited_.erase(awaited);
  }
}

void ExchangeQueue::remember(const Credential& credential, Outcome outcome, BootTime until) {
  if (!no_good_.insert_or_assign(credential, Remembered{outcome, until}).second) return;
  no_good_order_.push_back(credential);
  while (no_good_order_.size() > max_no_good) {
    no_good_.erase(no_good_order_.front());
    no_good_order_.pop_front();
  }
}

void ExchangeQueue::remember_good(const Credential& credential) {
  if (!were_good_.insert(credential).second) return;
  were_good_order_.push_back(credential);
  while (were_good_order_.size() > max_were_good) {
    were_good_.erase(were_good_order_.front());
    were_good_order_.pop_front();
  }
}

}  // namespace drawbridge
