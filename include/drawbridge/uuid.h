#pragma once

#include "drawbridge/export.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drawbridge {

/// A UUID as a value (RFC 9562): compared by its 128 bits, never as text.
class DRAWBRIDGE_API Uuid {
 public:
  /// Reads the 36-character form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, hex digits of either case.
  /// Braces, `urn:uuid:` and the form without hyphens are refused.
  static std::optional<Uuid> parse(std::string_view text);

  static constexpr Uuid from_bytes(const std::array<std::uint8_t, 16>& bytes) { return Uuid{bytes}; }

  /// The 36-character form in lower case.
  std::string text() const;

  bool is_nil() const;

  friend constexpr bool operator==(const Uuid&, const Uuid&) = default;
  /// Not defaulted: std::array of libc++ 16 has no operator<=>.
  friend constexpr std::strong_ordering operator<=>(const Uuid& a, const Uuid& b) {
    if (a == b) return std::strong_ordering::equal;
    return a.bytes_ < b.bytes_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }

 private:
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_{bytes} {}

  std::array<std::uint8_t, 16> bytes_;
};

}  // namespace drawbridge
