#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "doctor/names.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

/// Read by Better Auth, and by what Drawbridge's own tests and scripts are.
constexpr std::array others{"BETTER_AUTH_TRUSTED_ORIGINS",
                            "BETTER_AUTH_API_KEY",
                            "BETTER_AUTH_API_URL",
                            "BETTER_AUTH_KV_URL",
                            "BETTER_AUTH_TELEMETRY",
                            "BETTER_AUTH_TELEMETRY_DEBUG",
                            "BETTER_AUTH_TELEMETRY_ENDPOINT",
                            "BETTER_AUTH_TELEMETRY_ID",
                            "DRAWBRIDGE_BIN",
                            "DRAWBRIDGE_DATA_DIR",
                            "DRAWBRIDGE_PYTHON"};

/// What other tools call the same.
constexpr std::array other_names_of_database{"DB_URL",         "DATABASE_URI", "DATABASE",  "POSTGRES_URL",
                                             "POSTGRESQL_URL", "PG_URL",       "SQLITE_URL"};

/// How many letters must be put in, taken out or changed (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, changed});
    }
  }
  return row.back();
}

/// Whether `shorter` is left of `longer` when letters are taken out.
bool is_within(std::string_view shorter, std::string_view longer) {
  for (const char letter : longer)
    if (!shorter.empty() && shorter.front() == letter) shorter.remove_prefix(1);
  return shorter.empty();
}

struct Near {
  std::string name;
  std::size_t distance;
};

/// Where letters or words were only left out or put in, that is the likelier slip: BETTER_AUTH_AUD is the
/// audience and not the URL.
Near nearest(std::string_view name, const std::vector<std::string>& known) {
  const auto rank = [&](std::string_view other) {
    return std::pair{!is_within(name, other) && !is_within(other, name), distance(name, other)};
  };
  const auto near = std::ranges::min_element(known, {}, rank);
  return {.name = *near, .distance = rank(*near).second};
}

/// What was likely meant by a name that nothing reads; nothing where it looks like a name of somebody else's.
std::optional<std::string> meant_by(std::string_view name, const Visit& visit) {
  constexpr std::size_t a_slip = 2;
  constexpr std::size_t another_word = 5;
  const bool test = name.starts_with("DRAWBRIDGE_TEST_") || name.starts_with("DRAWBRIDGE_CONTRACT_");
  if (test || visit.known_variables.empty() || std::ranges::find(others, name) != others.end())
    return std::nullopt;
  if (std::ranges::find(visit.known_variables, name) != visit.known_variables.end()) return std::nullopt;
  if (std::ranges::find(other_names_of_database, name) != other_names_of_database.end())
    return visit.variable("DATABASE_URL") ? std::nullopt : std::optional<std::string>{"DATABASE_URL"};
  const Near near = nearest(name, visit.known_variables);
  const std::size_t allowed = name.starts_with("BETTER_AUTH_") ? another_word : a_slip;
  if (name.starts_with("DRAWBRIDGE_") || near.distance <= allowed) return near.name;
  return std::nullopt;
}

void check_effect(Report& report, const Visit& visit) {
  constexpr std::string_view id = "config.effect";
  if (visit.idle_settings.empty()) return report.ok(id, "every setting has an effect");
  report.warning(id, fmt::format("settings without effect: {}", fmt::join(visit.idle_settings, "; ")),
                 "the backend starts, but its other settings make it ignore these",
                 "remove them, or set what they depend on");
}

}  // namespace

void check_configuration(Report& report, const Visit& visit) {
  check_effect(report, visit);
  std::vector<std::string> unread;
  for (const std::string& name : visit.variable_names)
    if (const auto meant = meant_by(name, visit))
      unread.push_back(fmt::format("{} (did you mean {}?)", display_text(name), *meant));
  if (unread.empty()) return report.ok("config.variables", "no unknown variables");
  report.warning(
      "config.variables", "variables that nothing reads: " + first_names(unread),
      "the name is misspelled, or it belongs to another version or tool: its value has no effect here",
      "correct the name, or remove the variable; if your own program reads it, nothing is wrong");
}

}  // namespace drawbridge::doctor
