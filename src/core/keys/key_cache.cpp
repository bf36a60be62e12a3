#include "core/keys/key_cache.h"

#include <algorithm>

#include "core/jose/sha256.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr auto fetch_gap = 1s;
constexpr std::chrono::seconds longest_backoff = 30s;
constexpr auto longest_wait = 2s;
constexpr std::size_t max_waiters = 256;
constexpr std::size_t max_waiters_of_one_kid = 32;
constexpr auto absent_for = 5s;
constexpr std::size_t max_absent = 4'096;
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

KeyCache::Answer KeyCache::lookup(std::string_view kid, BootTime now) {
  now = monotonic(now);
  if (serving(now) && keys_->has_kid(kid)) return Held{};
  const KidDigest digest = sha256(kid);
  if (const auto known = absent_.find(digest); known != absent_.end() && now < known->second) return Absent{};

  std::size_t same = 0;
  std::uint64_t first_asked = begun_;
  for (const auto& [ticket, waiter] : waiters_) {
    if (waiter.kid != digest) continue;
    ++same;
    first_asked = std::min(first_asked, waiter.asked_at);
  }
  const bool hopeless = !in_flight_ && earliest_fetch_ - now > longest_wait;
  if (hopeless || waiters_.size() >= max_waiters || same >= max_waiters_of_one_kid)
    return Unavailable{until_next_fetch(now)};
  waiters_.emplace(++last_ticket_, Waiter{digest, first_asked, now + longest_wait, std::string{kid}});
  return Waiting{last_ticket_};
}

KeyCache::Step KeyCache::poll(BootTime now) {
  now = monotonic(now);
  Step step{};
  std::erase_if(waiters_, [&](const auto& entry) {
    if (now < entry.second.deadline) return false;
    step.resolved.push_back({entry.first, Outcome::unavailable, until_next_fetch(now)});
    return true;
  });

  const bool wanted = refresh_wanted_ || now >= refresh_due_ || !waiters_.empty();
  if (!in_flight_ && wanted && now >= earliest_fetch_) {
    ++begun_;
    in_flight_ = now;
    gap_until_ = now + fetch_gap;
    earliest_fetch_ = gap_until_;
    refresh_wanted_ = false;
    step.begin = Fetch{etag_};
  }

  step.next = BootTime::max();
  for (const auto& [ticket, waiter] : waiters_) step.next = std::min(step.next, waiter.deadline);
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
  if (const auto* same = std::get_if<NotModified>(&result)) {
    if (keys_ && !etag_.empty())
      result = GoodFetch{*keys_, same->max_age, etag_};
    else
      result = FailedFetch{"the issuer answered 304 to a request without a condition", std::nullopt};
  }
  if (auto* failed = std::get_if<FailedFetch>(&result)) {
    fail(std::move(*failed), now);
    return resolve_hopeless(now);
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

  std::vector<Resolved> resolved;
  std::erase_if(waiters_, [&](const auto& entry) {
    const Waiter& waiter = entry.second;
    if (keys_->has_kid(waiter.kid_text)) {
      resolved.push_back({entry.first, Outcome::held, 0s});
      return true;
    }
    if (begun_ <= waiter.asked_at) return false;
    remember_absent(waiter.kid, now);
    resolved.push_back({entry.first, Outcome::absent, 0s});
    return true;
  });
  return resolved;
}

std::vector<KeyCache::Resolved> KeyCache::resolve_hopeless(BootTime now) {
  std::vector<Resolved> resolved;
  std::erase_if(waiters_, [&](const auto& entry) {
    if (earliest_fetch_ < entry.second.deadline) return false;
    resolved.push_back({entry.first, Outcome::unavailable, until_next_fetch(now)});
    return true;
  });
  return resolved;
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
  if (!keys_) return status;
  status.age = std::chrono::floor<std::chrono::seconds>(std::max(now, latest_) - good_since_);
  if (!serving(now)) return status;
  status.state = last_fetch_good_ ? KeyStatus::State::fresh : KeyStatus::State::stale;
  status.usable_keys = keys_->usable_count();
  return status;
}

}  // namespace drawbridge
