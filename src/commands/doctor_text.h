#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "commands/terminal.h"
#include "doctor/check.h"

namespace drawbridge::app {

struct DoctorView {
  std::size_t width = 0;  ///< where lines are broken; 0 leaves them as they are
  bool all = false;       ///< a line for each check
  std::string next{};     ///< the command to offer at the end; none where it is empty
};

/// What doctor found, for people: faults, then warnings, each with its cause and remedy below, then a line
/// for each reason why something was not checked, and a last line that counts. With `view.all` what is good
/// has its lines too, and each check that was left.
std::string doctor_text(const std::vector<doctor::Check>& checks, const Palette& palette,
                        const DoctorView& view);

}  // namespace drawbridge::app
