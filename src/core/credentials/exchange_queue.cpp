#include "core/credentials/exchange_queue.h"

#include <algorithm>
#include <cstring>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 2s;
constexpr auto unknown_for = 5s;
constexpr auto asked_again_after = 1s;
constexpr std::chrono::seconds longest_backoff = 30s;
/// Of one credential, which may wait that long for an outage that has ended.
constexpr std::chrono::seconds longest_own_backoff = 8s;
constexpr std::chrono::seconds longest_limit = 60s;
/// As many as can have their trial while they wait.
constexpr std::size_t max_of_address_in_outage = longest_wait / ExchangeQueue::trial_interval;

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
  if (const auto* known = answers_.find(credential); known != nullptr && now < known->until) {
    if (known->outcome == Outcome::unknown) return Unknown{};
    if (known->outcome == Outcome::limited) return Limited{ceiling(known->until - now)};
    return Unavailable{ceiling(known->until - now)};
  }
  if (const auto* failed = failures_.find(credential); failed != nullptr && now < failed->until)
    return Unavailable{ceiling(failed->until - now)};
  auto awaited = awaited_.find(credential);
  const bool is_under_way = under_way_.contains(credential);
  if (!is_under_way && earliest_ - now > longest_wait) return Unavailable{until_next(now)};
  if (awaited == awaited_.end()) {
    const Standing standing = standing_of(credential);
    if (!is_under_way && !enter(credential, address, standing, now)) return Unavailable{until_next(now)};
    awaited =
        awaited_.emplace(credential, Awaited{std::move(value), address, standing, std::nullopt, {}}).first;
    if (!is_under_way) line_up(credential, awaited->second);
  }
  waiters_.emplace(++last_ticket_, Waiter{credential, now + longest_wait});
  awaited->second.tickets.push_back(last_ticket_);
  return Waiting{last_ticket_};
}

ExchangeQueue::Standing ExchangeQueue::standing_of(const Credential& credential) const {
  if (failures_.find(credential) != nullptr) return Standing::failed;
  return good_.find(credential) != nullptr ? Standing::good : Standing::fresh;
}

bool ExchangeQueue::enter(const Credential& credential, std::uint64_t address, Standing standing,
                          BootTime now) {
  const bool was_good = standing == Standing::good;
  const std::size_t most = seems_out_ && !was_good ? max_of_address_in_outage : max_of_address;
  if (address != 0 && line_of(standing).of(address) >= most) return false;
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
  line_of(awaited.standing).add(awaited.address, ++last_order_, credential);
  awaited.order = last_order_;
}

std::size_t ExchangeQueue::others_under_way(Standing at_best) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(under_way_, [at_best](const auto& one) { return one.second >= at_best; }));
}

/// Good ones go first, and leave some of what may be under way to others that wait. Of these, new ones and
/// those that failed take turns, so that neither a crowd of forged ones nor of those that fail keeps out the
/// rest.
std::optional<ExchangeQueue::Credential> ExchangeQueue::next_in_line(BootTime now) {
  if (now < earliest_ || under_way_.size() >= max_now_under_way()) return std::nullopt;
  const std::size_t others = others_under_way(Standing::fresh);
  const bool may_others = now >= earliest_trial_ && others < max_others_under_way;
  const bool may_fresh = may_others && !line_of(Standing::fresh).empty();
  const bool may_failed = may_others && !line_of(Standing::failed).empty() &&
                          others_under_way(Standing::failed) < max_failed_under_way;
  const bool is_their_turn = under_way_.size() - others >= max_good_before_others;
  if (!line_of(Standing::good).empty() && !(is_their_turn && (may_fresh || may_failed)))
    return line_of(Standing::good).take_turn();
  if (!may_fresh && !may_failed) return std::nullopt;
  last_turn_ =
      may_failed && (last_turn_ == Standing::fresh || !may_fresh) ? Standing::failed : Standing::fresh;
  if (seems_out_) earliest_trial_ = now + trial_interval;
  return line_of(last_turn_).take_turn();
}

/// When one more may begin, as far as that is a matter of time.
BootTime ExchangeQueue::next_trial(BootTime now) {
  const bool is_empty = line_of(Standing::fresh).empty() && line_of(Standing::failed).empty();
  if (earliest_ > now && !(is_empty && line_of(Standing::good).empty())) return earliest_;
  return !is_empty && earliest_trial_ > now ? earliest_trial_ : BootTime::max();
}

void ExchangeQueue::leave(const Credential& credential, const Awaited& awaited) {
  if (!awaited.order) return;
  places_.leave(credential);
  line_of(awaited.standing).remove(awaited.address, *awaited.order);
}

ExchangeQueue::Step ExchangeQueue::poll(BootTime now) {
  now = monotonic(now);
  Step step{};
  step.resolved.swap(displaced_);
  resolve_due(now, now, step.resolved);

  while (const auto next = next_in_line(now)) {
    const Credential credential = *next;
    Awaited& awaited = awaited_.at(credential);
    leave(credential, awaited);
    awaited.order.reset();
    under_way_.emplace(credential, awaited.standing);
    step.begin.push_back({credential, std::move(awaited.value)});
  }

  step.next = waiters_.empty() ? BootTime::max() : waiters_.begin()->second.deadline;
  step.next = std::min(step.next, next_trial(now));
  return step;
}

std::vector<ExchangeQueue::Resolved> ExchangeQueue::on_exchanged(const Credential& credential,
                                                                 ExchangeResult result, BootTime now) {
  now = monotonic(now);
  under_way_.erase(credential);
  std::vector<Resolved> resolved;
  if (const auto* failed = std::get_if<FailedExchange>(&result)) {
    if (failed->concerns == FailedExchange::Concerns::all) {
      back_off(*failed, now);
      // Another finds out whether it is back.
      answers_.put(credential, {Outcome::unavailable, earliest_ + asked_again_after});
      resolve_all(credential, {0, Outcome::unavailable, until_next(now)}, resolved);
      resolve_due(earliest_, now, resolved);  // who would wait for nothing
      return resolved;
    }
    common_failures_ = 0;
    if (failed->concerns == FailedExchange::Concerns::perhaps_all) {
      last_failure_ = failed->text;
      suspect_outage(credential, now);
    }
    const auto pause = remember_failure(credential, *failed, now);
    resolve_all(credential, {0, Outcome::unavailable, pause}, resolved);
    return resolved;
  }
  end_outage();
  failures_.erase(credential);
  if (const auto* limited = std::get_if<CredentialLimited>(&result)) {
    const auto pause = std::clamp(limited->retry_after, std::chrono::seconds{1}, longest_limit);
    answers_.put(credential, {Outcome::limited, now + pause});
    resolve_all(credential, {0, Outcome::limited, pause}, resolved);
  } else if (std::holds_alternative<CredentialUnknown>(result)) {
    good_.erase(credential);
    answers_.put(credential, {Outcome::unknown, now + unknown_for});
    resolve_all(credential, {0, Outcome::unknown, 0s}, resolved);
  } else {
    answers_.erase(credential);
    good_.put(credential, {});
    resolve_all(credential, {0, Outcome::good, 0s}, resolved);
  }
  return resolved;
}

void ExchangeQueue::clear() {
  waiters_.clear();
  awaited_.clear();
  for (AddressTurns& line : lines_) line.clear();
  under_way_.clear();
  places_ = WaitingPlaces{max_places};
  displaced_.clear();
}

/// A second one that fails so is tried at once, so what one credential causes delays no other.
void ExchangeQueue::suspect_outage(const Credential& credential, BootTime now) {
  if (!seems_out_ && last_failed_ && *last_failed_ != credential) {
    seems_out_ = true;
    earliest_trial_ = now + trial_interval;
  }
  last_failed_ = credential;
}

void ExchangeQueue::end_outage() {
  common_failures_ = 0;
  earliest_ = asked_until_;
  last_failure_.clear();
  last_failed_.reset();
  seems_out_ = false;
  earliest_trial_ = {};
}

void ExchangeQueue::back_off(const FailedExchange& failure, BootTime now) {
  last_failure_ = failure.text;
  BootClock::duration pause{};
  if (now >= earliest_) {  // else it began before another failed, and the pause is on already
    constexpr int steps = 100;
    const BootClock::duration base =
        std::min(std::chrono::seconds{1LL << std::min(common_failures_, 5)}, longest_backoff);
    pause = base +
            BootClock::duration{base.count() / 10 * std::uniform_int_distribution{0, steps}(random_) / steps};
    ++common_failures_;
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

/// How long it is not asked about.
std::chrono::seconds ExchangeQueue::remember_failure(const Credential& credential,
                                                     const FailedExchange& failure, BootTime now) {
  const auto* known = failures_.find(credential);
  const int before = known == nullptr ? 0 : known->count;
  const auto own = std::min(std::chrono::seconds{1LL << std::min(before, 3)}, longest_own_backoff);
  const auto asked_for = std::min(failure.retry_after.value_or(0s), longest_backoff);
  const auto pause = std::max(own, asked_for);
  failures_.put(credential, {std::min(before + 1, 3), now + pause});
  return pause;
}

}  // namespace drawbridge
