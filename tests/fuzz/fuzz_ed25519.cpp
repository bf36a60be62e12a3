// Properties of EdDSA with tables, for any signature, message and key:
//  1. The verdict is libsodium's. What is accepted, OpenSSL accepts too.
//  2. A key has tables where libsodium takes it for a key, and then each entry holds.
// The first byte says how the rest is read: as a signature and a message, as what is changed in a good
// signature of the message, or as a key.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <sodium.h>

#include "core/jose/ed25519/libsodium.h"
#include "tests/fuzz/known_tokens.h"
#include "tests/support/ed25519_cases.h"

namespace drawbridge::fuzz {
namespace {

using ed25519::KeyTable;
using test::SigningKey;

constexpr std::size_t signature_size = 64;

const std::vector<SigningKey>& keys() {
  static const std::vector<SigningKey> all = [] {
    require(sodium_init() >= 0, "libsodium starts");
    test::Random random{1};
    std::vector<SigningKey> made;
    for (int i = 0; i < 8; ++i) made.emplace_back(random, i % 2 == 1);
    return made;
  }();
  return all;
}

void check_signature(const SigningKey& key, std::string_view message, std::string_view signature) {
  bool accepted = false;
  require(test::disagreement({&key, std::string{message}, std::string{signature}}, true, accepted).empty(),
          "tables, libsodium and OpenSSL agree");
}

/// A key is one where libsodium can accept a signature of it: its own sum with the identity tells a point.
void check_key(std::string_view bytes) {
  Ed25519PublicKey key{};
  std::ranges::transform(bytes, key.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  const auto table = KeyTable::of(key, *ed25519::base_multiples());
  const auto sum = ed25519::sum_by_libsodium(key, Ed25519PublicKey{1});
  const bool is_small = std::ranges::find(test::small_points(), key) != test::small_points().end();
  require((table != nullptr) == (sum == key && !is_small), "a key has tables where libsodium takes it");
  if (table) require(table->holds(), "each entry is what libsodium makes of the key");
}

}  // namespace
}  // namespace drawbridge::fuzz

/// The tables take seconds, which are no input's.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  drawbridge::fuzz::keys();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drawbridge::fuzz;
  if (size < 1 + signature_size) return 0;
  const SigningKey& key = keys().at(data[0] % keys().size());
  const unsigned way = data[0] >> 3;
  std::string signature{reinterpret_cast<const char*>(data) + 1, signature_size};
  const std::string_view message{reinterpret_cast<const char*>(data) + 1 + signature_size,
                                 size - 1 - signature_size};
  if (way == 31) {
    check_key(std::string_view{signature}.substr(0, 32));
  } else if (way < 8) {
    check_signature(key, message, signature);
  } else {
    drawbridge::test::Random random{way};
    std::string good = key.sign(message, random);
    if (way % 4 == 1) good.replace(32, 32, drawbridge::test::plus_order(std::string_view{good}.substr(32)));
    std::ranges::transform(good, signature, good.begin(),
                           [](char a, char b) { return static_cast<char>(a ^ b); });
    check_signature(key, message, good);
  }
  return 0;
}
