#pragma once

#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "doctor/check.h"
#include "doctor/visit.h"

namespace drawbridge::app {

/// The command that brings a set-up on this machine one step further, ready to paste: after what doctor
/// found, `migrate up`, `serve`, or doctor again with more to look at. It has the flags that `doctor`, the
/// command that ran, was given, and no secret. Empty where Better Auth is on another machine, where there is
/// nothing to add, and where the program lacks the command.
std::string next_step(const CLI::App& doctor, const doctor::Visit& visit,
                      const std::vector<doctor::Check>& checks);

}  // namespace drawbridge::app
