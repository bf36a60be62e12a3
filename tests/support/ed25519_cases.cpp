#include "tests/support/ed25519_cases.h"

#include <algorithm>
#include <stdexcept>

#include <openssl/evp.h>
#include <sodium.h>

#include "core/jose/ed25519/libsodium.h"

namespace drawbridge::test {
namespace {

using Bytes = Ed25519PublicKey;

constexpr std::string_view small_point_spellings[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
};
constexpr std::size_t of_order_eight = 6;

void require(bool good) {
  if (!good) throw std::logic_error{"a case cannot be made"};
}

Bytes read(std::string_view hex) {
  Bytes bytes{};
  require(sodium_hex2bin(bytes.data(), bytes.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr) == 0);
  return bytes;
}

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes random_scalar(Random& random) {
  const std::string wide = random.bytes(crypto_core_ed25519_NONREDUCEDSCALARBYTES);
  Bytes scalar{};
  crypto_core_ed25519_scalar_reduce(scalar.data(), data_of(wide));
  return scalar;
}

Bytes times_base(const Bytes& scalar) {
  Bytes point{};
  require(crypto_scalarmult_ed25519_base_noclamp(point.data(), scalar.data()) == 0);
  return point;
}

Bytes with_small_part(Bytes point, std::uint64_t times) {
  for (; times > 0; --times) point = ed25519::sum_by_libsodium(point, small_points()[of_order_eight]).value();
  return point;
}

Bytes challenge(const Bytes& r, const Bytes& key, std::string_view message) {
  const std::string text = text_of(r) + text_of(key) + std::string{message};
  std::array<unsigned char, crypto_hash_sha512_BYTES> hash{};
  crypto_hash_sha512(hash.data(), data_of(text), text.size());
  Bytes scalar{};
  crypto_core_ed25519_scalar_reduce(scalar.data(), hash.data());
  return scalar;
}

}  // namespace

std::uint64_t Random::next() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::string Random::bytes(std::size_t count) {
  std::string text(count, '\0');
  for (char& byte : text) byte = static_cast<char>(next() & 0xFF);
  return text;
}

bool verified_by_openssl(const Ed25519PublicKey& key, std::string_view message, std::string_view signature) {
  EVP_PKEY* const held = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size());
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, held) == 1 &&
      EVP_DigestVerify(context, data_of(signature), signature.size(), data_of(message), message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(held);
  return good;
}

const std::vector<Ed25519PublicKey>& small_points() {
  static const std::vector<Ed25519PublicKey> points = [] {
    std::vector<Ed25519PublicKey> read_points;
    for (const std::string_view hex : small_point_spellings) read_points.push_back(read(hex));
    return read_points;
  }();
  return points;
}

std::string plus_order(std::string_view number) {
  constexpr std::string_view order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
  const Bytes bytes = read(order);
  std::string sum{number};
  unsigned carry = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    carry += static_cast<unsigned char>(sum[i]) + unsigned{bytes[i]};
    sum[i] = static_cast<char>(carry & 0xFF);
    carry >>= 8;
  }
  return sum;
}

SigningKey::SigningKey(Random& random, bool has_small_part)
    : has_small_part_{has_small_part}, scalar_{random_scalar(random)} {
  key_ = with_small_part(times_base(scalar_), has_small_part ? 1 + random.below(7) : 0);
  const auto* const base = ed25519::base_multiples();
  require(base != nullptr);
  table_ = ed25519::KeyTable::of(key_, *base);
  require(table_ != nullptr);
}

std::string SigningKey::sign(std::string_view message, Random& random) const {
  const Bytes nonce = random_scalar(random);
  const Bytes r = with_small_part(times_base(nonce), has_small_part_ ? random.below(8) : 0);
  Bytes s{};
  crypto_core_ed25519_scalar_mul(s.data(), challenge(r, key_, message).data(), scalar_.data());
  crypto_core_ed25519_scalar_add(s.data(), s.data(), nonce.data());
  return text_of(r) + text_of(s);
}

SignatureCases::SignatureCases(std::uint64_t seed, std::size_t keys) : random_{seed} {
  keys_.reserve(keys);
  for (std::size_t i = 0; i < keys; ++i) keys_.emplace_back(random_, i % 2 == 1);
}

SignatureCase SignatureCases::next() {
  if (next_++ % 4 == 0) {  // signing takes longer than verifying
    const SigningKey& key = keys_[random_.below(keys_.size())];
    last_ = {&key, random_.bytes(random_.below(200)), {}};
    last_.signature = key.sign(last_.message, random_);
    return last_;
  }
  SignatureCase made = last_;
  spoil(made);
  return made;
}

void SignatureCases::spoil(SignatureCase& good) {
  std::string& signature = good.signature;
  const auto flip = [&](std::string& text) {
    if (!text.empty()) text[random_.below(text.size())] ^= static_cast<char>(1U << random_.below(8));
  };
  switch (random_.below(9)) {
    case 0:
      return flip(signature);
    case 1:
      return flip(good.message);
    case 2:
      signature[random_.below(signature.size())] = static_cast<char>(random_.below(256));
      return;
    case 3:
      signature.replace(32, 32, plus_order(std::string_view{signature}.substr(32)));
      return;
    case 4: {  // the edges of S
      std::string edge(32, random_.below(2) == 0 ? '\0' : '\xFF');
      if (random_.below(2) == 0) edge = plus_order(std::string(32, '\0'));
      edge.front() = static_cast<char>(edge.front() + static_cast<char>(random_.below(5)) - 2);
      signature.replace(32, 32, edge);
      return;
    }
    case 5:
      signature.replace(0, 32, text_of(small_points()[random_.below(small_points().size())]));
      return;
    case 6: {  // a part of small order in R that is not in k times the key
      Bytes r{};
      std::copy_n(data_of(signature), r.size(), r.begin());
      signature.replace(0, 32, text_of(with_small_part(r, 1 + random_.below(7))));
      return;
    }
    case 7:
      good.key = &keys_[random_.below(keys_.size())];
      return;
    default:
      signature = random_.bytes(64);
      signature.back() &= 0x1F;
  }
}

std::string disagreement(const SignatureCase& with, bool asks_openssl, bool& accepted) {
  const auto& key = with.key->key();
  accepted = with.key->table().verify(with.message, with.signature);
  if (accepted != ed25519::verified_by_libsodium(key, with.message, with.signature))
    return accepted ? "libsodium refuses it" : "libsodium accepts it";
  if (!asks_openssl || accepted == verified_by_openssl(key, with.message, with.signature)) return {};
  if (accepted) return "OpenSSL refuses it";
  const bool small = std::ranges::any_of(small_points(), [&](const Ed25519PublicKey& point) {
    return with.signature.starts_with(text_of(point));
  });
  return small ? std::string{} : "OpenSSL accepts it";
}

}  // namespace drawbridge::test
