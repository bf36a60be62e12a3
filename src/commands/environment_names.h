#pragma once

#include <string>
#include <vector>

namespace drawbridge::app {

/// Of the variables of this process, in no order. Not while another thread changes them.
std::vector<std::string> names_in_environment();

}  // namespace drawbridge::app
