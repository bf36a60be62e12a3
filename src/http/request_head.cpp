#include "http/request_head.h"

#include <algorithm>
#include <array>

#include "core/text/ascii.h"

namespace drawbridge::http {
namespace {

using ascii::equal_ignoring_case;

constexpr bool is_token_character(unsigned char c) {
  return ascii::is_token_character(static_cast<char>(c));
}

template <auto belongs>
constexpr std::array<bool, 256> table_of() {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c) table[c] = belongs(static_cast<unsigned char>(c));
  return table;
}
constexpr auto token_table = table_of<is_token_character>();

/// Without an early end, and with a sum that is no bool, so that the compiler takes many bytes of a token's
/// 500 at a time.
bool has_control(std::string_view line) {
  unsigned found = 0;
  for (const char each : line) {
    const auto c = static_cast<unsigned char>(each);
    found |= (c < 0x20 && c != '\t') || c == 0x7F ? 1U : 0U;
  }
  return found != 0;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return token_table[static_cast<unsigned char>(c)]; });
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, ascii::is_digit);
}

/// What `uri-host [":" port]` is made of (RFC 9110 §7.2).
constexpr bool is_host_character(unsigned char c) {
  return ascii::is_alphanumeric(static_cast<char>(c)) ||
         std::string_view{"-._~!$&'()*+,;=:%[]"}.contains(static_cast<char>(c));
}
constexpr auto host_table = table_of<is_host_character>();

bool is_host(std::string_view value) {
  return !value.empty() &&
         std::ranges::all_of(value, [](char c) { return host_table[static_cast<unsigned char>(c)]; });
}

/// The line up to its CR LF, which is taken off `rest` with it.
std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 2, rest.size()));
  return line;
}

std::optional<std::string_view> request_line_fault(std::string_view line, bool& http_1_0) {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || method_end == target_end)
    return "The request line is not \"METHOD target HTTP/1.1\".";
  const auto method = line.substr(0, method_end);
  const auto target = line.substr(method_end + 1, target_end - method_end - 1);
  const auto version = line.substr(target_end + 1);
  if (!is_token(method)) return "The method is not a token.";
  http_1_0 = version == "HTTP/1.0";
  if (!http_1_0 && version != "HTTP/1.1") return "Only HTTP/1.1 and HTTP/1.0 are supported.";
  if (!target.starts_with('/')) return "The request target must be a path that starts with \"/\".";
  const bool plain = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
  if (!plain) return "The request target must be printable ASCII without \"#\".";
  return std::nullopt;
}

/// The fields that decide where a request ends and whom it is for.
class FramingFields {
 public:
  std::optional<std::string_view> add(std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "Host")) {
      if (++hosts_ > 1) return "There is more than one Host header.";
      if (!is_host(value)) return "The Host header is not a host.";
    } else if (equal_ignoring_case(name, "Content-Length")) {
      constexpr std::size_t max_digits = 18;  // fits 64 bits
      if (++lengths_ > 1) return "There is more than one Content-Length header.";
      if (!is_digits(value) || value.size() > max_digits) return "The Content-Length header is not a number.";
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
      if (++encodings_ > 1) return "There is more than one Transfer-Encoding header.";
      if (value != "chunked") return "The only Transfer-Encoding supported is \"chunked\".";
    }
    return std::nullopt;
  }

  std::optional<std::string_view> fault(bool http_1_0) const {
    if (hosts_ == 0) return "There is no Host header.";
    if (encodings_ > 0 && http_1_0) return "HTTP/1.0 has no Transfer-Encoding.";
    if (encodings_ > 0 && lengths_ > 0) return "There are both Transfer-Encoding and Content-Length.";
    return std::nullopt;
  }

 private:
  int hosts_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
};

}  // namespace

HeadScanner::State HeadScanner::malformed(std::string_view fault) {
  fault_ = fault;
  return State::malformed;
}

HeadScanner::State HeadScanner::scan(std::string_view received) {
  // The first byte tells a TLS handshake or another protocol at once; waiting for a line end would not.
  if (!received.empty() && !token_table[static_cast<unsigned char>(received.front())])
    return malformed("This is not an HTTP request.");
  while (true) {
    const auto line_feed = received.find('\n', line_start_);
    if (line_feed == std::string_view::npos) return State::incomplete;
    const auto line = received.substr(line_start_, line_feed - line_start_);
    if (!line.ends_with('\r')) return malformed("A line does not end with CR LF.");
    if (has_control(line.substr(0, line.size() - 1))) return malformed("The head has a control character.");
    line_start_ = line_feed + 1;
    if (line.size() == 1) {
      is_complete_ = true;
      return State::complete;
    }
  }
}

std::optional<std::string_view> head_fault(std::string_view head) {
  bool http_1_0 = false;
  if (const auto fault = request_line_fault(next_line(head), http_1_0)) return fault;
  FramingFields framing;
  for (auto line = next_line(head); !line.empty(); line = next_line(head)) {
    if (line.front() == ' ' || line.front() == '\t') return "A header is folded over two lines.";
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return "A header line is not \"Name: value\".";
    if (const auto fault = framing.add(line.substr(0, colon), ascii::trimmed(line.substr(colon + 1))))
      return fault;
  }
  return framing.fault(http_1_0);
}

std::string_view origin_in(std::string_view head) {
  head = head.substr(0, head.rfind("\r\n") == std::string_view::npos ? 0 : head.rfind("\r\n"));
  std::string_view origin;
  next_line(head);
  while (!head.empty()) {
    const auto line = next_line(head);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), "Origin")) continue;
    if (!origin.empty()) return {};
    origin = ascii::trimmed(line.substr(colon + 1));
  }
  return origin;
}

}  // namespace drawbridge::http
