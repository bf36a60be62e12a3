#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "drawbridge/algorithm.h"

namespace drawbridge {

/// What a backend accepts. Issuers and audiences have no default: a verifier that does not know
/// for whom a token was made cannot refuse the tokens of others (RFC 8725 §3.8, §3.9).
struct Policy {
  /// Issuer and audience are compared with the claims byte by byte. For Better Auth both are the
  /// origin of its base URL, for example `http://localhost:3000`: no path, no slash at the end.
  Policy(std::string issuer, std::string audience)
      : issuers{std::move(issuer)}, audiences{std::move(audience)} {}

  /// How many issuers a policy may have, and how many audiences.
  static constexpr std::size_t max_names = 16;

  /// The claim `iss` must be one of these (RFC 7519 §4.1.1). Several are names of one Better Auth, which has
  /// one key set and one user space: for a second Better Auth make a second Verifier.
  std::vector<std::string> issuers;
  /// The claim `aud` must be or hold one of these (RFC 7519 §4.1.3), whichever issuer the token names.
  std::vector<std::string> audiences;
  /// The `alg` values accepted, as accepts() reads them; anything else is `algorithm_not_allowed` (RFC 8725
  /// §3.1).
  std::vector<Algorithm> algorithms{Algorithm::eddsa};
  /// How far the clocks of issuer and backend may differ; from 0 to 5 minutes.
  std::chrono::seconds clock_skew{30};
  /// In bytes; a longer token is refused before any work is done on it.
  std::size_t max_token_size = 16'384;
  /// Claims that must be present and not null, beside `exp`, `iss`, `aud` and `sub`.
  std::vector<std::string> required_claims;
};

}  // namespace drawbridge
