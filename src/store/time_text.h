#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace drawbridge::store {

/// `2026-11-23T10:00:00.000Z`, always 24 characters, so that text order is time order. Nothing for a moment
/// outside the years 0 to 9999, which that form cannot say.
std::optional<std::string> time_text(Instant time);

/// Reads exactly that form; nothing for any other text, and for a date or time that does not exist.
std::optional<Instant> time_from_text(std::string_view text);

}  // namespace drawbridge::store
