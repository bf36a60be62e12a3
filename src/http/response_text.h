#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/response.h"

namespace drawbridge::http {

/// What an answer needs beside itself to go on the wire.
struct Delivery {
  std::string_view date;  ///< date_text() of now
  std::string_view request_id;
  bool http_1_0 = false;  ///< the client's version: keeping the connection must be said
  bool keep_alive = true;
  bool with_body = true;  ///< false answers HEAD: the length is told, the body is not sent
};

/// Appends the answer as HTTP/1.1 (RFC 9112 §4), with the headers that every answer has: Date, X-Request-Id,
/// Cache-Control, X-Content-Type-Options, Vary. A static body is not copied: it is to be sent after this.
void append_response(std::string& out, const Response& response, const Delivery& delivery);

/// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string date_text(std::chrono::sys_seconds now);

}  // namespace drawbridge::http
