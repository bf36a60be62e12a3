#include "tests/support/test_keys.h"

#include <array>
#include <stdexcept>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "core/jose/base64url.h"

namespace drawbridge::test {
namespace {

struct AlgorithmFacts {
  const char* kty;
  const char* crv;         // as JWK; also OpenSSL's group name
  std::size_t coordinate;  // in bytes; 0 for RSA
  const EVP_MD* digest;
};

AlgorithmFacts facts_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::eddsa:
    case Algorithm::ed25519:
      return {"OKP", "Ed25519", 32, nullptr};
    case Algorithm::es256:
      return {"EC", "P-256", 32, EVP_sha256()};
    case Algorithm::es384:
      return {"EC", "P-384", 48, EVP_sha384()};
    case Algorithm::es512:
      return {"EC", "P-521", 66, EVP_sha512()};
    case Algorithm::rs256:
    case Algorithm::ps256:
      return {"RSA", nullptr, 0, EVP_sha256()};
    case Algorithm::rs384:
    case Algorithm::ps384:
      return {"RSA", nullptr, 0, EVP_sha384()};
    case Algorithm::rs512:
    case Algorithm::ps512:
      return {"RSA", nullptr, 0, EVP_sha512()};
  }
  std::unreachable();
}

bool is_ed25519(Algorithm algorithm) {
  return algorithm == Algorithm::eddsa || algorithm == Algorithm::ed25519;
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::ps256 || algorithm == Algorithm::ps384 || algorithm == Algorithm::ps512;
}

void require(bool good) {
  if (!good) throw std::runtime_error{"OpenSSL failed in a test key"};
}

std::string number_param(EVP_PKEY* key, const char* name, std::size_t size = 0) {
  BIGNUM* number = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes(size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return encode_base64url(bytes);
}

std::string member(std::string_view name, std::string_view value) {
  return '"' + std::string{name} + "\":\"" + std::string{value} + '"';
}

/// JWS wants r and s side by side, each as long as a coordinate.
std::string raw_of_der(const std::string& der, std::size_t coordinate) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
  require(pair != nullptr);
  std::string raw(2 * coordinate, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, static_cast<int>(coordinate));
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + coordinate, static_cast<int>(coordinate));
  ECDSA_SIG_free(pair);
  return raw;
}

}  // namespace

struct TestKey::Secret {
  explicit Secret(EVP_PKEY* k) : key{k} { require(key != nullptr); }
  ~Secret() { EVP_PKEY_free(key); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  EVP_PKEY* key;
};

TestKey TestKey::generate(Algorithm algorithm, std::string kid, int rsa_bits) {
  const AlgorithmFacts facts = facts_of(algorithm);
  EVP_PKEY* key = nullptr;
  if (is_ed25519(algorithm))
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  else if (facts.crv != nullptr)
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", facts.crv);
  else
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(rsa_bits));
  return TestKey{algorithm, std::move(kid), std::make_shared<const Secret>(key)};
}

std::string TestKey::material() const {
  const AlgorithmFacts facts = facts_of(algorithm_);
  EVP_PKEY* key = secret_->key;
  std::string text = member("kty", facts.kty);
  if (facts.crv != nullptr) text += ',' + member("crv", facts.crv);
  if (is_ed25519(algorithm_)) {
    std::string x(32, '\0');
    std::size_t size = x.size();
    require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &size) == 1);
    return text + ',' + member("x", encode_base64url(x));
  }
  if (facts.coordinate != 0)
    return text + ',' + member("x", number_param(key, OSSL_PKEY_PARAM_EC_PUB_X, facts.coordinate)) + ',' +
           member("y", number_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, facts.coordinate));
  return text + ',' + member("n", number_param(key, OSSL_PKEY_PARAM_RSA_N)) + ',' +
         member("e", number_param(key, OSSL_PKEY_PARAM_RSA_E));
}

std::string TestKey::jwk(std::string_view extra) const {
  return '{' + member("alg", name_of(algorithm_)) + ',' + material() + ',' + member("kid", kid_) +
         std::string{extra} + '}';
}

std::string TestKey::sign(std::string_view signing_input) const {
  const AlgorithmFacts facts = facts_of(algorithm_);
  const auto* input = reinterpret_cast<const unsigned char*>(signing_input.data());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  require(EVP_DigestSignInit(context, &key_context, facts.digest, nullptr, secret_->key) == 1);
  if (is_pss(algorithm_)) {
    require(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1);
    require(EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::size_t size = 0;
  require(EVP_DigestSign(context, nullptr, &size, input, signing_input.size()) == 1);
  std::string signature(size, '\0');
  require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, input,
                         signing_input.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  const bool is_ecdsa = facts.coordinate != 0 && !is_ed25519(algorithm_);
  return is_ecdsa ? raw_of_der(signature, facts.coordinate) : signature;
}

std::string TestKey::token(std::string_view header_json, std::string_view payload) const {
  const std::string signing_input = encode_base64url(header_json) + '.' + encode_base64url(payload);
  return signing_input + '.' + encode_base64url(sign(signing_input));
}

std::string TestKey::token(std::string_view payload) const {
  return token('{' + member("alg", name_of(algorithm_)) + ',' + member("kid", kid_) + '}', payload);
}

std::string jwks_of(std::initializer_list<std::string> jwks) {
  std::string text;
  for (const std::string& jwk : jwks) text += text.empty() ? jwk : ',' + jwk;
  return "{\"keys\":[" + text + "]}";
}

KeySet key_set_of(std::initializer_list<std::string> jwks) {
  auto keys = KeySet::parse(jwks_of(jwks));
  if (!keys) throw std::runtime_error{keys.error()};
  return *std::move(keys);
}

}  // namespace drawbridge::test
