#pragma once

#include <cstddef>
#include <cstdint>

namespace drawbridge {

/// How signatures of EdDSA are verified: by libsodium, or faster with tables for the key.
struct EddsaTableStatus {
  enum class State : std::uint8_t {
    off,      ///< not wanted, or left out of the build
    on,       ///< a key gets tables once libsodium has accepted 64 of its tokens
    stopped,  ///< tables and libsodium differed: none are used until the process ends
  };
  State state = State::off;
  std::size_t keys = 0;      ///< that have tables now
  std::uint64_t faults = 0;  ///< how often tables and libsodium differed; any is a fault to report
};

}  // namespace drawbridge
