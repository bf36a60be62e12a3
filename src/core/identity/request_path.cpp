#include "core/identity/request_path.h"

#include <charconv>

#include <simdjson.h>

#include "core/text/ascii.h"

namespace drawbridge {
namespace {

/// C0, DEL, and C1 in its UTF-8 form (U+0080 to U+009F).
bool has_control_character(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xA0) return true;
  }
  return false;
}

bool is_good_segment(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  if (segment.find_first_of("/\\") != std::string_view::npos) return false;
  return !has_control_character(segment);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  if (!text.contains('%') && ascii::is_ascii(text)) return std::string{text};
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte == '%') {
      if (text.size() - i < 3 || !ascii::is_hex_digit(text[i + 1]) || !ascii::is_hex_digit(text[i + 2]))
        return std::nullopt;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      i += 2;
    }
    decoded += static_cast<char>(byte);
  }
  if (!ascii::is_ascii(decoded) && !simdjson::validate_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<std::string>> split_request_path(std::string_view raw_path) {
  if (!raw_path.starts_with('/')) return std::nullopt;
  constexpr std::size_t usual_segments = 5;
  std::vector<std::string> segments;
  segments.reserve(usual_segments);
  std::size_t start = 1;
  while (true) {
    const std::size_t slash = raw_path.find('/', start);
    auto segment = percent_decoded(raw_path.substr(start, slash - start));
    if (!segment || !is_good_segment(*segment)) return std::nullopt;
    segments.push_back(*std::move(segment));
    if (slash == std::string_view::npos) return segments;
    start = slash + 1;
  }
}

}  // namespace drawbridge
