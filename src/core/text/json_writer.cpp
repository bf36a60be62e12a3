#include "core/text/json_writer.h"

#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "core/text/time_text.h"

namespace drawbridge {
namespace {

/// RFC 8259 §7: the quotation mark, the backslash and the control characters. Without an early end, and with
/// a sum that is no bool, so that the compiler takes many bytes at a time.
bool has_to_be_escaped(std::string_view text) {
  unsigned found = 0;
  for (const char c : text) found |= static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' ? 1U : 0U;
  return found != 0;
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  if (has_to_be_escaped(text)) {
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
