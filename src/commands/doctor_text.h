#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "commands/terminal.h"
#include "doctor/check.h"

namespace drawbridge::app {

/// What doctor found, for people: a line a check, why and what to do below a warning and a fault, and a last
/// line that counts. Lines are broken at `width` columns; 0 leaves them as they are, for programs that read
/// lines.
std::string doctor_text(const std::vector<doctor::Check>& checks, const Palette& palette, std::size_t width);

}  // namespace drawbridge::app
