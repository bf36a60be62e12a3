#include "core/credentials/stored_session.h"

#include <sodium.h>

namespace drawbridge {

SessionState state_of(const StoredSession& session, std::string_view token, Instant now,
                      std::optional<Instant> revoked_before) {
  if (session.token.size() != token.size() ||
      sodium_memcmp(session.token.data(), token.data(), token.size()) != 0)
    return SessionState::another;
  if (session.expires_at <= now) return SessionState::ended;
  if (revoked_before && session.created_at < *revoked_before) return SessionState::revoked;
  const bool ban_is_over = session.ban_expires && *session.ban_expires < now;
  if (session.is_banned && !ban_is_over) return SessionState::banned;
  return SessionState::good;
}

}  // namespace drawbridge
