#pragma once

#include <chrono>

namespace drawbridge {

/// The clock of the key cache's timers: never set back, and it counts the time that the machine sleeps
/// (CLOCK_BOOTTIME on Linux). Core only names it; src/issuer reads it.
struct BootClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootTime = BootClock::time_point;

}  // namespace drawbridge
