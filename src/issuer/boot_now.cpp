#include "issuer/boot_now.h"

#include <time.h>

namespace drawbridge::fetch {
namespace {

#if defined(CLOCK_BOOTTIME)
constexpr clockid_t boot_clock = CLOCK_BOOTTIME;
#elif defined(__APPLE__)
// It goes on while the machine sleeps, and unlike CLOCK_MONOTONIC it never steps back.
constexpr clockid_t boot_clock = CLOCK_MONOTONIC_RAW;
#else
#error \
    "No clock is known here that goes on while the machine sleeps; with one that stops, keys would serve for too long."
#endif

}  // namespace

BootTime boot_now() {
  timespec time{};
  clock_gettime(boot_clock, &time);
  return BootTime{std::chrono::duration_cast<BootClock::duration>(std::chrono::seconds{time.tv_sec} +
                                                                  std::chrono::nanoseconds{time.tv_nsec})};
}

}  // namespace drawbridge::fetch
