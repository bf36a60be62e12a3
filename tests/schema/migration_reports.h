#pragma once

#include <string>
#include <vector>

#include "schema/migrations.h"

namespace drawbridge::test {

inline schema::MigrationReport silent_report() {
  return {.line = [](std::string_view) {}, .progress = [](std::string_view, std::int64_t, std::int64_t) {}};
}

/// Everything that is told, as lines in order.
inline schema::MigrationReport report_into(std::vector<std::string>& lines) {
  return {
      .line = [&lines](std::string_view line) { lines.emplace_back(line); },
      .progress =
          [&lines](std::string_view name, std::int64_t done, std::int64_t total) {
            lines.push_back(std::string{name} + ": " + std::to_string(done) + " of " + std::to_string(total));
          }};
}

}  // namespace drawbridge::test
