#pragma once

// Multiples of a fixed point, so that a product with it is a sum of few of them.

#include <array>
#include <cassert>
#include <cstdint>

#include "core/jose/ed25519/curve.h"
#include "core/jose/ed25519/libsodium.h"

namespace drawbridge::ed25519 {

/// A number below 2^253 in digits of as many bits, from -2^(bits-1) + 1 to 2^(bits-1), the lowest first.
template <int bits>
constexpr auto digits_of(const Bytes32& number) {
  constexpr int count = (253 + bits) / bits;  // one bit more than 253, for what the digit before carries
  constexpr int radix = 1 << bits;
  const Packed words = words_of(number);
  assert(words[3] >> 61 == 0);
  std::array<std::int16_t, count> digits{};
  int carry = 0;
  for (int i = 0; i < count; ++i) {
    const auto word = static_cast<std::size_t>(i * bits / 64);
    const int shift = i * bits % 64;
    std::uint64_t window = words[word] >> shift;
    if (shift + bits > 64 && word < 3) window |= words[word + 1] << (64 - shift);
    const int digit = static_cast<int>(window & (radix - 1)) + carry;
    carry = digit > radix / 2 ? 1 : 0;
    digits[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(digit - carry * radix);
  }
  assert(carry == 0);
  return digits;
}

/// rows[i][j] is (j + 1)·2^(step·i) times a point.
template <int bits, int step, int count>
struct Multiples {
  std::array<std::array<Addend, 1 << (bits - 1)>, count> rows;

  /// `sum` and digit·2^(step·row) times the point.
  Point added(const Point& sum_so_far, std::size_t row, int digit) const {
    if (digit > 0) return sum<false>(sum_so_far, rows[row][static_cast<std::size_t>(digit - 1)]);
    if (digit < 0) return sum<true>(sum_so_far, rows[row][static_cast<std::size_t>(-digit - 1)]);
    return sum_so_far;
  }
};

template <int bits, int step, int count>
void fill(Multiples<bits, step, count>& multiples, Point point) {
  std::vector<Point> points;
  points.reserve(count << (bits - 1));
  for (int i = 0; i < count; ++i) {
    Point multiple = point;
    for (int j = 0; j < 1 << (bits - 1); ++j) {
      points.push_back(multiple);
      multiple = multiple + point;
    }
    for (int j = 0; j < step; ++j) point = doubled(point);
  }
  const std::vector<Addend> addends = addends_of(points);
  std::size_t next = 0;
  for (auto& row : multiples.rows)
    for (Addend& addend : row) addend = addends[next++];
}

/// Whether every entry is the multiple that libsodium makes of the point. Takes milliseconds.
template <int bits, int step, int count>
bool holds_for(const Multiples<bits, step, count>& multiples, const Bytes32& point) {
  std::optional<Bytes32> first = point;
  for (const auto& row : multiples.rows) {
    std::optional<Bytes32> multiple = first;
    for (const Addend& addend : row) {
      if (!multiple || addend_of(*multiple) != addend) return false;
      multiple = sum_by_libsodium(*multiple, *first);
    }
    for (int j = 0; j < step && first; ++j) first = sum_by_libsodium(*first, *first);
  }
  return true;
}

/// 8 bits a digit: 384 KB, for all keys.
using BaseMultiples = Multiples<8, 8, 32>;
/// 5 bits a digit, and rows for every second digit alone: 39 KB.
using KeyMultiples = Multiples<5, 10, 26>;

}  // namespace drawbridge::ed25519
