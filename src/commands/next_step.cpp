#include "commands/next_step.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "core/text/ascii.h"
#include "core/text/visible_text.h"
#include "doctor/names.h"

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::CheckStatus;
using doctor::Visit;

constexpr std::string_view migrate_up = "drawbridge migrate up";
constexpr const char* default_api = "http://localhost:8000";

constexpr std::size_t longest_command = 4096;
constexpr std::string_view unquoted = "_-./:=@%+,";  // to a shell

bool is_at_fault(const std::vector<Check>& checks, std::string_view id) {
  return std::ranges::any_of(
      checks, [&](const Check& check) { return check.id == id && check.status == CheckStatus::fault; });
}

/// For a POSIX shell.
std::string quoted(const std::string& text) {
  const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return ascii::is_alphanumeric(c) || unquoted.contains(c);
  });
  if (is_plain) return text;
  std::string inside;
  for (const char c : text) inside += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return '\'' + inside + '\'';
}

/// The value of a flag, unless it is a secret that the screen should not keep: then the variable that may
/// hold it.
std::string shown_value(const std::string& flag, const std::string& value) {
  if (flag != "--database-url") return quoted(value);
  const std::size_t at = value.find('@');
  const std::size_t host = value.find("://");
  const bool has_password =
      value.contains("password") ||
      (at != std::string::npos && host != std::string::npos && value.find(':', host + 3) < at);
  return has_password ? "\"$DATABASE_URL\"" : quoted(value);
}

/// The flags that `doctor` was given and `command` has too.
std::string flags_for(const CLI::App& command, const CLI::App& doctor) {
  constexpr std::array secrets{"--token", "--session"};
  std::string text;
  for (const CLI::Option* const option : doctor.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || std::ranges::find(secrets, name) != secrets.end()) continue;
    if (command.get_option_no_throw(name) == nullptr) continue;
    text += ' ' + name;
    if (option->get_expected_max() > 0) text += ' ' + shown_value(name, option->results().front());
  }
  return text;
}

/// One that this program has: the Python package keeps the names of those that it lacks in a group of no
/// name.
const CLI::App* command_of(const CLI::App& doctor, const std::string& name) {
  for (const CLI::App* const command : doctor.get_parent()->get_subcommands({}))
    if (command->get_name() == name && !command->get_group().empty()) return command;
  return nullptr;
}

/// "drawbridge migrate up --with-better-auth", where that is what a fault's remedy begins with.
std::optional<std::string> migration_of(const Check& check) {
  if (check.status != CheckStatus::fault) return std::nullopt;
  for (const std::string_view run : {"run ", "run `"}) {
    const std::string begin = std::string{run} + std::string{migrate_up};
    if (!check.remedy.starts_with(begin)) continue;
    constexpr std::string_view with_tables = " --with-better-auth";
    const bool has_flag = std::string_view{check.remedy}.substr(begin.size()).starts_with(with_tables);
    return std::string{migrate_up} + (has_flag ? std::string{with_tables} : "");
  }
  return std::nullopt;
}

std::string migration(const CLI::App& doctor, const Visit& visit, const std::vector<Check>& checks) {
  const CLI::App* const migrate = command_of(doctor, "migrate");
  if (migrate == nullptr || !visit.read_database) return {};
  for (const Check& check : checks)
    if (const auto command = migration_of(check))
      return *command + (visit.api_path == doctor::tasks_path ? "" : " --only user") +
             flags_for(*migrate->get_subcommands({}).back(), doctor);
  return {};
}

/// Where --listen has to be for `url`; empty for the default.
std::string listen_at(std::string_view url) {
  const auto host = url.substr(url.find("://") + 3);
  return host == "localhost:8000" || host == "127.0.0.1:8000"
             ? std::string{}
             : fmt::format(" --listen {}", quoted(std::string{host}));
}

std::string serving(const CLI::App& doctor, const Visit& visit) {
  const CLI::App* const serve = command_of(doctor, "serve");
  const bool is_ours = visit.api_path == doctor::tasks_path && visit.api_url &&
                       visit.api_url->starts_with("http://") && doctor::is_of_this_machine(*visit.api_url) &&
                       visit.api_url->find('/', 7) == std::string::npos;
  return serve == nullptr || !is_ours
             ? std::string{}
             : "drawbridge serve" + flags_for(*serve, doctor) + listen_at(*visit.api_url);
}

std::string looking_again(const CLI::App& doctor, const std::string& more) {
  return "drawbridge doctor" + flags_for(doctor, doctor) + more;
}

std::string step(const CLI::App& doctor, const Visit& visit, const std::vector<Check>& checks) {
  if (is_at_fault(checks, "jwks.reachable")) return {};  // its remedy is to start the front end
  if (auto command = migration(doctor, visit, checks); !command.empty()) return command;
  if (is_at_fault(checks, "api.reachable")) return serving(doctor, visit);
  std::string more;
  if (!visit.api_url) more += std::string{" --api-url "} + default_api;
  if (!visit.read_database && !visit.default_database.empty())
    more += " --database-url " + quoted(visit.default_database);
  return more.empty() ? more : looking_again(doctor, more);
}

}  // namespace

std::string next_step(const CLI::App& doctor, const Visit& visit, const std::vector<Check>& checks) {
  if (!doctor::is_of_this_machine(visit.better_auth_url)) return {};
  return display_text(step(doctor, visit, checks), longest_command);
}

}  // namespace drawbridge::app
