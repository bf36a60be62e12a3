#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drawbridge::app {

/// The text of --help with its lines broken at `width` columns: what describes an option stays in its column,
/// and an example, which is to be pasted, stays whole.
std::string help_text(std::string_view text, std::size_t width);

/// Where --help breaks lines: the width of the terminal, or of what COLUMNS says, but no wider than what
/// reads well.
std::size_t help_width();

}  // namespace drawbridge::app
