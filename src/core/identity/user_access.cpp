#include "drawbridge/user_access.h"

namespace drawbridge {

std::expected<void, AuthError> check_user_access(const Identity& identity, std::string_view path_user_id,
                                                 UserClaim claim) {
  const bool own = claim == UserClaim::sub
                       ? path_user_id == identity.subject()
                       : identity.uuid().has_value() && Uuid::parse(path_user_id) == identity.uuid();
  if (own) return {};
  return std::unexpected{AuthError{ErrorCode::user_mismatch,
                                   "The path belongs to another user.",
                                   claim == UserClaim::uuid
                                       ? "The path's user id must be the token's claim \"uuid\", not Better "
                                         "Auth's user.id (claim \"sub\")."
                                       : "The path's user id must be the token's claim \"sub\".",
                                   {}}};
}

}  // namespace drawbridge
