#pragma once

#include <cstddef>
#include <string_view>

namespace drawbridge::http {

/// How many code points valid UTF-8 has.
std::size_t code_points(std::string_view utf8);

/// Without the characters of the property White_Space (Unicode 15, PropList.txt) at both ends. A view of the
/// same text.
std::string_view trimmed(std::string_view utf8);

}  // namespace drawbridge::http
