#include "core/text/json_writer.h"

#include "core/text/filled.h"
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

void append_escaped(std::string& out, char c) {
  constexpr std::string_view letters = "btn fr";  // of U+0008 to U+000D but U+000B
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c >= '\b' && c <= '\r' && c != '\v') {
    out += '\\';
    out += letters[static_cast<std::size_t>(c - '\b')];
  } else if (static_cast<unsigned char>(c) < 0x20) {
    out += "\\u" + hex(static_cast<unsigned char>(c), 4);
  } else {
    out += c;
  }
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  if (has_to_be_escaped(text))
    for (const char c : text) append_escaped(out, c);
  else
    out += text;
  out += '"';
}

void append_json(std::string& out, std::int64_t number) {
  append_part(out, number);
}

void append_json(std::string& out, std::chrono::sys_time<std::chrono::milliseconds> time) {
  out += '"';
  append_time(out, time);
  out += '"';
}

}  // namespace drawbridge
