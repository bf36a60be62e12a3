#include "drawbridge/identity.h"

#include <algorithm>

#include "core/identity/identity_claims.h"

namespace drawbridge {

std::string_view name_of(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::token:
      return "token";
    case CredentialKind::session:
      return "session";
    case CredentialKind::key:
      break;
  }
  return "key";
}

const std::string& Identity::issuer() const {
  return claims_->issuer;
}
const std::string& Identity::subject() const {
  return claims_->subject;
}
const std::optional<Uuid>& Identity::uuid() const {
  return claims_->uuid;
}
const std::optional<std::string>& Identity::email() const {
  return claims_->email;
}
std::optional<bool> Identity::email_verified() const {
  return claims_->email_verified;
}
const std::optional<std::string>& Identity::name() const {
  return claims_->name;
}
const std::vector<std::string>& Identity::roles() const {
  return claims_->roles;
}
bool Identity::has_role(std::string_view role) const {
  return std::ranges::find(claims_->roles, role) != claims_->roles.end();
}
const std::optional<std::string>& Identity::session_id() const {
  return claims_->session_id;
}
const std::optional<std::string>& Identity::impersonated_by() const {
  return claims_->impersonated_by;
}
CredentialKind Identity::credential() const {
  return credential_;
}
const Permissions& Identity::permissions() const {
  return claims_->permissions;
}
bool Identity::has_permission(std::string_view resource, std::string_view action) const {
  const auto actions = claims_->permissions.find(resource);
  return actions != claims_->permissions.end() &&
         std::ranges::find(actions->second, action) != actions->second.end();
}
const std::optional<Organizations>& Identity::organizations() const {
  return claims_->organizations;
}
bool Identity::organizations_truncated() const {
  return claims_->organizations_truncated;
}
const std::optional<std::string>& Identity::active_organization() const {
  return claims_->active_organization;
}
std::optional<std::chrono::sys_seconds> Identity::issued_at() const {
  return claims_->issued_at;
}
std::chrono::sys_seconds Identity::expires_at() const {
  return claims_->expires_at;
}
const std::string& Identity::claims_json() const {
  return claims_->claims_json;
}

}  // namespace drawbridge
