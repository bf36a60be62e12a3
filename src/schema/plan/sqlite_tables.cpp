#include "schema/plan/our_tables.h"

namespace drawbridge::schema::plan {
namespace {

// Each key and index begins with the owner, and each reference from task_tags carries the owner too, so that
// a task cannot be joined with another user's tag. Times are text of one width (time_text.h), so that their
// order is the order in time. `priority` is 1, 2, 3 for low, medium, high. Tag ids are never used twice: an
// id that a client kept must not come to mean another tag.
std::vector<std::string> tasks_and_tags() {
  return {
      R"sql(CREATE TABLE tasks (
  user_id TEXT NOT NULL REFERENCES "user" (uuid) ON DELETE CASCADE,
  id TEXT NOT NULL CHECK (length(id) = 36),
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
  description TEXT CHECK (length(description) <= 10000),
  completed INTEGER NOT NULL DEFAULT 0 CHECK (completed IN (0, 1)),
  priority INTEGER CHECK (priority IN (1, 2, 3)),
  due_date TEXT CHECK (due_date LIKE '____-__-__T__:__:__.___Z'),
  reminder_at TEXT CHECK (reminder_at LIKE '____-__-__T__:__:__.___Z'),
  created_at TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.___Z'),
  updated_at TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.___Z'),
  PRIMARY KEY (user_id, id),
  CHECK (reminder_at < due_date)
) STRICT)sql",
      R"sql(CREATE INDEX tasks_by_creation ON tasks (user_id, created_at DESC, id))sql",
      R"sql(CREATE TABLE tags (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL REFERENCES "user" (uuid) ON DELETE CASCADE,
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 50),
  color TEXT CHECK (color GLOB '#[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]'),
  UNIQUE (user_id, name),
  UNIQUE (user_id, id)
) STRICT)sql",
      R"sql(CREATE TABLE task_tags (
  user_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  tag_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, task_id, tag_id),
  FOREIGN KEY (user_id, task_id) REFERENCES tasks (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID)sql",
      R"sql(CREATE INDEX task_tags_by_tag ON task_tags (user_id, tag_id))sql",
  };
}

// The orders in which a list can be asked for, beside that of creation. Titles are compared with letter case
// ignored, which takes a function that only this program has: no index, or nobody else could write the table.
std::vector<std::string> list_orders() {
  return {
      R"sql(CREATE INDEX tasks_by_due_date ON tasks (user_id, due_date, id))sql",
      R"sql(CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id))sql",
  };
}

}  // namespace

std::span<const Step> sqlite_steps() {
  static const std::vector<Step> steps{
      {.version = 1, .name = "tasks_and_tags", .statements = tasks_and_tags()},
      {.version = 2, .name = "list_orders", .statements = list_orders()},
  };
  return steps;
}

}  // namespace drawbridge::schema::plan
