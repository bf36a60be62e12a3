#include "core/text/visible_text.h"

#include <algorithm>
#include <array>

#include "core/text/filled.h"

namespace drawbridge {
namespace {

struct CodePoint {
  char32_t value;
  std::size_t size;  ///< in bytes; 0 where the text is not valid UTF-8
};

/// The code point at the start of a text that is not empty (RFC 3629 §4).
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 0};
  char32_t value = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[size] || value > 0x10FFFF || surrogate) return {0, 0};
  return {value, size};
}

/// Control characters, and those that hide or reorder what stands around them.
bool misleads(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  constexpr std::array ranges{Range{0x00, 0x1F},     Range{0x7F, 0x9F},      Range{0xAD, 0xAD},
                              Range{0x61C, 0x61C},   Range{0x180E, 0x180E},  Range{0x200B, 0x200F},
                              Range{0x2028, 0x202E}, Range{0x2060, 0x206F},  Range{0xFEFF, 0xFEFF},
                              Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE007F}};
  return std::ranges::any_of(ranges, [&](const Range& r) { return c >= r.first && c <= r.last; });
}

/// As a string of JSON has it: in UTF-16, and beyond its first plane as two of those.
void append_escaped(std::string& json, char32_t c) {
  const auto unit = [&](char32_t value) { json += "\\u" + hex(value, 4); };
  if (c < 0x10000) return unit(c);
  unit(0xD800 + ((c - 0x10000) >> 10));
  unit(0xDC00 + ((c - 0x10000) & 0x3FF));
}

}  // namespace

std::string display_text(std::string_view foreign, std::size_t max_characters) {
  std::string shown;
  for (std::size_t characters = 0; !foreign.empty(); ++characters) {
    if (characters == max_characters) return shown + "…";
    const CodePoint c = first_code_point(foreign);
    if (c.size == 0)
      shown += "\\x" + hex(static_cast<unsigned char>(foreign.front()), 2);
    else if (misleads(c.value))
      shown += c.value <= 0xFF ? "\\x" + hex(c.value, 2) : "\\u{" + hex(c.value) + '}';
    else
      shown += foreign.substr(0, c.size);
    foreign.remove_prefix(std::max<std::size_t>(c.size, 1));
  }
  return shown;
}

std::string visible_json(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  while (!json.empty()) {
    const CodePoint c = first_code_point(json);
    if (c.size == 0)
      shown += "\\ufffd";
    else if (misleads(c.value))
      append_escaped(shown, c.value);
    else
      shown += json.substr(0, c.size);
    json.remove_prefix(std::max<std::size_t>(c.size, 1));
  }
  return shown;
}

}  // namespace drawbridge
