#pragma once

#include <string_view>

#include "drawbridge/key_set.h"

#include "core/jose/key.h"

namespace drawbridge {

namespace ed25519 {
class KeyTables;
}

/// Whether `signature` is the signature of `signing_input` by that key (RFC 7518 §3, RFC 8037 §3.1). It
/// must be of exactly the length that algorithm and key give, and the key must fit the algorithm.
bool verify_signature(const Key& key, Algorithm algorithm, std::string_view signing_input,
                      std::string_view signature);

/// The same, faster where `tables` have some for the key. `keys` are those that are listed.
bool verify_signature(const Key& key, Algorithm algorithm, std::string_view signing_input,
                      std::string_view signature, const KeySet& keys, ed25519::KeyTables* tables);

}  // namespace drawbridge
