#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <expected>
#include <span>
#include <string_view>

#include "drawbridge/auth_error.h"
#include "drawbridge/identity.h"
#include "drawbridge/key_set.h"
#include "drawbridge/policy.h"

namespace drawbridge {

/// A moment by the system clock, against which `exp`, `nbf` and `iat` are checked.
using TokenTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Verifies JWTs (RFC 7519) in compact form (RFC 7515 §7.1) against one policy and a given key set.
///
/// Pure: no clock, no network, no log. Immutable; any number of threads may use one at the same
/// time. For keys that are fetched and kept fresh, see RemoteVerifier.
class DRAWBRIDGE_API Verifier {
 public:
  /// Throws std::invalid_argument, with one line, for a policy that cannot work: an empty issuer or
  /// audience, more than 16 of either, no algorithm, a skew outside 0 to 5 minutes, a size limit of 0.
  explicit Verifier(Policy policy);

  /// The identity that the token proves, or the first check that failed. Codes: every one of the
  /// groups *malformed* and *rejected*.
  std::expected<Identity, AuthError> verify(std::string_view token, const KeySet& keys, TokenTime now) const;

  const Policy& policy() const { return policy_; }

 private:
  Policy policy_;
};

/// The token of an `Authorization` header (RFC 6750 §2.1), given the values of every such header that
/// the request has. The view is into the header's value.
///
/// None, or another scheme: `token_missing`. More than one: `token_malformed`.
DRAWBRIDGE_API std::expected<std::string_view, AuthError> bearer_token(
    std::span<const std::string_view> authorization);

}  // namespace drawbridge
