#pragma once

#include <cstdint>

namespace drawbridge {

/// How often something that is remembered was looked for.
struct CacheCounts {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

}  // namespace drawbridge
