// Every verdict by tables is libsodium's: on published vectors (tests/vectors/ed25519/README.md), and on what
// would let a forgery in if a verifier made one of the known mistakes.

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sodium.h>

#include "core/jose/ed25519/key_table.h"
#include "core/jose/ed25519/libsodium.h"
#include "tests/support/ed25519_cases.h"
#include "tests/support/places.h"

namespace drawbridge::ed25519 {
namespace {

using test::Random;
using test::SigningKey;

struct Vector {
  std::string key, signature, message, result, name;
};

std::string read_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; hex != "-" && i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::vector<Vector> vectors_of(const std::string& set) {
  std::ifstream file{test::source_folder() / "tests/vectors/ed25519" / (set + ".txt")};
  std::vector<Vector> vectors;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    Vector vector;
    words >> vector.key >> vector.signature >> vector.message >> vector.result;
    std::getline(words, vector.name);
    for (std::string* const hex : {&vector.key, &vector.signature, &vector.message}) *hex = read_hex(*hex);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

Ed25519PublicKey key_of(const std::string& bytes) {
  Ed25519PublicKey key{};
  std::ranges::transform(bytes, key.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

/// What tables say; a key that has none is refused.
bool verified_by_tables(const Ed25519PublicKey& key, const Vector& vector) {
  static std::map<Ed25519PublicKey, std::shared_ptr<const KeyTable>> tables;
  const auto [at, is_new] = tables.try_emplace(key);
  if (is_new) at->second = KeyTable::of(key, *base_multiples());
  return at->second && at->second->verify(vector.message, vector.signature);
}

struct Set {
  const char* name;
  std::size_t count;
  std::size_t accepted;
};

class PublishedVectors : public ::testing::TestWithParam<Set> {};

TEST_P(PublishedVectors, HaveLibsodiumsVerdict) {
  const auto vectors = vectors_of(GetParam().name);
  EXPECT_EQ(vectors.size(), GetParam().count);
  std::size_t accepted = 0;
  for (const Vector& vector : vectors) {
    const Ed25519PublicKey key = key_of(vector.key);
    const bool good = verified_by_tables(key, vector);
    EXPECT_EQ(good, verified_by_libsodium(key, vector.message, vector.signature)) << vector.name;
    if (vector.result != "any") EXPECT_EQ(good, vector.result == "valid") << vector.name;
    accepted += good ? 1 : 0;
  }
  EXPECT_EQ(accepted, GetParam().accepted);
}

INSTANTIATE_TEST_SUITE_P(, PublishedVectors,
                         ::testing::Values(Set{"rfc8032", 5, 5}, Set{"wycheproof", 151, 88},
                                           Set{"speccheck", 12, 1}, Set{"cctv", 914, 43}),
                         [](const auto& set) { return std::string{set.param.name}; });

TEST(Verdict, IsThatOfLibsodiumAndOpenSsl) {
  test::SignatureCases cases{1, 8};
  std::size_t accepted = 0;
  for (int i = 0; i < 2'000; ++i) {
    bool good = false;
    ASSERT_EQ(test::disagreement(cases.next(), true, good), "") << i;
    accepted += good ? 1 : 0;
  }
  EXPECT_GT(accepted, 200);
}

TEST(Verdict, OfASignatureWithAnyBitFlippedIsNo) {
  Random random{1};
  const SigningKey key{random, false};
  const std::string message = random.bytes(100);
  const std::string signature = key.sign(message, random);
  ASSERT_TRUE(key.table().verify(message, signature));
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string changed = signature;
    changed[bit / 8] ^= static_cast<char>(1U << (bit % 8));
    EXPECT_FALSE(key.table().verify(message, changed)) << "bit " << bit;
  }
  for (std::size_t byte = 0; byte < message.size(); ++byte) {
    std::string changed = message;
    changed[byte] ^= 1;
    EXPECT_FALSE(key.table().verify(changed, signature)) << "byte " << byte;
  }
  for (const std::size_t size : std::initializer_list<std::size_t>{0U, 1U, 32U, 63U})
    EXPECT_FALSE(key.table().verify(message, signature.substr(0, size))) << size;
  EXPECT_FALSE(key.table().verify(message, signature + '\0'));
  EXPECT_FALSE(key.table().verify(message + '\0', signature));
}

TEST(Verdict, OfAnotherKeysSignatureIsNo) {
  Random random{2};
  const SigningKey key{random, false};
  const SigningKey other{random, false};
  EXPECT_FALSE(key.table().verify("message", other.sign("message", random)));
}

/// With k replaced by the order less k, or by any other number that is equal modulo the order alone, the part
/// of small order in the key is multiplied by something else: then what libsodium accepts would be refused.
TEST(Verdict, OfAKeyWithAPartOfSmallOrderIsLibsodiums) {
  Random random{3};
  int accepted = 0;
  for (int i = 0; i < 8; ++i) {
    const SigningKey key{random, true};
    for (int j = 0; j < 25; ++j) {
      const std::string signature = key.sign("message", random);
      const bool good = key.table().verify("message", signature);
      EXPECT_EQ(good, verified_by_libsodium(key.key(), "message", signature));
      accepted += good ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 5);
  EXPECT_LT(accepted, 150);
}

/// R of small order passes a comparison of bytes: S = k·a is then a signature that says nothing of R.
TEST(Verdict, OfAnRThatIsTheIdentityIsNo) {
  Ed25519PublicKey scalar{};
  crypto_core_ed25519_scalar_random(scalar.data());
  Ed25519PublicKey key{};
  ASSERT_EQ(crypto_scalarmult_ed25519_base_noclamp(key.data(), scalar.data()), 0);
  const std::string r = '\x01' + std::string(31, '\0');
  const std::string hashed =
      r + std::string{reinterpret_cast<const char*>(key.data()), key.size()} + "message";
  std::array<unsigned char, 64> hash{};
  crypto_hash_sha512(hash.data(), reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size());
  Ed25519PublicKey s{};
  crypto_core_ed25519_scalar_reduce(s.data(), hash.data());
  crypto_core_ed25519_scalar_mul(s.data(), s.data(), scalar.data());
  const std::string signature = r + std::string{reinterpret_cast<const char*>(s.data()), s.size()};
  EXPECT_TRUE(test::verified_by_openssl(key, "message", signature)) << "or the case is not the one meant";
  EXPECT_FALSE(verified_by_libsodium(key, "message", signature));
  EXPECT_FALSE(KeyTable::of(key, *base_multiples())->verify("message", signature));
}

}  // namespace
}  // namespace drawbridge::ed25519
