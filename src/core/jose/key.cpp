#include "core/jose/key.h"

#include <algorithm>

#include <openssl/core_names.h>
#include <sodium.h>

#include "core/errors/hints.h"
#include "core/jose/base64url.h"
#include "core/jose/sha256.h"
#include "core/jose/strict_json.h"

namespace drawbridge {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Unusable = std::unexpected<std::string>;

constexpr std::size_t max_kid_size = 256;
constexpr int min_rsa_bits = 2048;
constexpr int max_rsa_bits = 8192;
constexpr std::size_t max_rsa_exponent_size = 8;

struct Curve {
  std::string_view crv;
  KeyKind kind;
  const char* group;
  std::size_t coordinate_size;  // RFC 7518 §6.2.1.2
};
constexpr std::array curves{Curve{"P-256", KeyKind::p256, "P-256", 32},
                            Curve{"P-384", KeyKind::p384, "P-384", 48},
                            Curve{"P-521", KeyKind::p521, "P-521", 66}};

constexpr bool kind_fits(KeyKind kind, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::eddsa:
    case Algorithm::ed25519:
      return kind == KeyKind::ed25519;
    case Algorithm::es256:
      return kind == KeyKind::p256;
    case Algorithm::es384:
      return kind == KeyKind::p384;
    case Algorithm::es512:
      return kind == KeyKind::p521;
    default:
      return kind == KeyKind::rsa;
  }
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

OpenSsl<BIGNUM> number_of(std::string_view bytes) {
  return OpenSsl<BIGNUM>{BN_bin2bn(data_of(bytes), static_cast<int>(bytes.size()), nullptr)};
}

OpenSsl<EVP_PKEY> make_public_key(const char* type, OSSL_PARAM_BLD* builder) {
  const OpenSsl<OSSL_PARAM> params{OSSL_PARAM_BLD_to_param(builder)};
  const OpenSsl<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return OpenSsl<EVP_PKEY>{key};
}

bool is_sound_public_key(EVP_PKEY* key) {
  const OpenSsl<EVP_PKEY_CTX> context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  return context && EVP_PKEY_public_check(context.get()) == 1;
}

/// A required member that holds base64url bytes: the text, for the thumbprint, and the bytes.
struct Octets {
  std::string_view text;
  std::string bytes;
};
std::expected<Octets, std::string> octets(object jwk, std::string_view name) {
  const auto value = member(jwk, name);
  if (!value) return Unusable{"has no " + std::string{name}};
  const auto text = string_of(*value);
  auto bytes = text ? decode_base64url(*text) : std::nullopt;
  if (!bytes) return Unusable{"has an " + std::string{name} + " that is not canonical base64url"};
  return Octets{*text, *std::move(bytes)};
}

struct Material {
  KeyKind kind;
  Thumbprint thumbprint;
  std::variant<Ed25519PublicKey, OpenSsl<EVP_PKEY>> key;
};

std::expected<Material, std::string> read_okp(object jwk) {
  const auto crv = string_member(jwk, "crv");
  if (crv != "Ed25519") return Unusable{"has a crv other than Ed25519"};
  const auto x = octets(jwk, "x");
  if (!x) return Unusable{x.error()};
  Ed25519PublicKey point{};
  if (x->bytes.size() != point.size()) return Unusable{"has an x that is not 32 bytes long"};
  std::ranges::copy(x->bytes, point.begin());
  static const int sodium = sodium_init();
  if (sodium < 0 || crypto_core_ed25519_is_valid_point(point.data()) != 1)
    return Unusable{"has an x that is not a valid point of the curve (off it, or of small order)"};
  return Material{KeyKind::ed25519,
                  sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + std::string{x->text} + R"("})"), point};
}

std::expected<Material, std::string> read_ec(object jwk) {
  const auto crv = string_member(jwk, "crv");
  const auto curve = std::ranges::find_if(curves, [&](const Curve& c) { return c.crv == crv; });
  if (curve == curves.end()) return Unusable{"has a crv other than P-256, P-384 and P-521"};
  const auto x = octets(jwk, "x");
  if (!x) return Unusable{x.error()};
  const auto y = octets(jwk, "y");
  if (!y) return Unusable{y.error()};
  if (x->bytes.size() != curve->coordinate_size || y->bytes.size() != curve->coordinate_size)
    return Unusable{"has coordinates of the wrong length"};

  const std::string point = '\x04' + x->bytes + y->bytes;  // SEC 1 §2.3.3, uncompressed
  const OpenSsl<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return Unusable{"could not be loaded"};
  OpenSsl<EVP_PKEY> key = make_public_key("EC", builder.get());
  if (!key || !is_sound_public_key(key.get())) return Unusable{"is not a point of its curve"};

  const std::string canonical = R"({"crv":")" + std::string{*crv} + R"(","kty":"EC","x":")" +
                                std::string{x->text} + R"(","y":")" + std::string{y->text} + R"("})";
  return Material{curve->kind, sha256(canonical), std::move(key)};
}

std::expected<Material, std::string> read_rsa(object jwk) {
  const auto n = octets(jwk, "n");
  if (!n) return Unusable{n.error()};
  const auto e = octets(jwk, "e");
  if (!e) return Unusable{e.error()};
  // RFC 7518 §2, Base64urlUInt: the fewest octets that hold the value.
  for (const auto& number : {n->bytes, e->bytes})
    if (number.empty() || number.front() == '\0')
      return Unusable{"has an n or e that starts with a zero octet"};
  const OpenSsl<BIGNUM> modulus = number_of(n->bytes);
  const OpenSsl<BIGNUM> exponent = number_of(e->bytes);
  if (!modulus || !exponent) return Unusable{"could not be loaded"};
  const int bits = BN_num_bits(modulus.get());
  if (bits < min_rsa_bits || bits > max_rsa_bits)
    return Unusable{"has " + std::to_string(bits) + " bits; an RSA key must have 2048 to 8192"};
  if (BN_is_odd(modulus.get()) == 0) return Unusable{"has an even modulus"};
  if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) != 0 ||
      e->bytes.size() > max_rsa_exponent_size)
    return Unusable{"has an exponent that is even, 1 or over 64 bits"};

  const OpenSsl<OSSL_PARAM_BLD> builder{OSSL_PARAM_BLD_new()};
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return Unusable{"could not be loaded"};
  OpenSsl<EVP_PKEY> key = make_public_key("RSA", builder.get());
  if (!key) return Unusable{"could not be loaded"};
  const std::string canonical =
      R"({"e":")" + std::string{e->text} + R"(","kty":"RSA","n":")" + std::string{n->text} + R"("})";
  return Material{KeyKind::rsa, sha256(canonical), std::move(key)};
}

std::expected<Material, std::string> read_material(object jwk) {
  const OpenSslErrors ours;
  const auto kty = string_member(jwk, "kty");
  if (kty == "OKP") return read_okp(jwk);
  if (kty == "EC") return read_ec(jwk);
  if (kty == "RSA") return read_rsa(jwk);
  if (kty == "oct") return Unusable{"is a shared secret (kty oct), which a key set must not contain"};
  return Unusable{"has a kty other than OKP, EC and RSA"};
}

/// A published private key is no secret: whoever fetches the set could sign in as anyone.
bool holds_private_members(object jwk) {
  constexpr std::array names{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  return std::ranges::any_of(names, [&](const char* name) { return member(jwk, name).has_value(); });
}

/// RFC 7517 §4.2 and §4.3.
std::string purpose_fault(object jwk) {
  if (const auto use = member(jwk, "use"); use && string_of(*use) != "sig")
    return "is not for signatures (use is not sig)";
  const auto key_ops = member(jwk, "key_ops");
  if (!key_ops) return {};
  simdjson::dom::array operations;
  if (key_ops->get(operations) != simdjson::SUCCESS) return "has key_ops that is not an array";
  for (const auto operation : operations)
    if (string_of(operation) == "verify") return {};
  return "is not for verifying (key_ops has no verify)";
}

}  // namespace

bool fits(const Key& key, Algorithm algorithm) {
  if (!kind_fits(key.kind, algorithm)) return false;
  // Its two names say the same of an Ed25519 key, whose curve leaves no choice.
  return !key.algorithm || key.kind == KeyKind::ed25519 || *key.algorithm == algorithm;
}

std::expected<Key, std::string> read_key(element jwk) {
  object members;
  if (jwk.get(members) != simdjson::SUCCESS) return Unusable{"is not a JSON object"};
  if (auto fault = strict_json_fault(jwk); !fault.empty()) return Unusable{std::move(fault)};
  if (holds_private_members(members))
    return Unusable{"contains private members: its secret is published, so replace it"};
  const auto kid = string_member(members, "kid");
  if (!kid || kid->empty()) return Unusable{"has no kid"};
  if (kid->size() > max_kid_size) return Unusable{"has a kid longer than 256 bytes"};
  if (auto fault = purpose_fault(members); !fault.empty()) return Unusable{std::move(fault)};

  std::optional<Algorithm> declared;
  if (const auto alg = member(members, "alg")) {
    const auto name = string_of(*alg);
    declared = name ? algorithm_named(*name) : std::nullopt;
    if (!declared) return Unusable{"has an alg that Drawbridge does not verify"};
  }
  auto material = read_material(members);
  if (!material) return Unusable{material.error()};
  if (declared && !kind_fits(material->kind, *declared))
    return Unusable{"has an alg that does not match its kty and crv"};
  return Key{std::string{*kid}, material->kind, declared, material->thumbprint, std::move(material->key)};
}

}  // namespace drawbridge
