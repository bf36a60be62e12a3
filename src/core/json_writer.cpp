#include "core/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "core/time_text.h"

namespace drawbridge {
namespace {

/// RFC 8259 §7: the quotation mark, the backslash and the control characters.
constexpr bool must_be_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  if (std::ranges::any_of(text, must_be_escaped)) {
    out += boost::json::serialize(boost::json::string_view{text.data(), text.size()});
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_json(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_json(std::string& out, std::chrono::sys_time<std::chrono::milliseconds> time) {
  out += '"';
  append_time(out, time);
  out += '"';
}

}  // namespace drawbridge
