#pragma once

// Better Auth's session cache as a request carries it: a cookie beside the session's, in one piece or cut
// into chunks `.0`, `.1`, …, since browsers keep no cookie of more than some 4,000 bytes.

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/credentials/session_cookie.h"

namespace drawbridge {

/// Better Auth would write up to 100. These hold four times what a token may have by default.
inline constexpr std::size_t max_cache_chunks = 16;

/// `….session_data`, where the session cookie is called `….session_token`; nothing for another name, from
/// which that of the cache does not follow.
std::optional<std::string> cache_cookie_name(std::string_view session_cookie_name);

/// The cache's value, its chunks put together. `twice` where a part comes twice, or the whole beside chunks;
/// `malformed` where the chunks are not 0, 1 and so on, at least two and at most `max_cache_chunks`. A name
/// that ends otherwise than in a number as Better Auth writes it is another cookie's. An empty one is
/// `absent`, as it is for Better Auth.
std::expected<std::string, CookieFault> cache_cookie_value(std::span<const std::string_view> headers,
                                                           std::string_view name);

}  // namespace drawbridge
