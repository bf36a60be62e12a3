#include "core/jose/ed25519/curve.h"

namespace drawbridge::ed25519 {
namespace {

/// 2^((p - 1)/4), whose square is -1: (p - 1)/4 is 2^253 - 5, that is (2^250 - 1)·2^3 + 3.
constexpr Element two{{2, 0, 0, 0, 0}};
constexpr Element root_of_minus_one = squared(to_250_ones(two), 3) * squared(two) * two;

}  // namespace

Bytes32 encoded(const Point& of) {
  const Element z = inverse(of.z);
  Packed words = packed(of.y * z);
  if (is_odd(of.x * z)) words[3] |= std::uint64_t{1} << 63;
  return bytes_of(words);
}

std::optional<Point> decoded(const Bytes32& bytes) {
  Packed words = words_of(bytes);
  const bool odd = words[3] >> 63 != 0;
  words[3] &= ~(std::uint64_t{1} << 63);
  const Element y = unpacked(words);
  if (packed(y) != words) return std::nullopt;
  const Element u = (squared(y) - one) * one;
  const Element v = (curve_d * squared(y) + one) * one;
  // x = u·v³·(u·v⁷)^((p - 5)/8), where (p - 5)/8 is 2^252 - 3, that is (2^250 - 1)·2^2 + 1.
  const Element v3 = squared(v) * v;
  const Element uv7 = u * squared(v3) * v;
  Element x = u * v3 * (squared(to_250_ones(uv7), 2) * uv7);
  const Element square = v * squared(x);
  if (square == (zero - u) * one)
    x = x * root_of_minus_one;
  else if (!(square == u))
    return std::nullopt;
  if (odd && x == zero) return std::nullopt;
  if (is_odd(x) != odd) x = (zero - x) * one;
  return Point{x, y, one, x * y};
}

std::vector<Addend> addends_of(const std::vector<Point>& points) {
  // products[i] is the product of the first i of them, so 1/z of the last is products[n - 1] / products[n].
  std::vector<Element> products{one};
  products.reserve(points.size() + 1);
  for (const Point& point : points) products.push_back(products.back() * point.z);
  Element of_rest = inverse(products.back());
  std::vector<Addend> addends(points.size());
  for (std::size_t i = points.size(); i-- > 0;) {
    const Element z = of_rest * products[i];
    of_rest = of_rest * points[i].z;
    const Element x = points[i].x * z;
    const Element y = points[i].y * z;
    addends[i] = {packed((y + x) * one), packed((y - x) * one), packed(curve_2d * x * y)};
  }
  return addends;
}

std::optional<Addend> addend_of(const Bytes32& point) {
  const auto found = decoded(point);
  return found ? std::optional{addends_of({*found}).front()} : std::nullopt;
}

Point base_point() {
  return *decoded(bytes_of(packed(Element{{4, 0, 0, 0, 0}} * inverse(Element{{5, 0, 0, 0, 0}}))));
}

}  // namespace drawbridge::ed25519
