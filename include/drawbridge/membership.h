#pragma once

#include "drawbridge/export.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/auth_error.h"
#include "drawbridge/identity.h"

namespace drawbridge {

/// Lets a user reach what belongs to an organization that they are a member of. `organization_id` is that of
/// what is reached, such as the decoded path segment, and is compared with the claim `orgs` byte by byte.
///
/// The code is `membership_missing` whether or not the organization exists, and also where the credential
/// does not say. Identity::active_organization() has no part in it.
DRAWBRIDGE_API std::expected<void, AuthError> check_membership(const Identity& identity,
                                                               std::string_view organization_id);

/// The same for members who have one of these roles there; of no roles nobody has one.
DRAWBRIDGE_API std::expected<void, AuthError> check_membership(const Identity& identity,
                                                               std::string_view organization_id,
                                                               const std::vector<std::string>& roles);

/// Whether the identity says if the user is a member of this organization. It does not where the claim `orgs`
/// is absent (the plugin's option is off, or the session comes straight from storage), nor for an
/// organization that the token had no room for (`orgs_truncated`): there a backend can look into its own
/// database.
DRAWBRIDGE_API bool knows_membership(const Identity& identity, std::string_view organization_id);

}  // namespace drawbridge
