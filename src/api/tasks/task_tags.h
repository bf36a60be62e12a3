#pragma once

// Which tags a task has.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "api/tasks/task_rows.h"

namespace pqxx {
class transaction_base;  // NOLINT(readability-identifier-naming): its name in libpqxx
}

namespace drawbridge::api {

/// Gives each task its tags, by name.
void read_tags_of(SqliteConnection&, const Uuid& owner, std::span<Task> tasks);

/// Replaces the tags of the owner's task, inside a transaction of the caller's: a tag that the owner does not
/// have is `value_refused` and leaves it to be rolled back.
Result<void> write_tags_of(SqliteConnection&, const Uuid& owner, const Uuid& task,
                           std::span<const std::int64_t> tag_ids);

/// Reads tags as list_tasks() in postgres_sql.h gives them, sorted by name.
std::vector<Tag> tags_from_json(std::string_view json);

/// Replaces the tags of a task that this transaction has made or locked; gives them by name. A tag that the
/// owner does not have is `value_refused`.
Result<std::vector<Tag>> write_tags_of(PostgresConnection&, pqxx::transaction_base&, const Uuid& owner,
                                       const Uuid& task, std::span<const std::int64_t> tag_ids);

/// The fault of a tag that the owner does not have, at that place of `tag_ids`, counted from 0.
std::unexpected<database::StoreError> unknown_tag(std::size_t index);

}  // namespace drawbridge::api
