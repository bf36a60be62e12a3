// Numbers modulo p against OpenSSL's big numbers, with limbs at the bounds that field.h argues with.

#include "core/jose/ed25519/field.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include "core/jose/ed25519/curve.h"
#include "core/jose/openssl_handles.h"
#include "tests/support/ed25519_cases.h"

namespace drawbridge::ed25519 {
namespace {

using test::Random;

/// A number below p by OpenSSL.
class Big {
 public:
  explicit Big(const Packed& words) : Big{} {
    const Bytes32 bytes = bytes_of(words);
    BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), number_.get());
  }
  /// Of limbs that need not be in one spelling.
  template <int units>
  explicit Big(const FieldElement<units>& of) : Big{} {
    for (std::size_t i = 5; i-- > 0;) {
      BN_lshift(number_.get(), number_.get(), 51);
      BN_add_word(number_.get(), of.limbs().at(i));
    }
    BN_nnmod(number_.get(), number_.get(), p(), context());
  }

  Big operator*(const Big& other) const { return made(BN_mod_mul, other); }
  Big operator+(const Big& other) const { return made(BN_mod_add, other); }
  Big operator-(const Big& other) const { return made(BN_mod_sub, other); }
  Big inverse() const {
    Big made;
    if (BN_is_zero(number_.get()) == 0) BN_mod_inverse(made.number_.get(), number_.get(), p(), context());
    return made;
  }
  bool operator==(const Big& other) const { return BN_cmp(number_.get(), other.number_.get()) == 0; }
  static Big of(std::uint64_t number) { return Big{Packed{number, 0, 0, 0}}; }

 private:
  Big() : number_{BN_new()} {}
  static BN_CTX* context() {
    static const std::unique_ptr<BN_CTX, decltype([](BN_CTX* held) { BN_CTX_free(held); })> one{BN_CTX_new()};
    return one.get();
  }
  static const BIGNUM* p() {
    static const OpenSsl<BIGNUM> modulus = [] {
      OpenSsl<BIGNUM> number{BN_new()};
      BN_set_bit(number.get(), 255);
      BN_sub_word(number.get(), 19);
      return number;
    }();
    return modulus.get();
  }
  Big made(int (*by)(BIGNUM*, const BIGNUM*, const BIGNUM*, const BIGNUM*, BN_CTX*), const Big& other) const {
    Big result;
    by(result.number_.get(), number_.get(), other.number_.get(), p(), context());
    return result;
  }

  OpenSsl<BIGNUM> number_;
};

/// Each limb is 0, 1, its largest, one below that, one of 51 bits, or any.
template <int units>
FieldElement<units> element(Random& random) {
  constexpr std::uint64_t largest = units * limb_unit - 1;
  typename FieldElement<units>::Limbs limbs{};
  for (std::uint64_t& limb : limbs) {
    const std::uint64_t edges[] = {
        0, 1, largest, largest - 1, limb_mask, limb_mask - 18, random.below(largest + 1)};
    limb = edges[random.below(std::size(edges))];
  }
  return FieldElement<units>{limbs};
}

template <int units>
FieldElement<units> all(std::uint64_t limb) {
  return FieldElement<units>{{limb, limb, limb, limb, limb}};
}

constexpr int rounds = 2'000;

template <int m, int n>
void expect_right(Random& random) {
  for (int i = 0; i < rounds; ++i) {
    const auto a = i == 0 ? all<m>(m * limb_unit - 1) : element<m>(random);
    const auto b = i == 0 ? all<n>(n * limb_unit - 1) : element<n>(random);
    ASSERT_EQ(Big{a * b}, Big{a} * Big{b}) << i;
    if constexpr (m + 2 * n <= max_factor) {
      ASSERT_EQ(Big{a + b}, Big{a} + Big{b}) << i;
      ASSERT_EQ(Big{a - b}, Big{a} - Big{b}) << i;
    }
    ASSERT_EQ(Big{squared(a)}, Big{a} * Big{a}) << i;
    for (const std::uint64_t limb : (a * b).limbs()) ASSERT_LT(limb, limb_unit) << "point 1 of field.h";
  }
}

TEST(Field, MultipliesAddsAndSubtractsAsBigNumbersDo) {
  Random random{1};
  expect_right<1, 1>(random);
  expect_right<2, 3>(random);
  expect_right<4, 2>(random);
  expect_right<5, 4>(random);
  expect_right<8, 8>(random);
}

TEST(Field, HasOneSpellingForEachNumber) {
  constexpr Packed p_minus_1{~std::uint64_t{0} - 19, ~std::uint64_t{0}, ~std::uint64_t{0},
                             ~std::uint64_t{0} >> 1};
  Random random{2};
  for (int i = 0; i < rounds; ++i) {
    const Element a = i == 0 ? all<1>(limb_unit - 1) : element<1>(random);
    const Packed words = packed(a);
    ASSERT_EQ(Big{words}, Big{a});
    ASSERT_TRUE(std::ranges::lexicographical_compare(words.rbegin(), words.rend(), p_minus_1.rbegin(),
                                                     p_minus_1.rend()) ||
                words == p_minus_1);
    ASSERT_EQ(packed(unpacked(words)), words);
    ASSERT_EQ(words_of(bytes_of(words)), words);
  }
  struct Case {
    const char* name;
    std::uint64_t first, rest;
    Packed words;
  };
  const Case cases[] = {
      {"0", 0, 0, {0, 0, 0, 0}},
      {"p - 1", limb_mask - 19, limb_mask, p_minus_1},
      {"p", limb_mask - 18, limb_mask, {0, 0, 0, 0}},
      {"p + 1", limb_mask - 17, limb_mask, {1, 0, 0, 0}},
      {"2^255 - 1", limb_mask, limb_mask, {18, 0, 0, 0}},
      {"2^255", limb_mask + 1, limb_mask, {19, 0, 0, 0}},
  };
  for (const Case& each : cases)
    EXPECT_EQ(packed(Element{{each.first, each.rest, each.rest, each.rest, each.rest}}), each.words)
        << each.name;
}

TEST(Field, UnpacksAnyBitsButTheHighest) {
  Random random{3};
  for (int i = 0; i < rounds; ++i) {
    Packed words{random.next(), random.next(), random.next(), random.next()};
    if (i == 0) words = {~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
    const Element read = unpacked(words);
    words[3] &= ~std::uint64_t{0} >> 1;
    ASSERT_EQ(Big{read} - Big{words}, Big::of(0));
  }
}

TEST(Field, Inverts) {
  Random random{4};
  EXPECT_EQ(packed(inverse(zero)), (Packed{0, 0, 0, 0}));
  for (int i = 0; i < 100; ++i) {
    const Element a = element<1>(random);
    ASSERT_EQ(Big{inverse(a)}, Big{a}.inverse());
  }
}

TEST(Field, HasTheCurvesConstants) {
  EXPECT_EQ(Big{curve_d} * Big::of(121'666) + Big::of(121'665), Big::of(0));
  EXPECT_EQ(Big{curve_2d}, Big{curve_d} + Big{curve_d});
  const Point base = base_point();
  EXPECT_EQ(Big{base.y} * Big::of(5), Big::of(4));
  EXPECT_FALSE(is_odd(base.x));
}

#ifndef NDEBUG
TEST(FieldDeathTest, ADebugBuildEndsAtALimbBeyondItsBound) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(all<1>(limb_unit), "limb < units");
  EXPECT_DEATH(all<8>(8 * limb_unit), "limb < units");
}
#endif

}  // namespace
}  // namespace drawbridge::ed25519
