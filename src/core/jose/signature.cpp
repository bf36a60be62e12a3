#include "core/jose/signature.h"

#include <climits>

#include <openssl/rsa.h>

#include "core/jose/ed25519/key_tables.h"
#include "core/jose/ed25519/libsodium.h"

namespace drawbridge {
namespace {

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

enum class Scheme { ecdsa, pkcs1, pss };

struct EvpAlgorithm {
  Scheme scheme;
  const EVP_MD* digest;
};

EvpAlgorithm evp_algorithm(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return {Scheme::ecdsa, EVP_sha256()};
    case Algorithm::es384:
      return {Scheme::ecdsa, EVP_sha384()};
    case Algorithm::es512:
      return {Scheme::ecdsa, EVP_sha512()};
    case Algorithm::rs256:
      return {Scheme::pkcs1, EVP_sha256()};
    case Algorithm::rs384:
      return {Scheme::pkcs1, EVP_sha384()};
    case Algorithm::rs512:
      return {Scheme::pkcs1, EVP_sha512()};
    case Algorithm::ps256:
      return {Scheme::pss, EVP_sha256()};
    case Algorithm::ps384:
      return {Scheme::pss, EVP_sha384()};
    case Algorithm::ps512:
      return {Scheme::pss, EVP_sha512()};
    case Algorithm::eddsa:
    case Algorithm::ed25519:
      break;
  }
  std::unreachable();
}

/// The lengths that RFC 7518 §3.3 to §3.5 give: two coordinates, or as many octets as the modulus.
std::size_t signature_size(EVP_PKEY* key, Scheme scheme) {
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(key));
  return scheme == Scheme::ecdsa ? 2 * ((bits + 7) / 8) : (bits + 7) / 8;
}

/// JWS has r and s side by side (RFC 7518 §3.4), OpenSSL wants them in DER.
std::string der_of(std::string_view signature) {
  const auto half = static_cast<int>(signature.size() / 2);
  OpenSsl<BIGNUM> r{BN_bin2bn(data_of(signature), half, nullptr)};
  OpenSsl<BIGNUM> s{BN_bin2bn(data_of(signature) + half, half, nullptr)};
  const OpenSsl<ECDSA_SIG> pair{ECDSA_SIG_new()};
  if (!r || !s || !pair) return {};
  // They are the pair's from now on; it fails for null alone.
  if (ECDSA_SIG_set0(pair.get(), r.release(), s.release()) != 1) return {};
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
  const OpenSsl<unsigned char> owner{bytes};
  return size > 0 ? std::string{reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}
                  : std::string{};
}

bool verify_evp(EVP_PKEY* key, EvpAlgorithm algorithm, std::string_view signing_input,
                std::string_view signature) {
  const OpenSslErrors ours;
  if (signature.size() != signature_size(key, algorithm.scheme)) return false;
  const OpenSsl<EVP_MD_CTX> context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
  if (!context || EVP_DigestVerifyInit(context.get(), &key_context, algorithm.digest, nullptr, key) != 1)
    return false;
  if (algorithm.scheme == Scheme::pss &&
      (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_mgf1_md(key_context, algorithm.digest) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) != 1))
    return false;
  const std::string der = algorithm.scheme == Scheme::ecdsa ? der_of(signature) : std::string{};
  const std::string_view encoded = algorithm.scheme == Scheme::ecdsa ? std::string_view{der} : signature;
  return EVP_DigestVerify(context.get(), data_of(encoded), encoded.size(), data_of(signing_input),
                          signing_input.size()) == 1;
}

}  // namespace

bool verify_signature(const Key& key, Algorithm algorithm, std::string_view signing_input,
                      std::string_view signature) {
  if (!fits(key, algorithm)) return false;
  if (const auto* raw = std::get_if<Ed25519PublicKey>(&key.material))
    return ed25519::verified_by_libsodium(*raw, signing_input, signature);
  return verify_evp(std::get<OpenSsl<EVP_PKEY>>(key.material).get(), evp_algorithm(algorithm), signing_input,
                    signature);
}

bool verify_signature(const Key& key, Algorithm algorithm, std::string_view signing_input,
                      std::string_view signature, const KeySet& keys, ed25519::KeyTables* tables) {
  const auto* const raw = std::get_if<Ed25519PublicKey>(&key.material);
  if (tables == nullptr || raw == nullptr || !fits(key, algorithm))
    return verify_signature(key, algorithm, signing_input, signature);
  return tables->verify(*raw, signing_input, signature, keys);
}

}  // namespace drawbridge
