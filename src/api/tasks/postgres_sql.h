#pragma once

// The statements of tasks on PostgreSQL. Each one is scoped by the owner, $1; a test reads their
// query plans. They are what the statements on SQLite are, in as few round trips as can be.
//
// The role that runs them may read no column of "user" but uuid.

#include "api/tasks/task.h"

namespace drawbridge::api::postgres_sql {

enum class Filter {
  none,
  /// $4 completed, $5 priority, $6 due after, $7 due before, $8 array of tag ids, $9 search; each null when
  /// it is not asked for.
  some,
  search,  ///< the same, best where texts are searched
};

/// One page and the total, in one view of the database: $2 limit, $3 offset. At least one row; its first
/// column is the total, and without a task on the page the others are null. The others: id, title,
/// description, completed, priority, due_date, reminder_at, created_at, updated_at (times in milliseconds of
/// UNIX time), and the tags as a JSON array of [id, name, color], in no order, or null.
const char* list_tasks(Filter filter, SortBy sort_by, Order order);

/// Columns as of a page's row.
extern const char* const get_task;
/// As get_task, and nobody else may change or delete the row until the transaction ends.
extern const char* const lock_task;

/// $10: how many tasks the owner may have; 0 is any number. No row is added where they have so many.
///
/// The first is for a transaction that shares the user with others: it adds none either where those, each a
/// connection, could together add too many. Whoever has the user alone counts to the last.
extern const char* const insert_task_sharing;
extern const char* const insert_task_alone;

inline constexpr const char* update_task = R"sql(
UPDATE tasks SET title = $3, description = $4, completed = $5, priority = $6, due_date = $7,
                 reminder_at = $8, updated_at = $9
WHERE user_id = $1 AND id = $2)sql";

inline constexpr const char* delete_task = R"sql(
DELETE FROM tasks
WHERE user_id = $1 AND id = $2 AND EXISTS (SELECT FROM "user" WHERE "user".uuid = $1))sql";

inline constexpr const char* clear_task_tags = R"sql(
DELETE FROM task_tags WHERE user_id = $1 AND task_id = $2)sql";

/// Those of the ids in the array $2 that are the owner's; nobody deletes them until the transaction ends. In
/// one order, so that two who lock the same ones do not wait for each other.
inline constexpr const char* lock_tags = R"sql(
SELECT id, name, color FROM tags
WHERE user_id = $1 AND id = ANY ($2::bigint[]) ORDER BY id FOR KEY SHARE)sql";

inline constexpr const char* tag_task = R"sql(
INSERT INTO task_tags (user_id, task_id, tag_id)
SELECT $1, $2, wanted FROM unnest($3::bigint[]) AS wanted)sql";

/// A row when the tasks of the owner carry more than $2 tags.
inline constexpr const char* task_tag_beyond = R"sql(
SELECT FROM task_tags WHERE user_id = $1 LIMIT 1 OFFSET $2)sql";

}  // namespace drawbridge::api::postgres_sql
