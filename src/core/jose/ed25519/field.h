#pragma once

// Numbers modulo p = 2^255 - 19 (RFC 8032 §5.1), in five limbs of 51 bits. Times depend on values: nothing
// here may see a secret.
//
// Why no limb overflows. U = 2^51 + 2^13 is one unit, and every limb of a FieldElement<n> is below n·U:
//  1. A product's limbs are below U, so it is a FieldElement<1>. Its factors are at most FieldElement<8>,
//  with
//     limbs below 8·U < 2^54.001. A column of the product is a sum of five products of two limbs, up to four
//     of them times 19: below 77 · 2^108.002 < 2^114.3. With the carry from the column before, below 2^64, it
//     fits in 128 bits, and what it carries, a 2^51th, fits in 64. The last column has no 19: below
//     5 · 2^108.002 + 2^64 < 2^110.4, so it carries below 2^59.4, and 19 times that, with the 51 bits of the
//     first limb, is below 2^63.7. That sum's carry into the second limb is below 2^13: all limbs below U.
//  2. A sum of FieldElement<m> and <n> is a FieldElement<m + n>.
//  3. A difference adds n·2p first, of which every limb is at least n·(2^52 - 38) > n·U: none goes below 0,
//     and none reaches m·U + n·2^52 < (m + 2n)·U.
// The compiler counts the units; a debug build asserts the limbs.

#include <array>
#include <cassert>
#include <cstdint>

namespace drawbridge::ed25519 {

__extension__ using Wide = unsigned __int128;

inline constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 51) - 1;
inline constexpr std::uint64_t limb_unit = (std::uint64_t{1} << 51) + (std::uint64_t{1} << 13);
inline constexpr int max_factor = 8;

/// 32 bytes with the lowest first, or four words of 64 bits. What is packed is below p.
using Bytes32 = std::array<std::uint8_t, 32>;
using Packed = std::array<std::uint64_t, 4>;

template <int units>
class FieldElement {
 public:
  using Limbs = std::array<std::uint64_t, 5>;

  /// 0.
  constexpr FieldElement() = default;
  constexpr explicit FieldElement(const Limbs& limbs) : limbs_{limbs} {
    for ([[maybe_unused]] const std::uint64_t limb : limbs_) assert(limb < units * limb_unit);
  }
  template <int fewer>
    requires(fewer < units)
  constexpr FieldElement(const FieldElement<fewer>& other) : limbs_{other.limbs()} {}

  constexpr const Limbs& limbs() const { return limbs_; }

 private:
  Limbs limbs_{};
};

/// What a product is: nothing smaller is told apart.
using Element = FieldElement<1>;

inline constexpr Element zero{};
inline constexpr Element one{{1, 0, 0, 0, 0}};

template <int m, int n>
constexpr FieldElement<m + n> operator+(const FieldElement<m>& left, const FieldElement<n>& right) {
  const auto& a = left.limbs();
  const auto& b = right.limbs();
  return FieldElement<m + n>{{a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]}};
}

template <int m, int n>
constexpr FieldElement<m + 2 * n> operator-(const FieldElement<m>& left, const FieldElement<n>& right) {
  constexpr std::uint64_t first = n * ((std::uint64_t{1} << 52) - 38);
  constexpr std::uint64_t rest = n * ((std::uint64_t{1} << 52) - 2);
  const auto& a = left.limbs();
  const auto& b = right.limbs();
  return FieldElement<m + 2 * n>{
      {a[0] + first - b[0], a[1] + rest - b[1], a[2] + rest - b[2], a[3] + rest - b[3], a[4] + rest - b[4]}};
}

/// Point 1 above: columns of a product to limbs.
constexpr Element carried(Wide c0, Wide c1, Wide c2, Wide c3, Wide c4) {
  const auto low = [](Wide column) { return static_cast<std::uint64_t>(column) & limb_mask; };
  const auto carry = [](Wide column) {
    assert(column >> 115 == 0);
    return static_cast<std::uint64_t>(column >> 51);
  };
  c1 += carry(c0);
  c2 += carry(c1);
  c3 += carry(c2);
  c4 += carry(c3);
  assert(c4 >> 111 == 0);
  const std::uint64_t first = low(c0) + 19 * carry(c4);
  return Element{{first & limb_mask, low(c1) + (first >> 51), low(c2), low(c3), low(c4)}};
}

template <int m, int n>
constexpr Element operator*(const FieldElement<m>& left, const FieldElement<n>& right) {
  static_assert(m <= max_factor && n <= max_factor, "point 1 above does not hold");
  const auto& [a0, a1, a2, a3, a4] = left.limbs();
  const auto& [b0, b1, b2, b3, b4] = right.limbs();
  const std::uint64_t f1 = 19 * b1;
  const std::uint64_t f2 = 19 * b2;
  const std::uint64_t f3 = 19 * b3;
  const std::uint64_t f4 = 19 * b4;
  return carried(Wide{a0} * b0 + Wide{a1} * f4 + Wide{a2} * f3 + Wide{a3} * f2 + Wide{a4} * f1,
                 Wide{a0} * b1 + Wide{a1} * b0 + Wide{a2} * f4 + Wide{a3} * f3 + Wide{a4} * f2,
                 Wide{a0} * b2 + Wide{a1} * b1 + Wide{a2} * b0 + Wide{a3} * f4 + Wide{a4} * f3,
                 Wide{a0} * b3 + Wide{a1} * b2 + Wide{a2} * b1 + Wide{a3} * b0 + Wide{a4} * f4,
                 Wide{a0} * b4 + Wide{a1} * b3 + Wide{a2} * b2 + Wide{a3} * b1 + Wide{a4} * b0);
}

template <int m>
constexpr Element squared(const FieldElement<m>& of) {
  static_assert(m <= max_factor, "point 1 above does not hold");
  const auto& [a0, a1, a2, a3, a4] = of.limbs();
  const std::uint64_t d0 = 2 * a0;
  const std::uint64_t d1 = 2 * a1;
  const std::uint64_t d2 = 2 * a2;
  const std::uint64_t f3 = 19 * a3;
  const std::uint64_t f4 = 19 * a4;
  return carried(Wide{a0} * a0 + Wide{d1} * f4 + Wide{d2} * f3, Wide{d0} * a1 + Wide{d2} * f4 + Wide{a3} * f3,
                 Wide{d0} * a2 + Wide{a1} * a1 + Wide{2 * a3} * f4,
                 Wide{d0} * a3 + Wide{d1} * a2 + Wide{a4} * f4,
                 Wide{d0} * a4 + Wide{d1} * a3 + Wide{a2} * a2);
}

/// of^(2^times)
constexpr Element squared(Element of, int times) {
  for (int i = 0; i < times; ++i) of = squared(of);
  return of;
}

/// The one spelling below p. A limb of an Element is below U, so its value is below 2p.
constexpr Packed packed(const Element& of) {
  auto [v0, v1, v2, v3, v4] = of.limbs();
  // 1 where the value reaches p: that is where 19 more reach 2^255.
  std::uint64_t over = (v0 + 19) >> 51;
  for (const std::uint64_t limb : {v1, v2, v3, v4}) over = (limb + over) >> 51;
  assert(over <= 1);
  v0 += 19 * over;
  v1 += v0 >> 51;
  v2 += v1 >> 51;
  v3 += v2 >> 51;
  v4 += v3 >> 51;
  for (std::uint64_t* const limb : {&v0, &v1, &v2, &v3, &v4}) *limb &= limb_mask;
  return {v0 | v1 << 51, v1 >> 13 | v2 << 38, v2 >> 26 | v3 << 25, v3 >> 39 | v4 << 12};
}

/// Of any 255 bits: the highest is left out.
constexpr Element unpacked(const Packed& words) {
  const auto& [w0, w1, w2, w3] = words;
  return Element{{w0 & limb_mask, (w0 >> 51 | w1 << 13) & limb_mask, (w1 >> 38 | w2 << 26) & limb_mask,
                  (w2 >> 25 | w3 << 39) & limb_mask, (w3 >> 12) & limb_mask}};
}

constexpr bool operator==(const Element& left, const Element& right) {
  return packed(left) == packed(right);
}

/// The lowest bit of the number below p: RFC 8032 §5.1.2 calls it the sign.
constexpr bool is_odd(const Element& of) {
  return (packed(of)[0] & 1) != 0;
}

constexpr Bytes32 bytes_of(const Packed& words) {
  Bytes32 bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(words[i / 8] >> (8 * (i % 8)));
  return bytes;
}

constexpr Packed words_of(const Bytes32& bytes) {
  Packed words{};
  for (std::size_t i = 0; i < bytes.size(); ++i) words[i / 8] |= std::uint64_t{bytes[i]} << (8 * (i % 8));
  return words;
}

/// of^(2^250 - 1)
constexpr Element to_250_ones(const Element& of) {
  const Element ones_5 = squared(of, 4) * squared(of, 3) * squared(of, 2) * squared(of) * of;
  const Element ones_10 = squared(ones_5, 5) * ones_5;
  const Element ones_20 = squared(ones_10, 10) * ones_10;
  const Element ones_40 = squared(ones_20, 20) * ones_20;
  const Element ones_50 = squared(ones_40, 10) * ones_10;
  const Element ones_100 = squared(ones_50, 50) * ones_50;
  const Element ones_200 = squared(ones_100, 100) * ones_100;
  return squared(ones_200, 50) * ones_50;
}

/// of^(p - 2), which is 1/of, and 0 of 0: p - 2 is 2^255 - 21, that is (2^250 - 1)·2^5 + 11.
constexpr Element inverse(const Element& of) {
  return squared(to_250_ones(of), 5) * squared(of, 3) * squared(of) * of;
}

}  // namespace drawbridge::ed25519
