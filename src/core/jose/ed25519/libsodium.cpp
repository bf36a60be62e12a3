#include "core/jose/ed25519/libsodium.h"

#include <sodium.h>

namespace drawbridge::ed25519 {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

bool verified_by_libsodium(const Ed25519PublicKey& key, std::string_view message,
                           std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(data_of(signature), data_of(message), message.size(), key.data()) == 0;
}

std::optional<Ed25519PublicKey> sum_by_libsodium(const Ed25519PublicKey& a, const Ed25519PublicKey& b) {
  Ed25519PublicKey sum{};
  if (crypto_core_ed25519_add(sum.data(), a.data(), b.data()) != 0) return std::nullopt;
  return sum;
}

}  // namespace drawbridge::ed25519
