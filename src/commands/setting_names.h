#pragma once

#include <string>

namespace drawbridge::app {

/// A text of the library, with each member that it names, `Policy::algorithms`, called as users of a program
/// know it: DRAWBRIDGE_ALGORITHMS.
std::string with_setting_names(std::string text);

}  // namespace drawbridge::app
