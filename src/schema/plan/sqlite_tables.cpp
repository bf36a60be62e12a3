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

// The orders in which a list can be asked for, beside that of creation and that of titles.
std::vector<std::string> list_orders() {
  return {
      R"sql(CREATE INDEX tasks_by_due_date ON tasks (user_id, due_date, id))sql",
      R"sql(CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id))sql",
  };
}

// What search and order by title compare. It is stored, since folding it at each read cost seconds. SQLite
// has no such function of its own, so our writers fold. A row of somebody who does not know of it has none;
// and when they change a text it has none again, so that what is stored is never that of another text.
std::vector<std::string> folded_texts() {
  return {
      R"sql(ALTER TABLE tasks ADD COLUMN title_folded TEXT)sql",
      R"sql(ALTER TABLE tasks ADD COLUMN description_folded TEXT)sql",
      R"sql(CREATE TRIGGER tasks_unfold AFTER UPDATE OF title, description ON tasks
  WHEN (NEW.title IS NOT OLD.title OR NEW.description IS NOT OLD.description)
    AND NEW.title_folded IS OLD.title_folded AND NEW.description_folded IS OLD.description_folded
BEGIN
  UPDATE tasks SET title_folded = NULL, description_folded = NULL
    WHERE user_id = NEW.user_id AND id = NEW.id;
END)sql",
  };
}

// Which rows are to be folded, without a look at all of them.
std::vector<std::string> unfolded_texts() {
  return {R"sql(CREATE INDEX tasks_unfolded ON tasks (user_id) WHERE title_folded IS NULL)sql"};
}

}  // namespace

std::span<const Step> sqlite_steps() {
  static const std::vector<Step> steps{
      {.version = 1, .name = "tasks_and_tags", .statements = tasks_and_tags()},
      {.version = 2, .name = "list_orders", .statements = list_orders()},
      {.version = 3, .name = "folded_texts", .statements = folded_texts()},
      {.version = 4, .name = "unfolded_texts", .statements = unfolded_texts()},
  };
  return steps;
}

}  // namespace drawbridge::schema::plan
