#pragma once

// What a PostgresSession does with tasks; store.h says what each function promises. They throw pqxx::failure,
// which the session translates.

#include "store/postgres/connection.h"

namespace drawbridge::store {

Result<Page<Task>> list_tasks(PostgresConnection& connection, const Uuid& owner,
                              const TaskListRequest& request);
Result<Task> get_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id);
Result<Task> create_task(PostgresConnection& connection, const Uuid& owner, const NewTask& fields,
                         Instant now);
Result<Task> change_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id,
                         const TaskChange& change, Instant now);
Result<Task> toggle_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id, Instant now);
Result<void> delete_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id);

}  // namespace drawbridge::store
