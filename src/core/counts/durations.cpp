#include "core/counts/durations.h"

#include <algorithm>

namespace drawbridge {

Durations::Seen& Durations::Seen::operator+=(const Seen& other) {
  std::ranges::transform(within, other.within, within.begin(), std::plus{});
  sum += other.sum;
  return *this;
}

void Durations::add(std::chrono::nanoseconds took) noexcept {
  const auto* const bound = std::ranges::lower_bound(bounds, took);
  within_[static_cast<std::size_t>(bound - bounds.begin())].add();  // NOLINT: at most its size less one
  sum_.fetch_add(took.count(), std::memory_order_relaxed);
}

Durations::Seen Durations::seen() const {
  Seen seen;
  std::ranges::transform(within_, seen.within.begin(), &Counter::value);
  seen.sum = std::chrono::nanoseconds{sum_.load(std::memory_order_relaxed)};
  return seen;
}

}  // namespace drawbridge
