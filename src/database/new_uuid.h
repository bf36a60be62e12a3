#pragma once

#include <optional>

#include "drawbridge/uuid.h"

namespace drawbridge::database {

/// A random UUID, version 4 (RFC 9562 §5.4). Nothing when the system gives no random bytes. Thread-safe.
std::optional<Uuid> new_uuid();

}  // namespace drawbridge::database
