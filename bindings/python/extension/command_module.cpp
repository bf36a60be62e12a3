// drawbridge._command: the console command, which is the program's code without what serves and has a
// database.

#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "commands/command_line.h"
#include "commands/commands.h"
#include "commands/doctor_command.h"
#include "commands/settings.h"
#include "commands/terminal.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

/// A command that only the program has. Here it says where that is. Not in the help.
void add_absent(CLI::App& app, const char* name, int& status) {
  CLI::App* const command = app.add_subcommand(name)->group("")->prefix_command();
  command->set_help_flag();
  command->callback([name, &status] {
    app::complain(fmt::format(
        "\"{}\" is a command of the C++ program, not of the Python package: `./dev build release` in "
        "Drawbridge's repository makes build/release/bin/drawbridge",
        name));
    status = app::exit_usage;
  });
}

void add_doctor_without_database(CLI::App& app, int& status) {
  CLI::App* const command = app::add_doctor_command(app);
  const app::Settings settings{*command,
                               {app::SettingGroup::keys, app::SettingGroup::policy, app::SettingGroup::user,
                                app::SettingGroup::sign_in}};
  const auto choose_database = [](doctor::Visit& visit) {
    visit.why_no_database = "the Python package reads no database: the C++ program does";
    visit.why_no_redis = "the Python package's doctor reads no Redis: the C++ program does";
  };
  // The C++ program's, so that one command line does for both.
  command->add_option("--database-url")
      ->type_name("URL")
      ->description("Not looked at here: the C++ program reads the database");
  app::set_up_doctor(*command, settings, choose_database, status);
}

/// Certificate authorities for where no setting names any.
void set_default_ca_file(CLI::App& command, const std::string& file) {
  for (CLI::App* const subcommand : command.get_subcommands([](CLI::App*) { return true; })) {
    if (CLI::Option* const option = subcommand->get_option_no_throw("--ca-file")) option->default_str(file);
    set_default_ca_file(*subcommand, file);
  }
}

constexpr const char* first_steps =
    "Start your front end with Better Auth, then find out what is missing between it and your backend. On "
    "this machine, each report ends with the command to run next:\n\n"
    "  drawbridge doctor --better-auth-url http://localhost:3000\n\n"
    "`drawbridge --help` lists every command.\n";

/// The exit status of the command that `arguments`, the program's name first among them, name.
int run_command(const std::vector<nb::bytes>& arguments, const std::optional<std::string>& ca_file) {
  std::vector<const char*> texts;
  for (const nb::bytes& argument : arguments) texts.push_back(argument.c_str());
  const auto add_commands = [&ca_file](CLI::App& app, int& status) {
    app::add_jwks(app, status);
    app::add_token(app, status);
    add_doctor_without_database(app, status);
    add_absent(app, "serve", status);
    add_absent(app, "migrate", status);
    if (ca_file) set_default_ca_file(app, *ca_file);
  };
  const nb::gil_scoped_release no_gil;
  return app::run_program(static_cast<int>(texts.size()), texts.data(),
                          {add_commands, app::token_examples, first_steps});
}

}  // namespace

NB_MODULE(_command, module) {
  module.def("main", &run_command, nb::arg("arguments"), nb::arg("ca_file").none());
}

}  // namespace drawbridge::python
