#pragma once

// The rows of tasks, in each database. Each function is given the owner by Session::for_owner and reads or
// changes rows of that owner alone; one that changes something does so in one transaction. They throw what
// the database's library throws, which the session translates.

#include "api/tasks/task.h"
#include "database/result.h"

namespace drawbridge::database {
struct SqliteConnection;
class PostgresConnection;
}  // namespace drawbridge::database

namespace drawbridge::api {

using database::Page;
using database::PostgresConnection;
using database::Result;
using database::SqliteConnection;

/// Rows without the value that is sorted by come last in both orders, ties are ordered by id. Titles are
/// compared with letter case ignored. Past the end: no items.
Result<Page<Task>> find_tasks(SqliteConnection&, const Uuid& owner, const TaskListRequest&);
Result<Page<Task>> find_tasks(PostgresConnection&, const Uuid& owner, const TaskListRequest&);

Result<Task> find_task(SqliteConnection&, const Uuid& owner, const Uuid& id);
Result<Task> find_task(PostgresConnection&, const Uuid& owner, const Uuid& id);

/// `quota_exceeded` for an owner who has `most` tasks, or whose tasks would carry more tags than go with so
/// many (most_tags_on_tasks() in quotas.h); 0 is any number.
Result<Task> add_task(SqliteConnection&, const Uuid& owner, const NewTask&, Instant now,
                      std::int64_t most = 0);
Result<Task> add_task(PostgresConnection&, const Uuid& owner, const NewTask&, Instant now,
                      std::int64_t most = 0);

/// A change that would leave `reminder_at` at or after `due_date`, or name a tag that the owner does not
/// have, is `value_refused`. One that gives the task more tags than it had, and the owner's tasks more than
/// go with `most` tasks, is `quota_exceeded`; 0 is any number.
Result<Task> change_task(SqliteConnection&, const Uuid& owner, const Uuid& id, const TaskChange&, Instant now,
                         std::int64_t most = 0);
Result<Task> change_task(PostgresConnection&, const Uuid& owner, const Uuid& id, const TaskChange&,
                         Instant now, std::int64_t most = 0);

/// Sets `completed` to what it was not.
Result<Task> toggle_task(SqliteConnection&, const Uuid& owner, const Uuid& id, Instant now);
Result<Task> toggle_task(PostgresConnection&, const Uuid& owner, const Uuid& id, Instant now);

Result<void> remove_task(SqliteConnection&, const Uuid& owner, const Uuid& id);
Result<void> remove_task(PostgresConnection&, const Uuid& owner, const Uuid& id);

}  // namespace drawbridge::api
