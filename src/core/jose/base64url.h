#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drawbridge {

/// The bytes of a canonical base64url text without padding (RFC 4648 §5, RFC 7515 §2). Nothing for any
/// other text: padding, another alphabet, white space, a length that no byte string has, or unused bits
/// that are not zero. So no two texts give the same bytes (RFC 4648 §3.5).
std::optional<std::string> decode_base64url(std::string_view text);

/// The base64url text without padding.
std::string encode_base64url(std::string_view bytes);

}  // namespace drawbridge
