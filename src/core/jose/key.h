#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <simdjson.h>

#include "drawbridge/algorithm.h"

#include "core/jose/openssl_handles.h"
#include "core/jose/verification.h"

namespace drawbridge {

using Ed25519PublicKey = std::array<std::uint8_t, 32>;

enum class KeyKind { ed25519, p256, p384, p521, rsa };

/// A public key that is ready to verify signatures.
struct Key {
  std::string kid;
  KeyKind kind;
  /// The key's own `alg`: it verifies nothing else (RFC 8725 §3.1).
  std::optional<Algorithm> algorithm;
  Thumbprint thumbprint;
  std::variant<Ed25519PublicKey, OpenSsl<EVP_PKEY>> material;
};

/// Whether signatures by that algorithm are made with a key of this kind, and the key's `alg` agrees.
bool fits(const Key& key, Algorithm algorithm);

/// Reads one member of a set's `keys` (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2), or says in one line why
/// it cannot verify signatures. Members foreign to the key's `kty` are ignored.
std::expected<Key, std::string> read_key(simdjson::dom::element jwk);

}  // namespace drawbridge
