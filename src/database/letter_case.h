#pragma once

#include <string>
#include <string_view>

namespace drawbridge::database {

/// The text with letter case folded (Unicode, full folding) and composed (NFC), so that two texts that differ
/// in letter case only become the same bytes: `É`, `é` and `e` with a combining accent are one. Of more than
/// 30 combining marks in a row the order counts. The text is UTF-8; one that is not comes back as it is.
std::string letter_case_folded(std::string_view text);

}  // namespace drawbridge::database
