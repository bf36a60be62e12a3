// drawbridge migrate status|plan|up

#include <cstdio>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "commands.h"
#include "settings.h"
#include "store/migrations.h"
#include "terminal.h"

namespace drawbridge::app {
namespace {

using store::DatabaseUrl;
using store::MigrationError;
using store::MigrationStatus;

int failed(const MigrationError& error) {
  complain(error.text);
  return error.kind == MigrationError::Kind::unreadable ? exit_unreachable : exit_not_good;
}

boost::json::object json_of(const MigrationStatus& status) {
  boost::json::array pending;
  for (const std::string& name : status.pending) pending.emplace_back(name);
  return {{"database", "sqlite"},
          {"version", status.version},
          {"latest", status.latest},
          {"pending", std::move(pending)}};
}

std::string text_of(const MigrationStatus& status, const Palette& palette) {
  std::string text = fmt::format("tables of version {}, the latest is {}\n", status.version, status.latest);
  for (const std::string& name : status.pending) {
    text += fmt::format("{}  {}\n", palette.bad("pending"), name);
  }
  if (status.pending.empty()) text += palette.good("nothing is pending") + '\n';
  return text;
}

int show(const MigrationStatus& status, bool json) {
  print(json ? boost::json::serialize(json_of(status)) + '\n'
             : text_of(status, Palette::of_standard_output()));
  if (!status.obstacle.empty()) complain(status.obstacle);
  return status.pending.empty() ? exit_good : exit_not_good;
}

int show_status(const DatabaseUrl& database, bool json) {
  const auto status = migration_status(database);
  return status ? show(*status, json) : failed(status.error());
}

int show_plan(const DatabaseUrl& database, bool json) {
  const auto sql = migration_plan(database);
  if (!sql) return failed(sql.error());
  if (json) {
    print(boost::json::serialize(boost::json::object{{"database", "sqlite"}, {"sql", *sql}}) + '\n');
  } else {
    print(sql->empty() ? "-- nothing is pending\n" : *sql);
  }
  return exit_good;
}

int bring_up(const DatabaseUrl& database, bool json) {
  const auto status = migrate_up(database, [json](std::string_view line) {
    // With --json, standard output holds one JSON value and nothing else.
    fmt::print(json ? stderr : stdout, "{}\n", line);
    std::fflush(stdout);
  });
  return status ? show(*status, json) : failed(status.error());
}

void add(CLI::App& migrate, const char* name, const char* description,
         int (*run)(const DatabaseUrl& database, bool json), int& status) {
  CLI::App* const command = migrate.add_subcommand(name, description);
  CLI::Option* const json = command->add_flag("--json")->description("Print JSON for programs");
  const Settings settings{*command, {SettingGroup::database}};
  command->callback([settings, json, run, &status] { status = run(settings.database(), json->count() > 0); });
}

}  // namespace

void add_migrate(CLI::App& app, int& status) {
  CLI::App* const migrate = app.add_subcommand("migrate", "Bring the database to what this program needs");
  migrate->footer(
      "Our own tables go by numbered steps; Better Auth's table \"user\" gets a column uuid where it has "
      "none.\n"
      "Nothing is dropped, and each command may be run again.\n\n"
      "Exit status: 0 good, 1 something is pending (status, up) or waits for a person, 2 wrong usage,\n"
      "3 the database cannot be used.");
  migrate->require_subcommand(1);
  add(*migrate, "status", "Show what is pending", show_status, status);
  add(*migrate, "plan", "Print the SQL that `up` would run", show_plan, status);
  add(*migrate, "up", "Do what is pending", bring_up, status);
}

}  // namespace drawbridge::app
