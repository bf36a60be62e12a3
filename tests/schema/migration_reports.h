#pragma once

#include <string>
#include <vector>

#include "schema/migrations.h"
#include "schema/plan/our_tables.h"

namespace drawbridge::test {

/// Everything that is told, as lines in order.
inline schema::MigrationReport report_into(std::vector<std::string>& lines) {
  return {
      .line = [&lines](std::string_view line) { lines.emplace_back(line); },
      .progress =
          [&lines](std::string_view name, std::int64_t done, std::int64_t total) {
            lines.push_back(std::string{name} + ": " + std::to_string(done) + " of " + std::to_string(total));
          }};
}

/// These names, and behind them those of all our steps; each of the latter with `suffix`.
inline std::vector<std::string> with_our_steps(std::vector<std::string> names,
                                               const std::string& suffix = {}) {
  for (const std::string& name : schema::plan::step_names()) names.push_back(name + suffix);
  return names;
}

}  // namespace drawbridge::test
