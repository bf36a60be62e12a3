#pragma once

#include <string_view>

#include "core/jose/key.h"

namespace drawbridge {

/// Whether `signature` is the signature of `signing_input` by that key (RFC 7518 §3, RFC 8037 §3.1). It
/// must be of exactly the length that algorithm and key give, and the key must fit the algorithm.
bool verify_signature(const Key& key, Algorithm algorithm, std::string_view signing_input,
                      std::string_view signature);

}  // namespace drawbridge
