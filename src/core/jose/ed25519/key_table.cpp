#include "core/jose/ed25519/key_table.h"

#include <algorithm>
#include <atomic>

#include <sodium.h>

namespace drawbridge::ed25519 {
namespace {

constexpr Packed order{0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0, 0x1000000000000000};
constexpr std::size_t half = 32;

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Bytes32 half_of(std::string_view signature, std::size_t begin) {
  Bytes32 bytes{};
  std::copy_n(data_of(signature) + begin, half, bytes.begin());
  return bytes;
}

/// SHA-512(R ‖ A ‖ M) modulo the order.
Bytes32 challenge(const Bytes32& r, const Ed25519PublicKey& key, std::string_view message) {
  std::array<unsigned char, crypto_hash_sha512_BYTES> hash{};
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, r.data(), r.size());
  crypto_hash_sha512_update(&state, key.data(), key.size());
  crypto_hash_sha512_update(&state, data_of(message), message.size());
  crypto_hash_sha512_final(&state, hash.data());
  Bytes32 reduced{};
  crypto_core_ed25519_scalar_reduce(reduced.data(), hash.data());
  return reduced;
}

/// The x of a key is not 0, so -A differs from A by its sign alone.
Bytes32 negated_bytes(Bytes32 key) {
  key.back() ^= 0x80;
  return key;
}

/// Copies of a good signature that no key may accept: a bit of R, of S and of the message flipped.
bool refuses_flipped(const KeyTable& table, const WantedCheck& wanted) {
  WantedCheck copy = wanted;
  for (char* const byte : {&copy.signature.front(), &copy.signature[half], &copy.message.front()}) {
    *byte = static_cast<char>(*byte ^ 1);
    if (table.verify(copy.message, copy.signature)) return false;
    *byte = static_cast<char>(*byte ^ 1);
  }
  return true;
}

}  // namespace

const BaseMultiples* base_multiples() {
  // Never freed: a thread may still verify while the process ends. Made without a lock, which a fork could
  // leave locked: of two threads that make it at once one keeps its own.
  static constinit std::atomic<const BaseMultiples*> base{nullptr};
  if (const BaseMultiples* const made = base.load(std::memory_order_acquire)) return made;
  auto own = std::make_unique<BaseMultiples>();
  fill(*own, base_point());
  constexpr Bytes32 scalar{1};
  Bytes32 theirs{};
  if (crypto_scalarmult_ed25519_base_noclamp(theirs.data(), scalar.data()) != 0 || !holds_for(*own, theirs))
    return nullptr;
  const BaseMultiples* first = nullptr;
  return base.compare_exchange_strong(first, own.get(), std::memory_order_acq_rel) ? own.release() : first;
}

bool is_below_order(const Bytes32& number) {
  const Packed words = words_of(number);
  return std::lexicographical_compare(words.rbegin(), words.rend(), order.rbegin(), order.rend());
}

bool has_small_order(const Point& point) {
  // Order 1 and 2: x is 0. Order 4, where doubling leads to those: y is 0. Order 8, where it leads to a y of
  // x² + y² = 0: see doubled().
  return point.x == zero || point.y == zero || (squared(point.x) + squared(point.y)) * one == zero;
}

KeyTable::KeyTable(const Ed25519PublicKey& key, const Point& negated_key, const BaseMultiples& base)
    : SignatureCheck{key}, base_{base} {
  fill(multiples_, negated_key);
}

std::shared_ptr<const KeyTable> KeyTable::of(const Ed25519PublicKey& key, const BaseMultiples& base) {
  const auto point = decoded(key);
  if (!point || has_small_order(*point)) return nullptr;
  return std::shared_ptr<const KeyTable>{new KeyTable{key, negated(*point), base}};
}

bool KeyTable::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != 2 * half) return false;
  const Bytes32 r = half_of(signature, 0);
  const Bytes32 s = half_of(signature, half);
  if (!is_below_order(s)) return false;
  // k itself and never the order less k: a key may have a part of small order, which the order does not end.
  const auto of_key = digits_of<5>(challenge(r, key(), message));
  const auto of_base = digits_of<8>(s);
  Point sum = identity;
  for (std::size_t i = 1; i < of_key.size(); i += 2) sum = multiples_.added(sum, i / 2, of_key[i]);
  for (int i = 0; i < 5; ++i) sum = doubled(sum);
  for (std::size_t i = 0; i < of_key.size(); i += 2) sum = multiples_.added(sum, i / 2, of_key[i]);
  for (std::size_t i = 0; i < of_base.size(); ++i) sum = base_.added(sum, i, of_base[i]);
  return encoded(sum) == r && !has_small_order(sum);
}

bool KeyTable::holds() const {
  return holds_for(multiples_, negated_bytes(key()));
}

bool has_tables() {
  return true;
}

std::shared_ptr<const SignatureCheck> make_check(const WantedCheck& wanted) {
  const BaseMultiples* const base = base_multiples();
  if (base == nullptr) return nullptr;
  const auto table = KeyTable::of(wanted.key, *base);
  if (!table || wanted.message.empty() || !table->holds()) return nullptr;
  if (!table->verify(wanted.message, wanted.signature) || !refuses_flipped(*table, wanted)) return nullptr;
  return table;
}

}  // namespace drawbridge::ed25519
