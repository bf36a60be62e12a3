#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace drawbridge::http {

/// Reads a date-time of RFC 3339 §5.6. Beyond that: the seconds and the offset may be absent; without offset
/// it is UTC. Fractions of a second are cut to milliseconds. Nothing for anything else, for a day that no
/// calendar has, for a leap second, and for a moment outside the years 0001 to 9999 in UTC.
std::optional<store::Instant> parse_time(std::string_view text);

/// `2026-11-23T10:00:00.000Z`
std::string time_text(store::Instant instant);

}  // namespace drawbridge::http
