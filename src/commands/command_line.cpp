#include "commands/command_line.h"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <sstream>
#include <system_error>
#include <vector>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/help_text.h"
#include "commands/setting_values.h"
#include "commands/terminal.h"
#include "core/errors/hints.h"

namespace drawbridge::app {
namespace {

constexpr const char* description =
    "Drawbridge lets a backend trust the users of a Better Auth front end. It verifies their JWTs with the "
    "public keys that Better Auth publishes, and lets each user reach only their own data.";

constexpr const char* footer =
    "Each command has --help, and those that print a result also have --json. Settings come from flags, from "
    "the environment, "
    "or from a file with --env-file.\n\n"
    "Exit status: 0 good, 1 not good, 2 wrong usage, 3 unreachable or unreadable.";

/// The last command that was named.
const CLI::App& named_last(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : named_last(*chosen.front());
}

/// "status, plan, up"
std::string commands_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* const command : app.get_subcommands({}))
    if (!command->get_group().empty()) names += (names.empty() ? "" : ", ") + command->get_name();
  return names;
}

/// One line. CLI11 names what is missing rather than what stands in its place.
std::string usage_fault(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(true);
  const CLI::App& last = named_last(app);
  std::string fault = display_text(error.what(), 512);
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !last.get_subcommands({}).empty())
    fault = fmt::format("{}: give one of {}",
                        rest.empty() ? "a command is missing"
                                     : fmt::format("\"{}\" is not a command", display_text(rest.front())),
                        commands_of(last));
  return fault + "; `drawbridge --help` explains";
}

int run(int argc, const char* const* argv, const Program& program) {
  CLI::App app{description, "drawbridge"};
  app.set_version_flag("--version", "drawbridge " DRAWBRIDGE_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  int status = exit_good;
  program.add_commands(app, status);
  app.footer(program.examples + footer);  // last, because a subcommand made later would inherit it
  if (argc < 2) {
    print_error(help_text(complaint("give a command") + '\n' + program.first, help_width()));
    return exit_usage;
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    std::ostringstream text;
    const int answer = app.exit(help_or_version, text, text);
    print(help_text(text.str(), help_width()));
    return answer == 0 ? exit_good : exit_usage;
  } catch (const CLI::ParseError& wrong_usage) {
    complain(usage_fault(app, wrong_usage));
    return exit_usage;
  } catch (const SettingFault& fault) {
    complain(fault.what());
    return exit_usage;
  }
  return status;
}

/// A program may be started with a standard stream closed. The next file that it opens, a client's connection
/// or the database, would be that stream, and the log would go there. What stands in its place fails as a
/// closed one does.
void keep_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      ::open("/dev/null",
             descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest one that is free
}

}  // namespace

std::string_view program_version() {
  return DRAWBRIDGE_VERSION;
}

int run_program(int argc, const char* const* argv, const Program& program) {
  keep_standard_descriptors();
  int status = exit_not_good;
  try {
    status = run(argc, argv, program);
  } catch (const std::exception& unforeseen) {
    complain(unforeseen.what());
    status = exit_not_good;
  }
  if (const int error = finish_output(); error != 0) {
    complain("cannot write to standard output (" + std::generic_category().message(error) +
             "): the result is lost");
    return status == exit_good ? exit_unreachable : status;
  }
  return status;
}

}  // namespace drawbridge::app
