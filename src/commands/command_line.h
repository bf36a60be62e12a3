#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

namespace drawbridge::app {

/// What a program is made of: that of apps/drawbridge has every command, the Python package's some.
struct Program {
  std::function<void(CLI::App& app, int& status)> add_commands;  ///< calls functions as commands.h has them
  std::string examples;                                          ///< ends with an empty line
  std::string first;  ///< what to do first, for somebody who gave no command; ends with a line end
};

/// What the examples of every program say.
inline constexpr const char* token_examples =
    "See what Better Auth publishes, and whether a token is valid\n  drawbridge jwks "
    "http://localhost:3000/api/auth/jwks\n"
    "  printf %s \"$TOKEN\" | drawbridge token verify --better-auth-url http://localhost:3000\n"
    "  printf %s \"$TOKEN\" | drawbridge token inspect\n\n";

/// As `--version` says it, without the program's name.
std::string_view program_version();

/// Runs the command that the arguments, the program's name first among them, name. Returns its exit status, a
/// member of ExitStatus, when all that it prints has been written.
int run_program(int argc, const char* const* argv, const Program& program);

}  // namespace drawbridge::app
