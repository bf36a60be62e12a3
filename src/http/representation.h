#pragma once

#include <span>
#include <string_view>

namespace drawbridge::http {

// Which representation of one thing a request is answered with, and whether the client has it already. Both
// take the values of a header, however many lines of it came.

/// Whether Accept-Encoding prefers gzip to the bytes as they are (RFC 9110 §12.5.3). Who takes neither gets
/// them as they are, as one does who says nothing.
bool prefers_gzip(std::span<const std::string_view> accept_encoding);

/// Whether If-None-Match names this entity tag, which has its quotes (RFC 9110 §13.1.2).
bool is_named_by(std::span<const std::string_view> if_none_match, std::string_view entity_tag);

}  // namespace drawbridge::http
