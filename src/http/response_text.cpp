#include "http/response_text.h"

#include <iterator>

#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/compile.h>
#include <fmt/format.h>

namespace drawbridge::http {

void append_response(std::string& out, const Response& response, const Delivery& delivery) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  // Compiled, since every answer passes here: reading format strings cost more than all the rest of it.
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("HTTP/1.1 {} {}\r\nDate: {}\r\nX-Request-Id: {}\r\n"),
                 response.status, std::string_view{reason.data(), reason.size()}, delivery.date,
                 delivery.request_id);
  const bool may_have_body = response.status != 204 && response.status != 304;  // RFC 9110 §6.4.1
  if (may_have_body) {
    if (!response.content_type.empty())
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Type: {}\r\n"), response.content_type);
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Length: {}\r\n"), response.body_size());
  }
  fmt::format_to(std::back_inserter(out),
                 FMT_COMPILE("Cache-Control: {}\r\nX-Content-Type-Options: nosniff\r\nVary: {}\r\n"),
                 response.cache_control, response.vary);
  for (const auto& [name, value] : response.headers) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  if (!delivery.keep_alive)
    out += "Connection: close\r\n";
  else if (delivery.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
  if (delivery.with_body && may_have_body) out += response.body;
}

std::string date_text(std::chrono::sys_seconds now) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now.time_since_epoch().count()));
}

}  // namespace drawbridge::http
