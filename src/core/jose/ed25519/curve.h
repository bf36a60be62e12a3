#pragma once

// Points of edwards25519, -x² + y² = 1 + dx²y² (RFC 8032 §5.1), in the extended coordinates of Hisil, Wong,
// Carter and Dawson, "Twisted Edwards Curves Revisited" (2008): x = X/Z, y = Y/Z, xy = T/Z. As -1 is a square
// modulo p and d is none, one formula adds any two points. Times depend on values.

#include <optional>
#include <vector>

#include "core/jose/ed25519/field.h"

namespace drawbridge::ed25519 {

/// d = -121665/121666
inline constexpr Element curve_d =
    (zero - Element{{121'665, 0, 0, 0, 0}}) * inverse(Element{{121'666, 0, 0, 0, 0}});
inline constexpr Element curve_2d = (curve_d + curve_d) * one;

/// A point as it is added to others, in the one spelling that it has: y + x, y - x and 2dxy.
struct Addend {
  Packed sum;
  Packed difference;
  Packed product;

  bool operator==(const Addend&) const = default;
};

struct Point {
  Element x;
  Element y;
  Element z;
  Element t;
};

inline constexpr Point identity{zero, one, one, zero};

/// What all sums below end with.
template <int e, int f, int g, int h>
constexpr Point point_of(const FieldElement<e>& e_, const FieldElement<f>& f_, const FieldElement<g>& g_,
                         const FieldElement<h>& h_) {
  return {e_ * f_, g_ * h_, f_ * g_, e_ * h_};
}

constexpr Point doubled(const Point& of) {
  const Element a = squared(of.x);
  const Element b = squared(of.y);
  const Element c = squared(of.z);
  const auto h = a + b;
  const auto g = a - b;
  return point_of(h - squared(of.x + of.y), c + c + g, g, h);
}

constexpr Point operator+(const Point& left, const Point& right) {
  const Element a = (left.y - left.x) * (right.y - right.x);
  const Element b = (left.y + left.x) * (right.y + right.x);
  const Element c = left.t * curve_2d * right.t;
  const Element d = (left.z + left.z) * right.z;
  return point_of(b - a, d - c, d + c, b + a);
}

/// left + right, or left - right: of -right, y + x and y - x change places, and 2dxy its sign.
template <bool subtracts>
constexpr Point sum(const Point& left, const Addend& right) {
  const Element a = (left.y - left.x) * unpacked(subtracts ? right.sum : right.difference);
  const Element b = (left.y + left.x) * unpacked(subtracts ? right.difference : right.sum);
  const Element c = left.t * unpacked(right.product);
  const auto d = left.z + left.z;
  if constexpr (subtracts) return point_of(b - a, d + c, d - c, b + a);
  return point_of(b - a, d - c, d + c, b + a);
}

constexpr Point negated(const Point& of) {
  return {(zero - of.x) * one, of.y, of.z, (zero - of.t) * one};
}

/// RFC 8032 §5.1.2. Takes one inversion.
Bytes32 encoded(const Point& of);

/// RFC 8032 §5.1.3: nothing for bytes that are no point's one spelling.
std::optional<Point> decoded(const Bytes32& bytes);

/// Takes one inversion for all of them.
std::vector<Addend> addends_of(const std::vector<Point>& points);

/// Nothing for bytes that are no point.
std::optional<Addend> addend_of(const Bytes32& point);

/// B: y = 4/5, x even.
Point base_point();

}  // namespace drawbridge::ed25519
