#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/jose/ed25519/key_table.h"

namespace drawbridge::test {

/// Sebastiano Vigna's SplitMix64, so that a run can be repeated.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  std::string bytes(std::size_t count);

 private:
  std::uint64_t state_;
};

/// Whether OpenSSL accepts it, which takes R and A of small order, too.
bool verified_by_openssl(const Ed25519PublicKey& key, std::string_view message, std::string_view signature);

/// The spellings of the points of small order, of which six are of none that RFC 8032 allows.
const std::vector<Ed25519PublicKey>& small_points();

/// number + the order of the base point, as a signature's S holds it.
std::string plus_order(std::string_view number);

/// A key with its tables, half of them with a part of small order in the key, and signatures of it: good
/// ones, and those that a verifier goes wrong with.
class SigningKey {
 public:
  explicit SigningKey(Random& random, bool has_small_part);

  const Ed25519PublicKey& key() const { return key_; }
  const ed25519::KeyTable& table() const { return *table_; }
  /// Good where the key is of the base point alone. Else it is good once in eight times, when the part of
  /// small order in R meets that in k times the key.
  std::string sign(std::string_view message, Random& random) const;

 private:
  bool has_small_part_;
  Ed25519PublicKey scalar_{};
  Ed25519PublicKey key_{};
  std::shared_ptr<const ed25519::KeyTable> table_;
};

struct SignatureCase {
  const SigningKey* key;
  std::string message;
  std::string signature;
};

/// Cases without end, the same for the same seed: a signature as it was made, then three spoiled copies of
/// it.
class SignatureCases {
 public:
  SignatureCases(std::uint64_t seed, std::size_t keys);
  SignatureCase next();

 private:
  void spoil(SignatureCase& good);

  Random random_;
  std::vector<SigningKey> keys_;
  std::uint64_t next_ = 0;
  SignatureCase last_{};
};

/// Empty where tables, libsodium and OpenSSL agree about it, as far as the latter two do, else what is wrong.
std::string disagreement(const SignatureCase& with, bool asks_openssl, bool& accepted);

}  // namespace drawbridge::test
