#pragma once

#include <string_view>

namespace drawbridge::http {

/// Whether a Content-Type says JSON that we can read: `application/json`, with any parameters but a
/// `charset` other than UTF-8 (RFC 8259 §8.1).
bool is_json_media_type(std::string_view content_type);

}  // namespace drawbridge::http
