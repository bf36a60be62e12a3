// drawbridge migrate status|plan|up

#include <cstdio>
#include <functional>
#include <map>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "commands.h"
#include "commands/terminal.h"
#include "core/text/visible_text.h"
#include "progress_bar.h"
#include "schema/migrations.h"
#include "server_settings.h"

namespace drawbridge::app {
namespace {

using database::DatabaseUrl;
using schema::migrate_up;
using schema::migration_plan;
using schema::migration_status;
using schema::MigrationError;
using schema::MigrationOptions;
using schema::MigrationStatus;

constexpr std::size_t longest_path = 256;

struct Asked {
  DatabaseUrl database;
  MigrationOptions options;
  bool json;
};

int failed(const MigrationError& error) {
  complain(error.text);
  return error.kind == MigrationError::Kind::unreadable ? exit_unreachable : exit_not_good;
}

boost::json::object json_of(const Asked& asked, const MigrationStatus& status) {
  boost::json::array pending;
  for (const std::string& name : status.pending) pending.emplace_back(name);
  return {{"database", asked.database.product()},
          {"version", status.version},
          {"latest", status.latest},
          {"pending", std::move(pending)}};
}

std::string text_of(const MigrationStatus& status, const Palette& palette) {
  std::string text;
  if (!status.missing_file.empty())
    text += fmt::format("there is no file {}: `drawbridge migrate up` creates it\n",
                        display_text(status.missing_file, longest_path));
  text += fmt::format("the tables have version {}; the latest is {}\n", status.version, status.latest);
  if (!status.remark.empty()) text += status.remark + '\n';
  for (const std::string& name : status.pending) {
    text += fmt::format("{}  {}\n", palette.bad("pending"), display_text(name, name.size()));
  }
  if (status.pending.empty()) text += palette.good("nothing is pending") + '\n';
  return text;
}

int show(const Asked& asked, const MigrationStatus& status) {
  if (asked.json)
    print_json(boost::json::serialize(json_of(asked, status)));
  else
    print(text_of(status, Palette::of_standard_output()));
  if (!status.obstacle.empty()) complain(status.obstacle);
  return status.pending.empty() ? exit_good : exit_not_good;
}

int show_status(const Asked& asked) {
  const auto status = migration_status(asked.database, asked.options);
  return status ? show(asked, *status) : failed(status.error());
}

int show_plan(const Asked& asked) {
  const auto sql = migration_plan(asked.database, asked.options);
  if (!sql) return failed(sql.error());
  if (asked.json) {
    const boost::json::object plan{{"database", asked.database.product()}, {"sql", *sql}};
    print_json(boost::json::serialize(plan));
  } else {
    print_lines(sql->empty() ? "-- nothing is pending\n" : *sql);
  }
  return exit_good;
}

int bring_up(const Asked& asked) {
  ProgressBar bar;
  const auto say = [&](std::string_view line) {
    bar.clear();
    const std::string shown = display_text(line, line.size()) + '\n';
    // With --json, standard output holds one JSON value and nothing else.
    if (asked.json) return print_error(shown);
    print(shown);
    std::fflush(stdout);
  };
  const auto show_progress = [&](std::string_view name, std::int64_t done, std::int64_t total) {
    bar.show(name, done, total);
  };
  const auto status = migrate_up(asked.database, {.line = say, .progress = show_progress}, asked.options);
  bar.clear();
  return status ? show(asked, *status) : failed(status.error());
}

/// What is asked of the tables; reads it when the command runs.
std::function<MigrationOptions()> add_options(CLI::App& command) {
  using schema::plan::Ids;
  const std::map<std::string, Ids> kinds{{"text", Ids::text}, {"uuid", Ids::uuid}, {"serial", Ids::serial}};
  CLI::Option* const better_auth =
      command.add_flag("--with-better-auth")
          ->description("Also create the tables of Better Auth 1.7 where they are missing");
  CLI::Option* const ids =
      command.add_option("--ids")
          ->description(
              "The kind of ids for those tables in a database without users: text (Better Auth's own), uuid, "
              "or serial; with users, the kind that they have")
          ->check(CLI::IsMember(kinds))
          ->needs(better_auth);
  CLI::Option* const uuid = command.add_option("--uuid")
                                ->description(
                                    "user.id: the users' ids are UUIDs, as with drawbridge({ uuid: "
                                    "\"user.id\" }). Needed only for an empty table with text ids")
                                ->check(CLI::IsMember({"user.id"}));
  CLI::Option* const only = command.add_option("--only")
                                ->description("user: leave out the tables of the tasks API, for your own API")
                                ->check(CLI::IsMember({"user"}));
  return [=] {
    MigrationOptions options{.with_better_auth = better_auth->count() > 0,
                             .id_is_uuid = uuid->count() > 0,
                             .only_user = only->count() > 0};
    if (ids->count() > 0) options.ids = kinds.at(ids->as<std::string>());
    return options;
  };
}

void add(CLI::App& migrate, const char* name, const char* description, int (*run)(const Asked&),
         int& status) {
  CLI::App* const command = migrate.add_subcommand(name, description);
  const auto options = add_options(*command);
  CLI::Option* const json = command->add_flag("--json")->description("Print JSON for programs");
  const ServerSettings settings{*command, {SettingGroup::database, SettingGroup::names}};
  command->callback([settings, options, json, run, &status] {
    Asked asked{.database = settings.database(), .options = options(), .json = json->count() > 0};
    asked.options.where = settings.better_auths_tables();
    status = run(asked);
  });
}

}  // namespace

void add_migrate(CLI::App& app, int& status) {
  CLI::App* const migrate =
      app.add_subcommand("migrate", "Add the tables and columns that this program needs");
  migrate->footer(
      "The tables of the tasks API are migrated in numbered steps. Better Auth's tables get what the bridge "
      "needs where it is missing: user.uuid for every user, session.token, jwks. No table or column is "
      "dropped. You can run each command again; a new run continues one that was stopped. Of two at the same "
      "time, one waits.\n\n"
      "Exit status: 0 good, 1 something is pending (status, up) or needs you to act, 2 wrong usage, 3 the "
      "database cannot be used.");
  migrate->require_subcommand(1);
  add(*migrate, "status", "Show what is pending", show_status, status);
  add(*migrate, "plan", "Print the SQL that `up` would run", show_plan, status);
  add(*migrate, "up", "Apply what is pending", bring_up, status);
}

}  // namespace drawbridge::app
