#include "drawbridge/uuid.h"

#include <algorithm>

namespace drawbridge {
namespace {

constexpr std::string_view shape = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view digits = "0123456789abcdef";

/// Where the two digits of each byte stand in the shape.
constexpr std::array<std::size_t, 16> places{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

constexpr std::uint8_t no_digit = 0xFF;
constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t value = 0; value < digits.size(); ++value) {
    const char digit = digits[value];
    values[static_cast<unsigned char>(digit)] = static_cast<std::uint8_t>(value);
    const char capital = digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
    values[static_cast<unsigned char>(capital)] = static_cast<std::uint8_t>(value);
  }
  return values;
}();

std::uint8_t hex_value(char c) {
  return hex_values[static_cast<unsigned char>(c)];
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != shape.size()) return std::nullopt;
  for (const std::size_t hyphen : {8U, 13U, 18U, 23U})
    if (text[hyphen] != '-') return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t high = hex_value(text[places[i]]);
    const std::uint8_t low = hex_value(text[places[i] + 1]);
    if (high == no_digit || low == no_digit) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return Uuid{bytes};
}

std::string Uuid::text() const {
  std::string text{shape};
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    text[places[i]] = digits[bytes_[i] >> 4];
    text[places[i] + 1] = digits[bytes_[i] & 0xF];
  }
  return text;
}

bool Uuid::is_nil() const {
  return std::ranges::all_of(bytes_, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace drawbridge
