#pragma once

#include <atomic>
#include <cstdint>

namespace drawbridge {

/// A number that only grows. Any number of threads may add to it and read it; none waits for another.
class Counter {
 public:
  void add() noexcept { value_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace drawbridge
