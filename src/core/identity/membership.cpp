#include "drawbridge/membership.h"

#include <algorithm>

namespace drawbridge {
namespace {

/// One detail for all, so that nobody learns which organizations there are.
std::expected<void, AuthError> missing(std::string hint) {
  return std::unexpected{
      AuthError{ErrorCode::membership_missing,
                "The user is not a member of this organization, or lacks the required role in it.",
                std::move(hint),
                {}}};
}

const std::vector<std::string>* roles_in(const Identity& identity, std::string_view organization_id) {
  const auto& organizations = identity.organizations();
  if (!organizations) return nullptr;
  const auto found = organizations->find(organization_id);
  return found == organizations->end() ? nullptr : &found->second;
}

std::expected<void, AuthError> not_a_member(const Identity& identity) {
  if (!identity.organizations())
    return missing(
        "The credential does not say which organizations the user is a member of (claim \"orgs\"): set "
        "drawbridge({ organizations: true }) in Better Auth's plugins. Sessions read from storage do not say "
        "so either.");
  if (identity.organizations_truncated())
    return missing(
        "The token has no room for all of the user's organizations (claim \"orgs_truncated\"), and does not "
        "name this one: look the membership up in the database.");
  return missing(
      "The organization's id must be in the token's claim \"orgs\"; a membership granted since then appears "
      "in the next token. The active organization does not count.");
}

}  // namespace

std::expected<void, AuthError> check_membership(const Identity& identity, std::string_view organization_id) {
  if (!roles_in(identity, organization_id)) return not_a_member(identity);
  return {};
}

std::expected<void, AuthError> check_membership(const Identity& identity, std::string_view organization_id,
                                                const std::vector<std::string>& roles) {
  const auto* const in_it = roles_in(identity, organization_id);
  if (!in_it) return not_a_member(identity);
  if (std::ranges::find_first_of(*in_it, roles) != in_it->end()) return {};
  return missing(
      "The user is a member but lacks the required role; a role granted since then appears in the next "
      "token.");
}

bool knows_membership(const Identity& identity, std::string_view organization_id) {
  return identity.organizations() &&
         (!identity.organizations_truncated() || roles_in(identity, organization_id));
}

}  // namespace drawbridge
