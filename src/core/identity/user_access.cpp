#include "drawbridge/user_access.h"

namespace drawbridge {
namespace {

std::expected<void, AuthError> mismatch(std::string hint) {
  return std::unexpected{
      AuthError{ErrorCode::user_mismatch, "The path belongs to another user.", std::move(hint), {}}};
}

std::expected<void, AuthError> answer(bool own, UserClaim claim) {
  if (own) return {};
  return mismatch(claim == UserClaim::uuid
                      ? "The path's user id must be the token's claim \"uuid\", not Better Auth's user.id "
                        "(claim \"sub\")."
                      : "The path's user id must be the token's claim \"sub\".");
}

}  // namespace

std::expected<void, AuthError> check_user_access(const Identity& identity, std::string_view path_user_id,
                                                 UserClaim claim) {
  const bool own = claim == UserClaim::sub
                       ? path_user_id == identity.subject()
                       : identity.uuid().has_value() && Uuid::parse(path_user_id) == identity.uuid();
  return answer(own, claim);
}

std::expected<void, AuthError> check_user_access(const Identity& identity, const Uuid& path_user_id,
                                                 UserClaim claim) {
  if (claim == UserClaim::uuid) return answer(identity.uuid() == path_user_id, claim);
  const auto subject = Uuid::parse(identity.subject());
  if (!subject)
    return mismatch(
        "The route takes the user's id as a UUID, but the token's claim \"sub\" is not one: have the route "
        "take it as a string.");
  return answer(subject == path_user_id, claim);
}

}  // namespace drawbridge
