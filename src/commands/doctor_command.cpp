#include "commands/doctor_command.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "commands/commands.h"
#include "commands/doctor_text.h"
#include "commands/environment_names.h"
#include "commands/idle_settings.h"
#include "commands/input.h"
#include "commands/next_step.h"
#include "commands/setting_names.h"
#include "commands/setting_values.h"
#include "commands/terminal.h"
#include "core/text/visible_text.h"
#include "doctor/examination.h"
#include "doctor/report.h"
#include "issuer/http_call.h"

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::Visit;

constexpr const char* token_variable = "DRAWBRIDGE_TOKEN";
constexpr const char* session_variable = "DRAWBRIDGE_SESSION";

/// What a check quotes it shortens itself.
constexpr std::size_t longest_text = 16 * 1024;

struct Options {
  CLI::Option* api_url;
  CLI::Option* api_path;
  CLI::Option* origin;
  CLI::Option* production;
  CLI::Option* all;
  CLI::Option* json;
};

std::optional<std::string> text_of(const CLI::Option& option) {
  if (option.count() == 0) return std::nullopt;
  std::string text = option.results().front();
  if (text.empty()) throw SettingFault{option.get_name() + " is empty: give it a value, or leave it out"};
  return text;
}

/// An address that paths are added to.
std::optional<std::string> base_of(const CLI::Option& option) {
  auto text = text_of(option);
  if (!text) return text;
  const auto address = BetterAuth::at(*text);  // any base is read by the same rules
  if (!address) throw SettingFault{option.get_name() + " cannot be used: " + address.error()};
  while (text->ends_with('/')) text->pop_back();
  return text;
}

std::string page_origin_of(const CLI::Option& option, const BetterAuth& better_auth) {
  const auto text = text_of(option);
  return text ? origin_of({.value = *text, .name = option.get_name()}) : better_auth.issuer;
}

std::string api_path_of(const CLI::Option& option) {
  const auto path = text_of(option);
  if (!path) return doctor::tasks_path;
  const bool is_path = path->starts_with('/') && path->contains("{user_id}") &&
                       std::ranges::none_of(*path, [](char c) { return c <= ' ' || c > '~' || c == '#'; });
  if (!is_path)
    throw SettingFault{"--api-path is not a path with {user_id} in it, such as /api/v1/{user_id}/greeting"};
  return *path;
}

/// Of the environment and of the file.
std::vector<std::string> names_of_variables(const Settings& settings) {
  std::vector<std::string> names = settings.names_in_file();
  std::ranges::copy(names_in_environment(), std::back_inserter(names));
  std::ranges::sort(names);
  const auto [first, last] = std::ranges::unique(names);
  names.erase(first, last);
  return names;
}

/// A secret that is given as `-`: on the command line itself other users of the machine could read it.
void take_from_standard_input(Visit& visit) {
  constexpr std::size_t max_size = 1024 * 1024;
  const bool is_token = visit.token == "-";
  const bool is_cookie = visit.session_cookie == "-";
  if (!is_token && !is_cookie) return;
  const char* const flag = is_token ? "--token" : "--session";
  if (is_token && is_cookie)
    throw SettingFault{
        fmt::format("--token and --session are both -, and standard input can be only one of them: put the "
                    "other into {} or {}",
                    token_variable, session_variable)};
  auto text = read_standard_input(max_size);
  if (!text) throw SettingFault{fmt::format("{} is -, but standard input {}", flag, text.error())};
  if (text->empty())
    throw SettingFault{fmt::format("{} is -, but standard input is empty: pipe it in", flag)};
  if (text->size() > max_size)
    throw SettingFault{fmt::format("{} is -, but standard input is larger than 1 MiB", flag)};
  (is_token ? visit.token : visit.session_cookie) = *std::move(text);
}

Visit visit_of(const Options& options, const Settings& settings) {
  const BetterAuth better_auth = settings.required_better_auth();
  settings.user_claim();  // the checks read what it says; here it is seen to be one of its values
  Visit visit{settings.policy(), better_auth.jwks_url.substr(0, better_auth.jwks_url.rfind('/')),
              settings.key_source().jwks_url, page_origin_of(*options.origin, better_auth)};
  visit.token = settings.value_of(token_variable);
  visit.session_cookie = settings.value_of(session_variable);
  take_from_standard_input(visit);
  visit.api_url = base_of(*options.api_url);
  visit.api_path = api_path_of(*options.api_path);
  visit.kinds = settings.credential_kinds();
  visit.production = options.production->count() > 0;
  visit.call = [source = settings.key_source_rules()](const fetch::HttpCall& call) {
    return fetch::call_http(call, source);
  };
  visit.now = [] {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  };
  visit.variable = [settings](const std::string& name) { return settings.value_of(name); };
  visit.variable_names = names_of_variables(settings);
  visit.known_variables = Settings::variables();
  visit.idle_settings = idle_settings(visit.kinds, settings.session_place(), visit.variable);
  return visit;
}

boost::json::value json_of(const std::string& text) {
  return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

boost::json::object json_of(const std::vector<Check>& checks) {
  boost::json::array list;
  for (const Check& check : checks)
    list.emplace_back(boost::json::object{{"id", check.id},
                                          {"status", name_of(check.status)},
                                          {"summary", check.summary},
                                          {"cause", json_of(check.cause)},
                                          {"remedy", json_of(check.remedy)}});
  return {{"ok", doctor::is_healthy(checks)}, {"checks", std::move(list)}};
}

int examine(const CLI::App& command, const Options& options, const Visit& visit) {
  std::vector<Check> checks = doctor::examine(visit);
  for (Check& check : checks)
    for (std::string* const text : {&check.summary, &check.cause, &check.remedy})
      *text = display_text(with_setting_names(std::move(*text)), longest_text);
  if (options.json->count() > 0)
    print_json(boost::json::serialize(json_of(checks)));
  else
    print(doctor_text(checks, Palette::of_standard_output(),
                      {.width = terminal_width(),
                       .all = options.all->count() > 0,
                       .next = next_step(command, visit, checks)}));
  return doctor::is_healthy(checks) ? exit_good : exit_not_good;
}

}  // namespace

CLI::App* add_doctor_command(CLI::App& app) {
  CLI::App* const command = app.add_subcommand("doctor", "Find every known fault of the whole set-up");
  command->footer(
      "Checks both sides. Faults come first, then warnings, each with its cause and remedy; a fault is "
      "reported once, at its root. Checks that could not run share one line for each reason. On this machine "
      "the last line is the command to run next.\n\n"
      "Nothing is changed on either side, with two exceptions: a Better Auth without a signing key creates "
      "its first, and where users can set their own uuid or role, the check changes that user's updatedAt. "
      "With --production, doctor fetches the key set about a hundred times in a row. Where the API accepts "
      "sessions or keys, it asks Better Auth just as often about one that does not exist. It tries up to "
      "twenty wrong passwords on an e-mail address that does not exist. All three show whether requests are "
      "rate-limited.\n\n"
      "Examples:\n"
      "  drawbridge doctor --better-auth-url http://localhost:3000 --api-url http://localhost:8000\n"
      "  printf %s \"$TOKEN\" | drawbridge doctor --better-auth-url http://localhost:3000 --token -\n"
      "  drawbridge doctor --env-file .env --api-url https://api.example.com --production\n\n"
      "What you give decides what can be checked: --database-url the tables, a token or a session cookie the "
      "token and the user, --api-url the API and CORS. Other users of the machine can read your command "
      "line. "
      "Give secrets in the environment, in the file of --env-file, or as - on standard input.\n\n"
      "Exit status: 0 no fault, 1 a fault, 2 wrong usage.");
  return command;
}

void set_up_doctor(CLI::App& command, const Settings& settings, ChooseDatabase choose_database, int& status) {
  const Options options{
      .api_url = command.add_option("--api-url")
                     ->type_name("URL")
                     ->description("The API's URL, e.g. http://localhost:8000"),
      .api_path = command.add_option("--api-path")
                      ->type_name("PATH")
                      ->description("A path in your API that answers GET for one user; default: "
                                    "/api/v1/{user_id}/tasks, which the tasks API has"),
      .origin =
          command.add_option("--origin")
              ->type_name("URL")
              ->description("The origin of the pages that call the API; default: that of BETTER_AUTH_URL"),
      .production = command.add_flag("--production")->description("Also check what only production needs"),
      .all = command.add_flag("--all")->description(
          "List every check, including those that passed or were not run"),
      .json = command.add_flag("--json")->description("Print JSON for programs")};
  command.callback([&command, options, settings, choose_database = std::move(choose_database), &status] {
    Visit visit = visit_of(options, settings);
    choose_database(visit);
    status = examine(command, options, visit);
  });
}

}  // namespace drawbridge::app
