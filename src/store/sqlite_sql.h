#pragma once

// Every statement that the API runs on SQLite. Each one is scoped by the owner; a test reads their query
// plans.
//
// The reads ask for the owner in "user" as well: rows that a deletion left behind, since Better Auth's
// connection had foreign keys off, must not be shown.

namespace drawbridge::store::sql {

inline constexpr const char* find_user = R"sql(SELECT 1 FROM "user" WHERE uuid = :user_id)sql";

inline constexpr const char* count_tasks = R"sql(
SELECT count(*) FROM tasks
WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE uuid = :user_id))sql";

inline constexpr const char* list_tasks = R"sql(
SELECT task.id, task.title, task.description, task.completed, task.priority, task.due_date, task.reminder_at,
       task.created_at, task.updated_at, tags.id, tags.name, tags.color
FROM (SELECT * FROM tasks
      WHERE user_id = :user_id AND EXISTS (SELECT 1 FROM "user" WHERE uuid = :user_id)
      ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset) AS task
LEFT JOIN task_tags ON task_tags.user_id = :user_id AND task_tags.task_id = task.id
LEFT JOIN tags ON tags.user_id = :user_id AND tags.id = task_tags.tag_id
ORDER BY task.created_at DESC, task.id, tags.name)sql";

inline constexpr const char* get_task = R"sql(
SELECT task.id, task.title, task.description, task.completed, task.priority, task.due_date, task.reminder_at,
       task.created_at, task.updated_at, tags.id, tags.name, tags.color
FROM tasks AS task
LEFT JOIN task_tags ON task_tags.user_id = :user_id AND task_tags.task_id = task.id
LEFT JOIN tags ON tags.user_id = :user_id AND tags.id = task_tags.tag_id
WHERE task.user_id = :user_id AND task.id = :id AND EXISTS (SELECT 1 FROM "user" WHERE uuid = :user_id)
ORDER BY tags.name)sql";

inline constexpr const char* insert_task = R"sql(
INSERT INTO tasks (user_id, id, title, description, completed, priority, due_date, reminder_at, created_at,
                   updated_at)
VALUES (:user_id, :id, :title, :description, :completed, :priority, :due_date, :reminder_at, :now, :now))sql";

inline constexpr const char* update_task = R"sql(
UPDATE tasks SET title = :title, description = :description, completed = :completed, priority = :priority,
                 due_date = :due_date, reminder_at = :reminder_at, updated_at = :now
WHERE user_id = :user_id AND id = :id)sql";

inline constexpr const char* delete_task = R"sql(
DELETE FROM tasks WHERE user_id = :user_id AND id = :id)sql";

/// All of them, for the test of their query plans.
inline constexpr const char* all[] = {find_user,   count_tasks, list_tasks, get_task,
                                      insert_task, update_task, delete_task};

}  // namespace drawbridge::store::sql
