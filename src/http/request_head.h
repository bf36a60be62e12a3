#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace drawbridge::http {

/// Request line and header fields with the blank line, in bytes; more is `headers_too_large`.
inline constexpr std::size_t max_head_size = 32 * 1024;

/// Finds the end of a request's head (RFC 9112 §2.1) as it arrives, and refuses as early as a byte shows it
/// what no honest client sends: a line that does not end with CR LF, a NUL or another control character, a
/// start that is no HTTP at all.
class HeadScanner {
 public:
  enum class State { incomplete, complete, malformed };

  /// `received` is all that has come since the start of the request, beginning with what was seen before.
  State scan(std::string_view received);

  /// The head's length with its blank line, once complete.
  std::size_t size() const { return line_start_; }
  /// One line for the client, once malformed.
  std::string_view fault() const { return fault_; }

 private:
  State malformed(std::string_view fault);

  std::size_t line_start_ = 0;
  std::string_view fault_;
};

/// What Beast's parser lets through and two servers could read in two ways (RFC 9112 §11.2): the fault in one
/// line for the client, or nothing when the head is good. `head` is what HeadScanner found complete.
///
/// A good head has a target that starts with `/` in printable ASCII without `#`, HTTP/1.0 or 1.1, one Host,
/// no folded line, at most one Content-Length of digits, and as Transfer-Encoding exactly `chunked`, on
/// HTTP/1.1 only and without Content-Length.
std::optional<std::string_view> head_fault(std::string_view head);

/// The value of the Origin header in the complete lines of a head that was not parsed, so that the page that
/// sent it can read why; empty when there is none or more than one.
std::string_view origin_in(std::string_view head);

/// What the API needs of a parsed head. Views into the parsed message.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  /// The values of the Authorization headers: all that matters of a third is that there is a second.
  std::array<std::string_view, 2> authorization_values{};
  std::size_t authorization_count = 0;
  std::string_view origin{};                         ///< empty when absent or sent twice
  std::string_view access_control_request_method{};  ///< empty when absent
  std::string_view content_type{};                   ///< empty when absent or sent twice
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;

  bool has_body() const { return chunked || content_length > 0; }
  std::span<const std::string_view> authorization() const {
    return std::span{authorization_values}.first(authorization_count);
  }
};

}  // namespace drawbridge::http
