// Digits, tables, and that a table with any fault in it is found.

#include "core/jose/ed25519/multiples.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "core/jose/ed25519/key_table.h"
#include "tests/support/ed25519_cases.h"

namespace drawbridge::ed25519 {
namespace {

using test::Random;
using test::SigningKey;

/// The number that digits stand for, with every carry done.
template <int bits>
Bytes32 number_of(const auto& digits) {
  Bytes32 bytes{};
  // From the highest: times 2^bits, plus the digit, in bytes as long as the number.
  std::array<int, 33> places{};
  for (std::size_t i = digits.size(); i-- > 0;) {
    for (int& place : places) place <<= bits;
    places[0] += digits[i];
    for (std::size_t at = 0; at + 1 < places.size(); ++at) {
      const int carry = places[at] >> 8;
      places[at] &= 0xFF;
      places[at + 1] += carry;
    }
  }
  EXPECT_EQ(places.back(), 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(places[i]);
  return bytes;
}

template <int bits>
void expect_digits(const Bytes32& number, const std::string& name) {
  const auto digits = digits_of<bits>(number);
  EXPECT_EQ(number_of<bits>(digits), number) << name << ", " << bits << " bits";
  for (const int digit : digits) {
    EXPECT_GT(digit, -(1 << (bits - 1))) << name;
    EXPECT_LE(digit, 1 << (bits - 1)) << name;
  }
}

Bytes32 order() {
  const std::string bytes = test::plus_order(std::string(32, '\0'));
  Bytes32 number{};
  std::ranges::transform(bytes, number.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return number;
}

Bytes32 changed(Bytes32 number, int by) {
  number.front() = static_cast<std::uint8_t>(number.front() + by);
  return number;
}

TEST(Digits, AreTheNumber) {
  Random random{1};
  std::vector<std::pair<std::string, Bytes32>> numbers{
      {"0", {}}, {"1", {1}}, {"order", order()}, {"order - 1", changed(order(), -1)}};
  Bytes32 most{};
  most.fill(0xFF);
  most.back() = 0x1F;
  numbers.emplace_back("2^253 - 1", most);
  for (const int fill : {0x10, 0x0F, 0x80, 0x7F, 0x84, 0x42, 0x21}) {  // at the edges of windows
    Bytes32 filled{};
    filled.fill(static_cast<std::uint8_t>(fill));
    filled.back() &= 0x1F;
    numbers.emplace_back("bytes of " + std::to_string(fill), filled);
  }
  for (std::size_t bit = 0; bit < 253; ++bit) {
    Bytes32 one_bit{};
    one_bit.at(bit / 8) = static_cast<std::uint8_t>(1U << (bit % 8));
    numbers.emplace_back("bit " + std::to_string(bit), one_bit);
  }
  for (int i = 0; i < 1'000; ++i) {
    Bytes32 any{};
    const std::string bytes = random.bytes(32);
    std::ranges::transform(bytes, any.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    any.back() &= 0x1F;
    numbers.emplace_back("random", any);
  }
  for (const auto& [name, number] : numbers) {
    expect_digits<5>(number, name);
    expect_digits<8>(number, name);
  }
}

TEST(Order, IsTheBound) {
  EXPECT_TRUE(is_below_order({}));
  EXPECT_TRUE(is_below_order(changed(order(), -1)));
  EXPECT_FALSE(is_below_order(order()));
  EXPECT_FALSE(is_below_order(changed(order(), 1)));
  Bytes32 all{};
  all.fill(0xFF);
  EXPECT_FALSE(is_below_order(all));
  for (std::size_t byte = 0; byte < 32; ++byte) {
    Bytes32 more = order();
    more.at(byte) = static_cast<std::uint8_t>(more.at(byte) + 1);
    if (more.at(byte) != 0) {
      EXPECT_FALSE(is_below_order(more)) << byte;
    }
    Bytes32 less = order();
    if (less.at(byte) == 0) continue;
    less.at(byte) = static_cast<std::uint8_t>(less.at(byte) - 1);
    EXPECT_TRUE(is_below_order(less)) << byte;
  }
}

using Small = Multiples<3, 4, 3>;

Point point_of(const SigningKey& key) {
  return decoded(key.key()).value();
}

TEST(Table, HoldsWhatLibsodiumSays) {
  Random random{2};
  for (const bool has_small_part : {false, true}) {
    const SigningKey key{random, has_small_part};
    EXPECT_TRUE(key.table().holds());
    Small small;
    fill(small, point_of(key));
    EXPECT_TRUE(holds_for(small, key.key()));
  }
}

TEST(Table, WithOneBitOfOneEntryChangedIsFound) {
  Random random{3};
  const SigningKey key{random, false};
  Small table;
  fill(table, point_of(key));
  for (auto& row : table.rows)
    for (Addend& addend : row)
      for (Packed* const number : {&addend.sum, &addend.difference, &addend.product}) {
        std::uint64_t& word = number->at(random.below(4));
        const std::uint64_t bit = std::uint64_t{1} << random.below(64);
        word ^= bit;
        EXPECT_FALSE(holds_for(table, key.key()));
        word ^= bit;
      }
  EXPECT_TRUE(holds_for(table, key.key()));
}

TEST(Table, OfAnotherPointIsFound) {
  Random random{4};
  const SigningKey key{random, false};
  const SigningKey other{random, false};
  Small table;
  fill(table, point_of(other));
  EXPECT_FALSE(holds_for(table, key.key())) << "of another key";
  fill(table, negated(point_of(key)));
  EXPECT_FALSE(holds_for(table, key.key())) << "with the other sign";
  EXPECT_FALSE(holds_for(other.table().multiples(), key.key()));
  fill(table, point_of(key));
  std::swap(table.rows[1][1], table.rows[1][2]);
  EXPECT_FALSE(holds_for(table, key.key())) << "entries that changed places";
}

TEST(Table, OfTheBasePointHolds) {
  EXPECT_NE(base_multiples(), nullptr);
}

TEST(Table, OfAKeyThatLibsodiumRefusesIsNotMade) {
  for (const Bytes32& point : test::small_points())
    EXPECT_EQ(KeyTable::of(point, *base_multiples()), nullptr);
  Random random{5};
  int off_the_curve = 0;
  for (int i = 0; i < 60; ++i) {
    Bytes32 any{};
    const std::string bytes = random.bytes(32);
    std::ranges::transform(bytes, any.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    const bool is_point = sum_by_libsodium(any, Bytes32{1}).has_value();
    EXPECT_EQ(KeyTable::of(any, *base_multiples()) != nullptr, is_point);
    off_the_curve += is_point ? 0 : 1;
  }
  EXPECT_GT(off_the_curve, 10);
}

TEST(Point, IsOfSmallOrderWhereEightTimesItIsTheIdentity) {
  Random random{6};
  for (const Bytes32& bytes : test::small_points())
    if (const auto point = decoded(bytes)) {
      EXPECT_TRUE(has_small_order(*point));
    }
  for (const bool has_small_part : {false, true})
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(has_small_order(point_of(SigningKey{random, has_small_part})));
}

TEST(Check, IsMadeOfASignatureThatIsGoodAlone) {
  Random random{7};
  const SigningKey key{random, false};
  const std::string signature = key.sign("message", random);
  const auto made = make_check({key.key(), "message", signature});
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->key(), key.key());
  EXPECT_TRUE(made->verify("message", signature));
  EXPECT_EQ(make_check({key.key(), "another", signature}), nullptr);
  EXPECT_EQ(make_check({SigningKey{random, false}.key(), "message", signature}), nullptr);
}

}  // namespace
}  // namespace drawbridge::ed25519
