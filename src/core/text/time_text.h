#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace drawbridge {

/// A moment in UTC with the precision that the API shows and the database keeps.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// Appends the one form in which times are answered and stored: `2026-11-23T10:00:00.000Z`, always 24
/// characters, so that the order of such texts is the order in time. The moment is within the years 0 to
/// 9999.
void append_time(std::string& out, Instant time);
std::string time_text(Instant time);

/// Whether that form can say it.
bool is_within_years(Instant time);

/// Reads exactly that form; nothing for any other text, and for a date or time that does not exist.
std::optional<Instant> time_from_text(std::string_view text);

}  // namespace drawbridge
