// The command that doctor offers at its end.

#include "commands/next_step.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::Visit;
using enum doctor::CheckStatus;

constexpr const char* database_flag = "--database-url";

/// The program's commands, with some of their flags, or those of the Python package.
struct Program {
  explicit Program(bool has_all) {
    doctor = app.add_subcommand("doctor");
    for (const char* flag :
         {"--better-auth-url", "--env-file", database_flag, "--api-url", "--api-path", "--token"})
      doctor->add_option(flag);
    doctor->add_flag("--production");
    for (const char* name : {"serve", "migrate"}) {
      CLI::App* command = app.add_subcommand(name);
      if (!has_all) command->group("");
      if (std::string_view{name} == "migrate") command = command->add_subcommand("up");
      for (const char* flag : {"--env-file", database_flag}) command->add_option(flag);
      if (std::string_view{name} == "serve") command->add_option("--better-auth-url");
    }
  }

  CLI::App app{"", "drawbridge"};
  CLI::App* doctor;
};

struct Given {
  std::vector<std::string> flags{};
  std::string issuer{"http://localhost:3000/api/auth"};
  std::optional<std::string> api{"http://localhost:8000"};
  bool has_database = true;
  std::string default_database{};
  std::string api_path{doctor::tasks_path};
  bool has_all_commands = true;
};

std::string next_of(const Given& given, const std::vector<Check>& checks) {
  Program program{given.has_all_commands};
  std::vector<std::string> arguments{"doctor"};
  arguments.insert(arguments.end(), given.flags.begin(), given.flags.end());
  std::ranges::reverse(arguments);  // as CLI11 takes them
  program.app.parse(arguments);
  Visit visit{{"http://localhost:3000", "http://localhost:3000"},
              given.issuer,
              given.issuer + "/jwks",
              "http://localhost:3000"};
  visit.api_url = given.api;
  visit.api_path = given.api_path;
  visit.default_database = given.default_database;
  if (given.has_database) visit.read_database = [] { return std::unexpected{std::string{}}; };
  return next_step(*program.doctor, visit, checks);
}

const std::vector<std::string> address{"--better-auth-url", "http://localhost:3000"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), address.begin(), address.end());
  return more;
}

const Check no_tables{"tables.jwks", fault, "s", "c",
                      "run drawbridge migrate up --with-better-auth (in Python: …), or Better Auth's own"};
const Check no_uuid{"tables.user_uuid", fault, "s", "c", "run drawbridge migrate up (in Python: …)"};
const Check by_hand{"tables.ids", fault, "s", "c", "drop the table, then run drawbridge migrate up"};
const Check no_api{"api.reachable", fault, "s", "c", "start the API"};
const Check no_issuer{"jwks.reachable", fault, "s", "c", "start it"};

TEST(NextStep, IsTheNextCommandWithWhatDoctorWasGiven) {
  struct Case {
    const char* name;
    Given given;
    std::vector<Check> checks;
    std::string next;
  };
  const std::string url = " --better-auth-url http://localhost:3000";
  const std::string file = " --database-url sqlite:a.db";
  const std::vector<std::string> database{database_flag, "sqlite:a.db"};
  const Case cases[] = {
      {"nothing is missing", {}, {}, ""},
      {"no API is given",
       {.flags = address, .api = {}},
       {},
       "drawbridge doctor" + url + " --api-url http://localhost:8000"},
      {"a database is there and not given",
       {.flags = with({"--production"}), .has_database = false, .default_database = "sqlite:my data/a.db"},
       {},
       "drawbridge doctor" + url + " --production --database-url 'sqlite:my data/a.db'"},
      {"no database is there", {.flags = address, .has_database = false}, {}, ""},
      {"a token stays where it is",
       {.flags = with({"--token", "a.b.c"}), .api = {}},
       {},
       "drawbridge doctor" + url + " --api-url http://localhost:8000"},
      {"Better Auth's tables",
       {.flags = with(database)},
       {no_tables, no_uuid, no_api},
       "drawbridge migrate up --with-better-auth" + file},
      {"the user's column", {.flags = with(database)}, {no_uuid}, "drawbridge migrate up" + file},
      {"of one's own API",
       {.flags = with(database), .api_path = "/a/{user_id}"},
       {no_uuid},
       "drawbridge migrate up --only user" + file},
      {"what a person has to do first", {.flags = with(database)}, {by_hand}, ""},
      {"a password",
       {.flags = {database_flag, "postgresql://app:secret@localhost/app"}},
       {no_uuid},
       "drawbridge migrate up --database-url \"$DATABASE_URL\""},
      {"no password",
       {.flags = {database_flag, "postgresql://app@localhost:5432/app"}},
       {no_uuid},
       "drawbridge migrate up --database-url postgresql://app@localhost:5432/app"},
      {"no API answers", {.flags = with(database)}, {no_api}, "drawbridge serve" + url + file},
      {"at another port",
       {.flags = {"--env-file", ".env"}, .api = "http://127.0.0.1:8001"},
       {no_api},
       "drawbridge serve --env-file .env --listen 127.0.0.1:8001"},
      {"one's own API", {.api_path = "/a/{user_id}"}, {no_api}, ""},
      {"an API on another machine", {.api = "http://api.example.com"}, {no_api}, ""},
      {"an API over https", {.api = "https://localhost:8000"}, {no_api}, ""},
      {"the Python package", {.has_all_commands = false}, {no_uuid, no_api}, ""},
      {"no front end", {.api = {}}, {no_issuer}, ""},
      {"another machine", {.issuer = "https://app.example.com/api/auth", .api = {}}, {no_uuid}, ""},
  };
  for (const Case& c : cases) EXPECT_EQ(next_of(c.given, c.checks), c.next) << c.name;
}

}  // namespace
}  // namespace drawbridge::app
