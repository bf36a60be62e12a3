#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/text/time_text.h"

namespace drawbridge {

/// A session as Better Auth keeps it, in its database or its secondary storage, and what of its user decides
/// whether it counts. A user who was deleted has no session: whoever reads one joins it with its user.
struct StoredSession {
  std::string token;  ///< a secret
  Instant expires_at{};
  Instant created_at{};
  bool is_banned = false;                ///< of the plugin admin(): `user.banned`
  std::optional<Instant> ban_expires{};  ///< `user.banExpires`; none: the ban has no end
};

enum class SessionState {
  good,
  another,  ///< its token is another one than was asked for
  ended,    ///< Better Auth's own lookup does not see this: rows that are over may be kept
  revoked,  ///< by the end of all sessions of the user
  banned,
};

/// Whether a session that was found by `token` counts at `now`. `revoked_before`: of secondary storage alone,
/// `revoked-sessions-before-<userId>`; a session made before that moment does not count. In doubt about a
/// millisecond it does not count either: not at its end, and not at the end of a ban.
SessionState state_of(const StoredSession& session, std::string_view token, Instant now,
                      std::optional<Instant> revoked_before = std::nullopt);

}  // namespace drawbridge
