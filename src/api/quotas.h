#pragma once

#include <cstdint>

namespace drawbridge::api {

/// How much one user may have; 0 is as much as they like.
struct Quotas {
  std::int64_t tasks = 10'000;
  std::int64_t tags = 500;
};

/// How many tags the tasks of a user who may have so many tasks may carry in all; 0 is any number. All of
/// them go with the user's account, in one transaction, and on SQLite nobody else writes meanwhile.
constexpr std::int64_t most_tags_on_tasks(std::int64_t most_tasks) {
  return 10 * most_tasks;
}

}  // namespace drawbridge::api
