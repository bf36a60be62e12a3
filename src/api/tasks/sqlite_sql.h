#pragma once

// The statements of tasks on SQLite. Each one is scoped by the owner; a test reads their query
// plans.
//
// The reads ask for the owner in "user" as well: rows that a deletion left behind, since Better Auth's
// connection had foreign keys off, must not be shown.

#include <vector>

#include "api/tasks/task.h"

namespace drawbridge::api::sqlite_sql {

enum class Filter {
  none,
  /// Parameters `:completed`, `:priority`, `:due_after`, `:due_before`, `:search` (folded) and `:tags` (a
  /// JSON array of ids), each null when it is not asked for.
  some,
};

const char* count_tasks(Filter filter);
/// With `:limit` and `:offset`. Columns: id, title, description, completed, priority, due_date, reminder_at,
/// created_at, updated_at.
const char* list_tasks(Filter filter, SortBy sort_by, Order order);

inline constexpr const char* get_task = R"sql(
SELECT id, title, description, completed, priority, due_date, reminder_at, created_at, updated_at
FROM tasks
WHERE user_id = :user_id AND id = :id AND EXISTS (SELECT 1 FROM "user" WHERE "user".uuid = :user_id))sql";

/// A row when the owner has more than `:most`.
inline constexpr const char* task_beyond = R"sql(
SELECT 1 FROM tasks WHERE user_id = :user_id LIMIT 1 OFFSET :most)sql";

inline constexpr const char* insert_task = R"sql(
INSERT INTO tasks (user_id, id, title, description, completed, priority, due_date, reminder_at, created_at,
                   updated_at, title_folded, description_folded)
VALUES (:user_id, :id, :title, :description, :completed, :priority, :due_date, :reminder_at, :now, :now,
        :title_folded, :description_folded))sql";

inline constexpr const char* update_task = R"sql(
UPDATE tasks SET title = :title, description = :description, completed = :completed, priority = :priority,
                 due_date = :due_date, reminder_at = :reminder_at, updated_at = :now
WHERE user_id = :user_id AND id = :id)sql";

/// What follows update_task where a text has changed: a trigger has unfolded it.
inline constexpr const char* fold_task = R"sql(
UPDATE tasks SET title_folded = :title_folded, description_folded = :description_folded
WHERE user_id = :user_id AND id = :id)sql";

inline constexpr const char* delete_task = R"sql(
DELETE FROM tasks WHERE user_id = :user_id AND id = :id)sql";

/// The tags of the tasks whose ids the JSON array `:task_ids` lists, in no order; `key` is the place in that
/// array. Sorting a few tags each is done faster by whoever reads them.
inline constexpr const char* tags_of_tasks = R"sql(
SELECT wanted.key, tags.id, tags.name, tags.color
FROM json_each(:task_ids) AS wanted
CROSS JOIN task_tags ON task_tags.user_id = :user_id AND task_tags.task_id = wanted.value
CROSS JOIN tags ON tags.user_id = :user_id AND tags.id = task_tags.tag_id)sql";

inline constexpr const char* clear_task_tags = R"sql(
DELETE FROM task_tags WHERE user_id = :user_id AND task_id = :task_id)sql";

inline constexpr const char* tag_task = R"sql(
INSERT INTO task_tags (user_id, task_id, tag_id) VALUES (:user_id, :task_id, :tag_id))sql";

/// A row when the tasks of the owner carry more than `:most` tags.
inline constexpr const char* task_tag_beyond = R"sql(
SELECT 1 FROM task_tags WHERE user_id = :user_id LIMIT 1 OFFSET :most)sql";

/// All of them, for the test of their query plans.
std::vector<const char*> all_of_tasks();

}  // namespace drawbridge::api::sqlite_sql
