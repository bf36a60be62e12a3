#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "drawbridge/algorithm.h"
#include "drawbridge/key_set.h"

namespace drawbridge::test {

/// A signing key of a test issuer. Copies share the key.
class TestKey {
 public:
  /// A fresh key for the algorithm; RSA keys have `rsa_bits`.
  static TestKey generate(Algorithm algorithm, std::string kid, int rsa_bits = 2048);

  Algorithm algorithm() const { return algorithm_; }
  const std::string& kid() const { return kid_; }

  /// The public key as a JWK as Better Auth lists it; `extra` is appended inside the object,
  /// for example `,"use":"enc"`.
  std::string jwk(std::string_view extra = "") const;
  /// The members that are the key itself, for a JWK made by hand: `"kty":"OKP","crv":"Ed25519","x":"…"`.
  std::string material() const;

  /// The raw JWS signature.
  std::string sign(std::string_view signing_input) const;

  /// A compact JWS of any header and payload, signed by this key.
  std::string token(std::string_view header_json, std::string_view payload) const;
  /// The same with Better Auth's header.
  std::string token(std::string_view payload) const;

 private:
  struct Secret;
  TestKey(Algorithm algorithm, std::string kid, std::shared_ptr<const Secret> secret)
      : algorithm_{algorithm}, kid_{std::move(kid)}, secret_{std::move(secret)} {}

  Algorithm algorithm_;
  std::string kid_;
  std::shared_ptr<const Secret> secret_;
};

/// A key set document of these JWKs.
std::string jwks_of(std::initializer_list<std::string> jwks);
KeySet key_set_of(std::initializer_list<std::string> jwks);

}  // namespace drawbridge::test
