#pragma once

#include <cstddef>
#include <string_view>

namespace drawbridge::http {

/// How many code points valid UTF-8 has.
std::size_t code_points(std::string_view utf8);

/// Whether a text is so long that it cannot have `max` code points, even with 4,096 bytes of white space
/// around them. It is not worth reading.
bool is_far_longer(std::string_view utf8, std::size_t max);

/// Without the characters of the property White_Space (Unicode 15, PropList.txt) at both ends. A view of the
/// same text.
std::string_view trimmed(std::string_view utf8);

}  // namespace drawbridge::http
