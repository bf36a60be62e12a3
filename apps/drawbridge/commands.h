#pragma once

// The commands that the program has beside those of src/commands/.

#include "commands/commands.h"

namespace drawbridge::app {

void add_serve(CLI::App& app, int& status);
void add_ready(CLI::App& app, int& status);
void add_migrate(CLI::App& app, int& status);
void add_doctor(CLI::App& app, int& status);

}  // namespace drawbridge::app
