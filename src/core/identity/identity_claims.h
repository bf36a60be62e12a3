#pragma once

#include "drawbridge/identity.h"

namespace drawbridge {

/// What an Identity shares among its copies.
struct IdentityClaims {
  std::string issuer{};
  std::string subject;
  std::optional<Uuid> uuid{};
  std::optional<std::string> email{};
  std::optional<bool> email_verified{};
  std::optional<std::string> name{};
  std::vector<std::string> roles{};
  std::optional<std::string> session_id{};
  std::optional<std::string> impersonated_by{};
  CredentialKind credential{};  ///< `key` where it has the claim `key`
  Permissions permissions{};
  std::optional<Organizations> organizations{};
  bool organizations_truncated{};
  std::optional<std::string> active_organization{};
  std::optional<std::chrono::sys_seconds> issued_at{};
  std::chrono::sys_seconds expires_at{};
  std::string claims_json{};
};

/// The one door through which an Identity comes into being. Only what has judged a credential opens it; a
/// test guards that.
class IdentityMaker {
 public:
  static Identity make(IdentityClaims claims) {
    const CredentialKind credential = claims.credential;
    return Identity{std::make_shared<const IdentityClaims>(std::move(claims)), credential};
  }

  /// The same identity, whose token was exchanged for a credential of another kind. A key's stays a key's.
  static Identity of_kind(Identity identity, CredentialKind kind) {
    if (identity.credential_ != CredentialKind::key) identity.credential_ = kind;
    return identity;
  }
};

}  // namespace drawbridge
