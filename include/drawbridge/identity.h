#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/uuid.h"

namespace drawbridge {

struct IdentityClaims;  // src/core/identity/identity_claims.h

/// What proved who sent a request.
enum class CredentialKind : std::uint8_t {
  token,    ///< a JWT in the Authorization header
  session,  ///< Better Auth's session cookie
  key,      ///< an API key, or a JWT that was made from one
};

/// `token`, `session` or `key`.
DRAWBRIDGE_API std::string_view name_of(CredentialKind kind);

/// What an API key may do: actions by resource, as @better-auth/api-key has them.
using Permissions = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The organizations that a user is a member of, by their ids, with the user's roles in each.
using Organizations = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Who sent a request, as a verified credential says.
///
/// An immutable handle: copies share one object and cost one reference count. Any number of threads
/// may read one. References and views that it hands out live as long as any copy of it. Only a
/// Verifier makes one, or an Authenticator by the same rules, so holding one means that a credential was
/// verified.
class DRAWBRIDGE_API Identity {
 public:
  /// Claim `iss` (RFC 7519 §4.1.1): the one of the policy's issuers that the token names.
  const std::string& issuer() const;
  /// Claim `sub` (RFC 7519 §4.1.2): Better Auth's `user.id`, not empty.
  const std::string& subject() const;
  /// Claim `uuid`: the user's id in the backend's tables. Present whenever the policy requires it.
  const std::optional<Uuid>& uuid() const;
  const std::optional<std::string>& email() const;
  /// Claim `emailVerified`; absent when it is not a boolean.
  std::optional<bool> email_verified() const;
  const std::optional<std::string>& name() const;
  /// Claim `role` (comma-separated), else claim `roles` (array of strings); empty when absent.
  const std::vector<std::string>& roles() const;
  bool has_role(std::string_view role) const;
  /// Claim `sid`: the id of the session, or of the API key, after `key:` where that is a number.
  const std::optional<std::string>& session_id() const;
  /// Claim `impersonatedBy`: the `user.id` of the administrator who acts as this user; absent when the user
  /// does.
  const std::optional<std::string>& impersonated_by() const;
  /// A key is not its user: `key` for a token with the claim `key` too, whichever way it came.
  CredentialKind credential() const;
  /// Claim `permissions` of a key's token; empty where it has none, and for everything that is no key's.
  const Permissions& permissions() const;
  /// Whether `permissions()` lists the action. Sessions and tokens of users have no permissions.
  bool has_permission(std::string_view resource, std::string_view action) const;
  /// Claim `orgs`: the organizations that the user is a member of, each role text split at commas. Absent
  /// where the credential does not say: nothing is known then, not even that there are none.
  /// check_membership() (drawbridge/membership.h) judges by it.
  const std::optional<Organizations>& organizations() const;
  /// Claim `orgs_truncated`: the user is a member of more than `organizations()` has.
  bool organizations_truncated() const;
  /// Claim `active_org`: the organization that the front end works with, to be shown. The user chooses it, so
  /// it never decides what a request may do.
  const std::optional<std::string>& active_organization() const;
  /// Claim `iat`, whole seconds; Better Auth may leave it out.
  std::optional<std::chrono::sys_seconds> issued_at() const;
  /// Claim `exp`, whole seconds, rounded down.
  std::chrono::sys_seconds expires_at() const;
  /// All claims, as the JSON object that was signed.
  const std::string& claims_json() const;

 private:
  friend class IdentityMaker;
  Identity(std::shared_ptr<const IdentityClaims> claims, CredentialKind credential)
      : claims_{std::move(claims)}, credential_{credential} {}

  std::shared_ptr<const IdentityClaims> claims_;
  CredentialKind credential_;
};

}  // namespace drawbridge
