#pragma once

#include "drawbridge/export.h"

#include <optional>
#include <span>
#include <string_view>

namespace drawbridge {

/// A JWS signature algorithm that Drawbridge can verify (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2).
///
/// There is no member for `none` or for HMAC, and no code that could verify them.
enum class Algorithm {
  eddsa,    ///< EdDSA with Ed25519, Better Auth's default; never Ed448
  ed25519,  ///< the same by its newer name, which says the curve
  es256,
  es384,
  es512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
};

/// The `alg` value as the RFCs spell it, for example `EdDSA`.
DRAWBRIDGE_API std::string_view name_of(Algorithm algorithm);

/// The algorithm of that exact `alg` value; nothing for any other, `none` and `HS256` among them.
DRAWBRIDGE_API std::optional<Algorithm> algorithm_named(std::string_view alg);

/// Whether a list of accepted algorithms takes this one: it names it, or it names `eddsa`, which covers
/// `ed25519`. A list of `ed25519` alone takes tokens by that name alone.
DRAWBRIDGE_API bool accepts(std::span<const Algorithm> accepted, Algorithm algorithm);

}  // namespace drawbridge
