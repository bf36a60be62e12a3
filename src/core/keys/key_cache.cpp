#include "core/keys/key_cache.h"

#include <algorithm>

#include "core/jose/sha256.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr auto fetch_gap = 1s;
constexpr std::chrono::seconds longest_backoff = 30s;
constexpr auto longest_wait = 2s;
constexpr auto absent_for = 5s;
constexpr std::size_t max_absent = 2 * KeyCache::max_places;
constexpr std::chrono::seconds shortest_life = 1min;
constexpr std::chrono::seconds longest_life = 15min;
constexpr std::chrono::seconds usual_life = 10min;

std::chrono::seconds lifetime(std::optional<std::chrono::seconds> max_age) {
  return max_age ? std::clamp(*max_age, shortest_life, longest_life) : usual_life;
}

}  // namespace

KeyCache::KeyCache(std::chrono::seconds max_stale, std::uint32_t seed)
    : max_stale_{max_stale}, random_{seed} {}

BootTime KeyCache::monotonic(BootTime now) {
  latest_ = std::max(latest_, now);
  return latest_;
}

BootClock::duration KeyCache::jittered(BootClock::duration base) {
  constexpr int steps = 100;
  const auto tenth = base.count() / 10;
  return base + BootClock::duration{tenth * std::uniform_int_distribution{0, steps}(random_) / steps};
}

void KeyCache::restore(KeySet keys, std::chrono::seconds age, BootTime now) {
  now = monotonic(now);
  keys_ = std::move(keys);
  good_since_ = now - age;
}

void KeyCache::refresh(BootTime now) {
  now = monotonic(now);
  refresh_wanted_ = true;
  if (!in_flight_) earliest_fetch_ = std::min(earliest_fetch_, std::max(gap_until_, asked_until_));
}

std::chrono::seconds KeyCache::until_next_fetch(BootTime now) const {
  return std::max(std::chrono::ceil<std::chrono::seconds>(earliest_fetch_ - now), std::chrono::seconds{1});
}

std::optional<ServingKeys> KeyCache::serving(BootTime now) const {
  if (!keys_) return std::nullopt;
  const BootTime usable_until = good_since_ + max_stale_;
  if (std::max(now, latest_) >= usable_until) return std::nullopt;
  return ServingKeys{*keys_, usable_until};
}

KeyCache::Answer KeyCache::lookup(std::string_view kid, const Asker& asker, BootTime now) {
  now = monotonic(now);
  if (serving(now) && keys_->has_kid(kid)) return Held{};
  const KidDigest digest = sha256(kid);
  if (const auto known = absent_.find(digest); known != absent_.end() && now < known->second) return Absent{};

  const bool hopeless = !in_flight_ && earliest_fetch_ - now > longest_wait;
  if (hopeless) return Unavailable{until_next_fetch(now)};
  const auto entered = places_.enter(digest, asker);
  const auto* admitted = std::get_if<WaitingPlaces::Admitted>(&entered);
  if (admitted == nullptr) return Unavailable{until_next_fetch(now)};
  if (admitted->displaced)
    resolve_all(*admitted->displaced, {0, Outcome::unavailable, until_next_fetch(now)}, displaced_);

  waiters_.emplace(++last_ticket_, Waiter{digest, now + longest_wait});
  const auto awaited = awaited_.try_emplace(digest, Awaited{std::string{kid}, begun_, {}}).first;
  awaited->second.tickets.push_back(last_ticket_);
  return Waiting{last_ticket_};
}

KeyCache::Step KeyCache::poll(BootTime now) {
  now = monotonic(now);
  Step step{};
  step.resolved.swap(displaced_);
  resolve_due(now, now, step.resolved);

  const bool wanted = refresh_wanted_ || now >= refresh_due_ || !waiters_.empty();
  if (!in_flight_ && wanted && now >= earliest_fetch_) {
    ++begun_;
    in_flight_ = now;
    gap_until_ = now + fetch_gap;
    earliest_fetch_ = gap_until_;
    refresh_wanted_ = false;
    step.begin = Fetch{etag_};
  }

  step.next = waiters_.empty() ? BootTime::max() : waiters_.begin()->second.deadline;
  if (!in_flight_) {
    const bool soon = refresh_wanted_ || !waiters_.empty();
    step.next = std::min(step.next, soon ? earliest_fetch_ : std::max(earliest_fetch_, refresh_due_));
  }
  return step;
}

std::vector<KeyCache::Resolved> KeyCache::on_fetched(FetchResult result, BootTime now) {
  now = monotonic(now);
  const BootTime began = in_flight_.value_or(now);
  in_flight_.reset();
  ++ended_;
  if (const auto* same = std::get_if<NotModified>(&result)) {
    if (keys_ && !etag_.empty())
      result = GoodFetch{*keys_, same->max_age, etag_};
    else
      result = FailedFetch{"the issuer answered 304 to an unconditional request", std::nullopt};
  }
  if (auto* failed = std::get_if<FailedFetch>(&result)) {
    fail(std::move(*failed), now);
    std::vector<Resolved> hopeless;
    resolve_due(earliest_fetch_, now, hopeless);
    return hopeless;
  }
  auto& good = std::get<GoodFetch>(result);
  keys_ = std::move(good.keys);
  etag_ = std::move(good.etag);
  good_since_ = began;
  failures_ = 0;
  last_failure_.clear();
  last_fetch_good_ = true;
  refresh_due_ = now + jittered(lifetime(good.max_age) * 8 / 10);
  return resolve_after_good_fetch(now);
}

void KeyCache::fail(FailedFetch failure, BootTime now) {
  ++failed_;
  last_fetch_good_ = false;
  last_failure_ = std::move(failure.text);
  const auto doubled = std::chrono::seconds{1LL << std::min(failures_, 5)};
  ++failures_;
  BootClock::duration pause = jittered(std::min(doubled, longest_backoff));
  if (failure.retry_after) {
    const auto asked = std::clamp(*failure.retry_after, std::chrono::seconds{0}, longest_backoff);
    asked_until_ = now + asked;
    pause = std::max<BootClock::duration>(pause, asked);
  }
  earliest_fetch_ = now + std::min<BootClock::duration>(pause, longest_backoff);
  refresh_due_ = earliest_fetch_;
}

std::vector<KeyCache::Resolved> KeyCache::resolve_after_good_fetch(BootTime now) {
  std::erase_if(absent_, [&](const auto& entry) { return now >= entry.second; });
  for (const KeyDescription& key : keys_->descriptions())
    if (key.kid) absent_.erase(sha256(*key.kid));

  // Those whose key is there first: whoever sent a kid that nobody made may wait for it a moment longer.
  std::vector<KidDigest> held;
  std::vector<KidDigest> absent;
  for (const auto& [digest, awaited] : awaited_) {
    if (keys_->has_kid(awaited.kid))
      held.push_back(digest);
    else if (begun_ > awaited.asked_at)
      absent.push_back(digest);
  }
  std::vector<Resolved> resolved;
  for (const KidDigest& kid : held) resolve_all(kid, {0, Outcome::held, 0s}, resolved);
  for (const KidDigest& kid : absent) {
    remember_absent(kid, now);
    resolve_all(kid, {0, Outcome::absent, 0s}, resolved);
  }
  return resolved;
}

void KeyCache::resolve_all(const KidDigest& kid, Resolved answer, std::vector<Resolved>& resolved) {
  const auto awaited = awaited_.find(kid);
  if (awaited == awaited_.end()) return;
  for (const Ticket ticket : awaited->second.tickets) {
    answer.ticket = ticket;
    resolved.push_back(answer);
    waiters_.erase(ticket);
  }
  awaited_.erase(awaited);
  places_.leave(kid);
}

void KeyCache::resolve_due(BootTime end, BootTime now, std::vector<Resolved>& resolved) {
  while (!waiters_.empty() && waiters_.begin()->second.deadline <= end) {
    const auto [ticket, waiter] = *waiters_.begin();
    waiters_.erase(waiters_.begin());
    resolved.push_back({ticket, Outcome::unavailable, until_next_fetch(now)});
    // Tickets grow, so whoever's time is over has waited for this kid the longest.
    const auto awaited = awaited_.find(waiter.kid);
    awaited->second.tickets.pop_front();
    if (!awaited->second.tickets.empty()) continue;
    awaited_.erase(awaited);
    places_.leave(waiter.kid);
  }
}

void KeyCache::remember_absent(const KidDigest& kid, BootTime now) {
  while (absent_order_.size() >= max_absent) {
    absent_.erase(absent_order_.front());
    absent_order_.pop_front();
  }
  if (absent_.insert_or_assign(kid, now + absent_for).second) absent_order_.push_back(kid);
}

KeyStatus KeyCache::status(BootTime now) const {
  KeyStatus status;
  status.last_failure = last_failure_;
  status.fetches = ended_;
  status.failed_fetches = failed_;
  if (!keys_) return status;
  status.age = std::chrono::floor<std::chrono::seconds>(std::max(now, latest_) - good_since_);
  if (!serving(now)) return status;
  status.state = last_fetch_good_ ? KeyStatus::State::fresh : KeyStatus::State::stale;
  status.usable_keys = keys_->usable_count();
  return status;
}

}  // namespace drawbridge
