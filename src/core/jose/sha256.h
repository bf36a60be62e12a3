#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace drawbridge {

/// SHA-256 (FIPS 180-4). Allocates nothing after the first call on a thread.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);

}  // namespace drawbridge
