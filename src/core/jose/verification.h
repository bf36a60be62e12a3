#pragma once

// The steps of a verification, for the code that needs more of the outcome than Verifier shows.

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "drawbridge/verifier.h"

#include "core/jose/unverified_token.h"
#include "core/revocations/marks.h"

namespace drawbridge {

namespace ed25519 {
class KeyTables;
}

/// SHA-256 of a key's required members (RFC 7638 §3): the key itself, whatever its `kid`.
using Thumbprint = std::array<std::uint8_t, 32>;

/// The claims `exp`, `nbf` and `iat` as numbers of seconds.
struct TokenTimes {
  double expires;
  std::optional<double> not_before;
  std::optional<double> issued;
};

/// A good token, with what must hold again each time the verdict is used later.
struct Verdict {
  Identity identity;
  TokenTimes times;
  std::string kid;
  Thumbprint key;
  Algorithm algorithm;
  TokenType type = TokenType::jwt;
  RevocationMarks marks{};
};

struct Refusal {
  AuthError error;
  /// The `kid` that the set does not hold: set exactly when all else that can be checked without the key was
  /// good and a newer set might hold it. Of a token the code is `key_unknown` then.
  std::optional<std::string> missing_kid;
  /// Beside `missing_kid`: the claim `sub` as the sender wrote it, under a signature that nobody checked.
  std::string unverified_subject{};
};

/// "Verification, in order" of docs/architecture.md, steps 2 to 9. With `tables` EdDSA is faster.
std::expected<Verdict, Refusal> verify_token(std::string_view token, const Policy& policy, const KeySet& keys,
                                             TokenTime now, ed25519::KeyTables* tables = nullptr);

/// One whose header was read and whose signature is good.
struct SignedToken {
  UnverifiedToken parts;
  TokenHeader header;
  const Key* key;  ///< the set's; null when the set does not hold it: then the signature was not checked
};

/// Steps 2 to 7, where a key that is not held is no fault yet.
std::expected<SignedToken, AuthError> read_signed_token(std::string_view token, const Policy& policy,
                                                        const KeySet& keys, TokenType type,
                                                        ed25519::KeyTables* tables = nullptr);

/// Of the claims nothing was checked. `signed_token` has a key.
Verdict verdict_of(Identity identity, const TokenTimes& times, const SignedToken& signed_token,
                   TokenType type, const RevocationMarks& marks);

/// A header and a payload whose signature is good; of the claims nothing was checked.
struct SignedBytes {
  std::string header;   ///< JSON object
  std::string payload;  ///< any bytes
};

/// Steps 2 to 7 alone: proves who signed, not that the token is good for anything.
std::expected<SignedBytes, AuthError> verify_signature_only(std::string_view token, const Policy& policy,
                                                            const KeySet& keys);

/// Step 8's comparison with the clock alone: `token_expired` or `token_not_yet_valid`.
std::expected<void, AuthError> check_times(const TokenTimes& times, std::chrono::seconds skew, TokenTime now);

/// Whether check_times() finds nothing, without making its texts.
bool stands_at(const TokenTimes& times, std::chrono::seconds skew, TokenTime now);

/// Whether a verification against this set would choose the same key as the verdict's: then its signature,
/// which was good, still is.
bool key_stands(const Verdict& verdict, const KeySet& keys);

}  // namespace drawbridge
