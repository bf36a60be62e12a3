#pragma once

// Commands. Each function adds one subcommand; when the user chose it, it runs inside app.parse() and leaves
// its exit status in `status`. The program's own are in apps/drawbridge/commands.h.

#include <CLI/App.hpp>

namespace drawbridge::app {

/// Part of the contract with scripts.
enum ExitStatus : int {
  exit_good = 0,
  exit_not_good = 1,  ///< rejected, unhealthy, pending, or could not start
  exit_usage = 2,
  exit_unreachable = 3,  ///< unreachable or unreadable
};

void add_jwks(CLI::App& app, int& status);
void add_token(CLI::App& app, int& status);

}  // namespace drawbridge::app
