#pragma once

// Which tags a task has.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "api/quotas.h"
#include "api/tasks/task_rows.h"

namespace pqxx {
class transaction_base;  // NOLINT(readability-identifier-naming): its name in libpqxx
}

namespace drawbridge::api {

/// Gives each task its tags, by name.
void read_tags_of(SqliteConnection&, const Uuid& owner, std::span<Task> tasks);

/// Whether a task has more tags than before.
enum class Growth : bool { none, more };

/// Replaces the tags of the owner's task, inside a transaction of the caller's: a tag that the owner does not
/// have is `value_refused` and leaves it to be rolled back.
Result<Growth> write_tags_of(SqliteConnection&, const Uuid& owner, const Uuid& task,
                             std::span<const std::int64_t> tag_ids);

/// After tags were written in the same transaction: `quota_exceeded` where the tasks of an owner who may have
/// `most_tasks` now carry too many. A task that has not grown is let through uncounted, since whoever has too
/// many must be able to remove some.
Result<void> check_tags_on_tasks(SqliteConnection&, const Uuid& owner, Growth, std::int64_t most_tasks);

/// Reads tags as list_tasks() in postgres_sql.h gives them, sorted by name.
std::vector<Tag> tags_from_json(std::string_view json);

struct WrittenTags {
  std::vector<Tag> tags;  ///< by name
  Growth growth;
};

/// Replaces the tags of a task that this transaction has made or locked. A tag that the owner does not have
/// is `value_refused`.
Result<WrittenTags> write_tags_of(PostgresConnection&, pqxx::transaction_base&, const Uuid& owner,
                                  const Uuid& task, std::span<const std::int64_t> tag_ids);

/// As on SQLite, in a transaction that has had the user alone since before it looked at the task.
Result<void> check_tags_on_tasks(PostgresConnection&, pqxx::transaction_base&, const Uuid& owner, Growth,
                                 std::int64_t most_tasks);

/// Whether a write of these tags needs the user alone, so that they can be counted.
constexpr bool are_counted(std::span<const std::int64_t> tag_ids, std::int64_t most_tasks) {
  return most_tasks > 0 && !tag_ids.empty();
}

/// The fault of a tag that the owner does not have, at that place of `tag_ids`, counted from 0.
std::unexpected<database::StoreError> unknown_tag(std::size_t index);

std::unexpected<database::StoreError> too_many_tags_on_tasks(std::int64_t most);

}  // namespace drawbridge::api
