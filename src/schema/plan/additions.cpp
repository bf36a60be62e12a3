#include "schema/plan/additions.h"

#include <algorithm>

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

std::string quoted(const std::string& text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string literal(const std::string& text) {
  return quoted(text, '\'');
}

std::string identifier(const std::string& name) {
  return quoted(name, '"');
}

void record(std::vector<std::string>& statements, const Options& options, const std::string& name,
            const std::string& detail) {
  if (!options.records_additions) return;
  statements.push_back(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (name text NOT NULL PRIMARY KEY, detail text)", additions_table));
  statements.push_back(fmt::format("INSERT INTO {} (name, detail) VALUES ({}, {}) ON CONFLICT DO NOTHING",
                                   additions_table, literal(name), detail));
}

void forget(Plan& plan, const Facts& facts, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::vector<std::string> statements;
  for (const std::string& name : names) {
    statements.push_back(fmt::format("DELETE FROM {} WHERE name = {}", additions_table, literal(name)));
  }
  const bool is_last = std::ranges::all_of(facts.additions, [&](const auto& addition) {
    return std::ranges::find(names, addition.first) != names.end();
  });
  if (is_last) statements.push_back(fmt::format("DROP TABLE {}", additions_table));
  plan.changes.push_back({.name = additions_table, .statements = std::move(statements)});
}

}  // namespace drawbridge::schema::plan
