#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "drawbridge/credentials.h"

namespace drawbridge::http {

/// Request line and header fields with the blank line, in bytes; more is `headers_too_large`.
inline constexpr std::size_t max_head_size = 32 * 1024;

/// Finds the end of a request's head (RFC 9112 §2.1) as it arrives, and refuses what no honest client sends:
/// a first byte that starts no request at once, a line with a control character or without CR LF as soon as
/// the line has ended.
class HeadScanner {
 public:
  enum class State { incomplete, complete, malformed };

  /// `received` is all that has come since the start of the request, beginning with what was seen before.
  State scan(std::string_view received);

  bool is_complete() const { return is_complete_; }
  /// The head's length with its blank line, once complete.
  std::size_t size() const { return line_start_; }
  /// One line for the client, once malformed.
  std::string_view fault() const { return fault_; }

 private:
  State malformed(std::string_view fault);

  std::size_t line_start_ = 0;
  bool is_complete_ = false;
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

/// The values of one header, in the order in which they came.
using HeaderValues = boost::container::small_vector<std::string_view, 1>;

/// What the server needs of a parsed head. Views into the parsed message.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  HeaderValues authorization{};
  HeaderValues cookie{};
  HeaderValues api_key{};
  HeaderValues origins{};
  HeaderValues sec_fetch_site{};
  HeaderValues accept_encoding{};
  HeaderValues if_none_match{};
  HeaderValues forwarded_for{};  ///< X-Forwarded-For: believed only of a trusted proxy
  bool is_websocket_handshake = false;
  std::string_view access_control_request_method{};  ///< empty when absent
  std::string_view content_type{};                   ///< empty when absent or sent twice
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool expects_continue = false;

  bool has_body() const { return chunked || content_length > 0; }
  /// Empty when absent or sent twice.
  std::string_view origin() const { return origins.size() == 1 ? origins.front() : std::string_view{}; }
  /// What may prove who sent it; views into this head.
  Credentials credentials(std::string_view client_address) const {
    return {.authorization = authorization,
            .cookie = cookie,
            .api_key = api_key,
            .origin = origins,
            .sec_fetch_site = sec_fetch_site,
            .method = method,
            .is_websocket_handshake = is_websocket_handshake,
            .client_address = client_address};
  }
};

}  // namespace drawbridge::http
