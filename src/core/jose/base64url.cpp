#include "core/jose/base64url.h"

#include <array>
#include <cstdint>

namespace drawbridge {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t invalid = 0xFF00'0000;

constexpr auto values = [] {
  std::array<std::uint32_t, 256> table{};
  table.fill(invalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint32_t>(i);
  return table;
}();

std::uint32_t value_of(char c) {
  return values[static_cast<unsigned char>(c)];
}

char byte_at(std::uint32_t bits, int shift) {
  return static_cast<char>(bits >> shift & 0xFF);
}

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  const std::size_t rest = text.size() % 4;
  if (rest == 1) return std::nullopt;
  const std::size_t whole = text.size() - rest;
  std::string bytes(whole / 4 * 3 + (rest == 0 ? 0 : rest - 1), '\0');
  char* out = bytes.data();
  std::uint32_t seen = 0;

  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = value_of(text[i]);
    const std::uint32_t b = value_of(text[i + 1]);
    const std::uint32_t c = value_of(text[i + 2]);
    const std::uint32_t d = value_of(text[i + 3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    *out++ = byte_at(bits, 16);
    *out++ = byte_at(bits, 8);
    *out++ = byte_at(bits, 0);
  }

  if (rest != 0) {
    const std::uint32_t a = value_of(text[whole]);
    const std::uint32_t b = value_of(text[whole + 1]);
    const std::uint32_t c = rest == 3 ? value_of(text[whole + 2]) : 0;
    seen |= a | b | c;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6;
    *out++ = byte_at(bits, 16);
    if (rest == 3) *out++ = byte_at(bits, 8);
    const std::uint32_t unused = rest == 3 ? bits & 0xFF : bits & 0xFFFF;
    if (unused != 0) return std::nullopt;
  }

  if ((seen & invalid) != 0) return std::nullopt;
  return bytes;
}

std::string encode_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += alphabet[bits >> held & 0x3F];
    }
  }
  if (held > 0) text += alphabet[bits << (6 - held) & 0x3F];
  return text;
}

}  // namespace drawbridge
