#include "http/parsed_head.h"

#include <iterator>

namespace drawbridge::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// The value of a header that may come once; empty when it is absent or comes twice.
template <class Fields>
std::string_view only(const Fields& fields, field name) {
  const auto [first, last] = fields.equal_range(name);
  if (first == last || std::next(first) != last) return {};
  return view_of(first->value());
}

template <class Fields, class Name>
HeaderValues all(const Fields& fields, Name name) {
  HeaderValues values;
  const auto [first, last] = fields.equal_range(name);
  for (auto header = first; header != last; ++header) values.push_back(view_of(header->value()));
  return values;
}

/// RFC 6455 §4.1, as far as it tells a browser's handshake from any other request.
template <class Fields>
bool is_websocket_handshake(const Fields& fields) {
  return beast::iequals(fields[field::upgrade], "websocket");
}

}  // namespace

RequestHead head_of(const RequestParser& parser) {
  const auto& message = parser.get();
  return {
      .method = view_of(message.method_string()),
      .target = view_of(message.target()),
      .authorization = all(message, field::authorization),
      .cookie = all(message, field::cookie),
      .api_key = all(message, "x-api-key"),
      .origins = all(message, field::origin),
      .sec_fetch_site = all(message, "Sec-Fetch-Site"),
      .accept_encoding = all(message, field::accept_encoding),
      .if_none_match = all(message, field::if_none_match),
      .forwarded_for = all(message, "X-Forwarded-For"),
      .is_websocket_handshake = is_websocket_handshake(message),
      .access_control_request_method = only(message, field::access_control_request_method),
      .content_type = only(message, field::content_type),
      .content_length = parser.content_length().value_or(0),
      .chunked = parser.chunked(),
      .expects_continue = message.version() >= 11 && beast::iequals(message[field::expect], "100-continue")};
}

}  // namespace drawbridge::http
