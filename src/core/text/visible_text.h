#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drawbridge {

/// Foreign text made safe to show: control characters, invalid UTF-8 and characters that reorder or
/// hide text are escaped, and it is cut to `max_characters` with an ellipsis.
std::string display_text(std::string_view foreign, std::size_t max_characters = 64);

/// The same for JSON on one line, whose strings say afterwards what they said before: the characters are
/// escaped as JSON has it (RFC 8259 §7). A byte that is no UTF-8 becomes U+FFFD.
std::string visible_json(std::string_view json);

}  // namespace drawbridge
