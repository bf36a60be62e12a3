#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace drawbridge {

/// What a readiness probe wants to know of the keys.
struct KeyStatus {
  enum class State {
    fresh,   ///< the last fetch was good
    stale,   ///< the last fetch failed; the last good set serves, within its bound
    absent,  ///< no set, or the last good one is too old: nothing verifies
  };
  State state = State::absent;
  std::size_t usable_keys = 0;
  /// How long ago the issuer last answered with a set; nothing when it never has.
  std::optional<std::chrono::seconds> age;
  /// The last failure in one line; empty when the last fetch was good.
  std::string last_failure;
  std::uint64_t fetches = 0;         ///< how many have ended, good or not
  std::uint64_t failed_fetches = 0;  ///< of these
};

}  // namespace drawbridge
