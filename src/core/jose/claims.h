#pragma once

#include <expected>
#include <string>

#include "drawbridge/policy.h"

#include "core/identity/identity_claims.h"
#include "core/jose/verification.h"
#include "core/revocations/marks.h"

namespace drawbridge {

struct CheckedClaims {
  IdentityClaims identity;
  TokenTimes times;
  RevocationMarks marks;
};

/// Step 8: the claims against policy and time (RFC 7519 §4.1). `payload` is the JSON text.
std::expected<CheckedClaims, AuthError> check_claims(std::string payload, const Policy& policy,
                                                     TokenTime now);

}  // namespace drawbridge
