#pragma once

#include <string>
#include <string_view>

#include "core/jose/key.h"

namespace drawbridge::bench {

/// The floor under every verification: the signature of one token checked by libsodium (EdDSA) or OpenSSL
/// (all others) alone. Key, signing input and signature are made ready beforehand.
class BareSignature {
 public:
  /// `jwk` is the token's key. Throws for a key that cannot be read.
  BareSignature(Algorithm algorithm, std::string_view jwk, std::string_view token);

  bool verify() const;

 private:
  bool verify_with_openssl() const;

  Algorithm algorithm_;
  Key key_;
  std::string signing_input_;
  std::string signature_;  ///< as the library wants it
};

}  // namespace drawbridge::bench
