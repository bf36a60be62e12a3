#pragma once

#include <string>
#include <string_view>

#include "core/identity/identity_claims.h"

namespace drawbridge::test {

inline Identity identity_with(std::optional<Uuid> uuid) {
  return IdentityMaker::make({.issuer = "https://issuer.example",
                              .subject = "subject",
                              .uuid = uuid,
                              .email = {},
                              .email_verified = {},
                              .name = {},
                              .roles = {},
                              .session_id = {},
                              .impersonated_by = {},
                              .credential = CredentialKind::token,
                              .permissions = {},
                              .organizations = {},
                              .organizations_truncated = false,
                              .active_organization = {},
                              .issued_at = {},
                              .expires_at = {},
                              .claims_json = "{}"});
}

/// A user as a verified token would show them. Throws std::bad_optional_access for a text that is no UUID.
inline Identity identity_of(std::string_view uuid) {
  return identity_with(Uuid::parse(uuid).value());
}

inline Identity identity_without_uuid() {
  return identity_with(std::nullopt);
}

}  // namespace drawbridge::test
