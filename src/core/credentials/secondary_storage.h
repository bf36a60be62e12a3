#pragma once

// How Better Auth names what its secondary storage, Redis for example, holds of sessions. Whoever reads it
// asks for these keys, behind the prefix that the storage has.

#include <optional>
#include <string>
#include <string_view>

#include "core/text/time_text.h"

namespace drawbridge {

/// Of the record of the session with this token.
std::string session_key(std::string_view prefix, std::string_view token);

/// Of the moment before which all sessions of the record's user were ended. Nothing where the record cannot
/// be read: whoever judges it refuses it.
std::optional<std::string> revocation_key(std::string_view prefix, std::string_view record);

/// That moment, as it is written there: milliseconds since 1970. Nothing for any other text.
std::optional<Instant> read_revocation(std::string_view text);

}  // namespace drawbridge
