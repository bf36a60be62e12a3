#pragma once

#include <optional>
#include <string_view>

#include "core/text/time_text.h"

namespace drawbridge {

/// Reads a date-time of RFC 3339 §5.6. Beyond that: the seconds and the offset may be absent; without offset
/// it is UTC. Fractions of a second are cut to milliseconds. Nothing for anything else, for a day that no
/// calendar has, for a leap second, and for a moment outside the years 0001 to 9999 in UTC.
std::optional<Instant> parse_time(std::string_view text);

}  // namespace drawbridge
