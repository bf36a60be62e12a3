#pragma once

#include <optional>

#include "drawbridge/key_set.h"

#include "doctor/visit.h"

namespace drawbridge::doctor {

/// The key set as it is now; nothing when it cannot be had.
std::optional<KeySet> fetch_keys(const Visit& visit);

}  // namespace drawbridge::doctor
