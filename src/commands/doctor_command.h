#pragma once

// drawbridge doctor, but for the database, which not every program can read.

#include <functional>

#include <CLI/App.hpp>

#include "commands/settings.h"
#include "doctor/visit.h"

namespace drawbridge::app {

/// Fills in `Visit::read_database`, or `Visit::why_no_database`.
using ChooseDatabase = std::function<void(doctor::Visit&)>;

/// Adds doctor's options to `command`, which has the flags of `settings` (groups `keys` and `policy` at
/// least).
void set_up_doctor(CLI::App& command, const Settings& settings, ChooseDatabase choose_database, int& status);

/// The command with its description, still without options.
CLI::App* add_doctor_command(CLI::App& app);

}  // namespace drawbridge::app
