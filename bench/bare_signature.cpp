#include "bench/bare_signature.h"

#include <memory>
#include <stdexcept>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "core/jose/base64url.h"

namespace drawbridge::bench {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Key key_of(std::string_view jwk) {
  simdjson::dom::parser parser;
  auto key = read_key(parser.parse(jwk));
  if (!key) throw std::runtime_error{key.error()};
  return *std::move(key);
}

bool is_ecdsa(Algorithm algorithm) {
  return name_of(algorithm).starts_with("ES");
}

bool is_pss(Algorithm algorithm) {
  return name_of(algorithm).starts_with("PS");
}

const EVP_MD* digest_of(Algorithm algorithm) {
  const std::string_view name = name_of(algorithm);
  return name.ends_with("256") ? EVP_sha256() : name.ends_with("384") ? EVP_sha384() : EVP_sha512();
}

std::string der_of(std::string_view raw) {
  const auto half = static_cast<int>(raw.size() / 2);
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes_of(raw), half, nullptr),
                 BN_bin2bn(bytes_of(raw) + half, half, nullptr));
  std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair, nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair, &out);
  ECDSA_SIG_free(pair);
  return der;
}

}  // namespace

BareSignature::BareSignature(Algorithm algorithm, std::string_view jwk, std::string_view token)
    : algorithm_{algorithm}, key_{key_of(jwk)}, signing_input_{token.substr(0, token.rfind('.'))} {
  const std::string raw = decode_base64url(token.substr(signing_input_.size() + 1)).value();
  signature_ = is_ecdsa(algorithm) ? der_of(raw) : raw;
}

bool BareSignature::verify() const {
  if (algorithm_ != Algorithm::eddsa) return verify_with_openssl();
  return crypto_sign_verify_detached(bytes_of(signature_), bytes_of(signing_input_), signing_input_.size(),
                                     std::get<Ed25519PublicKey>(key_.material).data()) == 0;
}

bool BareSignature::verify_with_openssl() const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  bool good = EVP_DigestVerifyInit(context, &key_context, digest_of(algorithm_), nullptr,
                                   std::get<OpenSsl<EVP_PKEY>>(key_.material).get()) == 1;
  if (good && is_pss(algorithm_))
    good = EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
  good = good && EVP_DigestVerify(context, bytes_of(signature_), signature_.size(), bytes_of(signing_input_),
                                  signing_input_.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

}  // namespace drawbridge::bench
