#pragma once

#include "drawbridge/export.h"

#include <expected>
#include <string_view>

#include "drawbridge/auth_error.h"
#include "drawbridge/identity.h"

namespace drawbridge {

/// The claim that identifies a user in the backend's paths and tables. One setting for a whole
/// backend; it is never decided per token.
enum class UserClaim { uuid, sub };

/// Lets a user reach their own path and nobody else's: `path_user_id` is the decoded path segment.
///
/// With UserClaim::uuid both are compared as UUIDs, so that case does not matter; a path id that is no
/// UUID is refused like another user's. With UserClaim::sub they are compared byte by byte. The code
/// is `user_mismatch` whether or not the other user exists.
DRAWBRIDGE_API std::expected<void, AuthError> check_user_access(const Identity& identity,
                                                                std::string_view path_user_id,
                                                                UserClaim claim = UserClaim::uuid);

/// The same where the route's own type is a UUID, so that it works with one whatever its spelling was.
/// With UserClaim::sub the subject is compared as a UUID too, and one that is not a UUID is refused. For a
/// column of texts, which may hold two spellings as two users, compare the segment as it is.
DRAWBRIDGE_API std::expected<void, AuthError> check_user_access(const Identity& identity,
                                                                const Uuid& path_user_id,
                                                                UserClaim claim = UserClaim::uuid);

}  // namespace drawbridge
