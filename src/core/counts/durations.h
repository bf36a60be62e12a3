#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/counts/counter.h"

namespace drawbridge {

/// How long something took, each time: how often within which bound, and in all. Any number of threads may
/// add and read; none waits for another.
class Durations {
 public:
  static constexpr std::array<std::chrono::microseconds, 14> bounds{
      std::chrono::microseconds{500},       std::chrono::microseconds{1'000},
      std::chrono::microseconds{2'500},     std::chrono::microseconds{5'000},
      std::chrono::microseconds{10'000},    std::chrono::microseconds{25'000},
      std::chrono::microseconds{50'000},    std::chrono::microseconds{100'000},
      std::chrono::microseconds{250'000},   std::chrono::microseconds{500'000},
      std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000},
      std::chrono::microseconds{5'000'000}, std::chrono::microseconds{10'000'000},
  };

  struct Seen {
    /// Of each bound those that it is the smallest for; the last are those beyond all.
    std::array<std::uint64_t, bounds.size() + 1> within{};
    std::chrono::nanoseconds sum{0};

    Seen& operator+=(const Seen& other);
    bool operator==(const Seen&) const = default;
  };

  void add(std::chrono::nanoseconds took) noexcept;
  Seen seen() const;

 private:
  std::array<Counter, bounds.size() + 1> within_;
  std::atomic<std::int64_t> sum_{0};
};

}  // namespace drawbridge
