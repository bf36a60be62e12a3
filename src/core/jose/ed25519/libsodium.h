#pragma once

// What libsodium says: the measure of all that is in this folder.

#include <optional>
#include <string_view>

#include "core/jose/key.h"

namespace drawbridge::ed25519 {

/// RFC 8032 §5.1.7 without the cofactor; R and A of small order, a spelling of A other than its one, and an S
/// that is not below the order are refused.
bool verified_by_libsodium(const Ed25519PublicKey& key, std::string_view message, std::string_view signature);

/// The sum of two points, each in its 32 bytes; nothing where one is off the curve.
std::optional<Ed25519PublicKey> sum_by_libsodium(const Ed25519PublicKey& a, const Ed25519PublicKey& b);

}  // namespace drawbridge::ed25519
