#pragma once

// What a SqliteSession does with tasks; store.h says what each function promises. They throw
// SQLite::Exception, which the session translates.

#include "store/sqlite/connection.h"

namespace drawbridge::store {

Result<Page<Task>> list_tasks(SqliteConnection& connection, const Uuid& owner,
                              const TaskListRequest& request);
Result<Task> get_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id);
Result<Task> create_task(SqliteConnection& connection, const Uuid& owner, const NewTask& fields, Instant now);
Result<Task> change_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id,
                         const TaskChange& change, Instant now);
Result<Task> toggle_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id, Instant now);
Result<void> delete_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id);

}  // namespace drawbridge::store
