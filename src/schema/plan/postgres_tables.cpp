#include "schema/plan/our_tables.h"

namespace drawbridge::schema::plan {
namespace {

// As on SQLite: each key and index begins with the owner, and each reference from task_tags carries the owner
// too. Names of tags are ordered by code points. The function folds letter case as far as PostgreSQL 15 can:
// upper case knows what belongs together (ß and SS), lower case is what is compared; a final sigma is a
// sigma.
std::vector<std::string> tasks_and_tags() {
  return {
      R"sql(CREATE FUNCTION letter_case_folded(text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN normalize(replace(lower(upper(lower(normalize($1, NFC) COLLATE "und-x-icu"))), 'ς', 'σ'), NFC))sql",
      R"sql(CREATE TABLE tasks (
  user_id uuid NOT NULL REFERENCES "user" (uuid) ON DELETE CASCADE,
  id uuid NOT NULL,
  title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 255),
  description text CHECK (char_length(description) <= 10000),
  completed boolean NOT NULL DEFAULT false,
  priority smallint CHECK (priority IN (1, 2, 3)),
  due_date timestamptz,
  reminder_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (user_id, id),
  CHECK (reminder_at < due_date)
))sql",
      R"sql(CREATE INDEX tasks_by_creation ON tasks (user_id, created_at DESC, id))sql",
      R"sql(CREATE TABLE tags (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES "user" (uuid) ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
  color text CHECK (color ~ '^#[0-9A-Fa-f]{6}$'),
  UNIQUE (user_id, name),
  UNIQUE (user_id, id)
))sql",
      R"sql(CREATE TABLE task_tags (
  user_id uuid NOT NULL,
  task_id uuid NOT NULL,
  tag_id bigint NOT NULL,
  PRIMARY KEY (user_id, task_id, tag_id),
  FOREIGN KEY (user_id, task_id) REFERENCES tasks (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
))sql",
      R"sql(CREATE INDEX task_tags_by_tag ON task_tags (user_id, tag_id))sql",
  };
}

std::vector<std::string> list_orders() {
  return {
      R"sql(CREATE INDEX tasks_by_due_date ON tasks (user_id, due_date, id))sql",
      R"sql(CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id))sql",
  };
}

// As on SQLite, but here a trigger folds, whoever writes. A generated column would say the same, and would
// have the whole table written anew while nobody may use it. The function finds the other one wherever the
// writer looks for tables.
std::vector<std::string> folded_texts() {
  return {
      R"sql(ALTER TABLE tasks ADD COLUMN title_folded text, ADD COLUMN description_folded text)sql",
      R"sql(CREATE OR REPLACE FUNCTION fold_task_texts() RETURNS trigger
  LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  NEW.title_folded := letter_case_folded(NEW.title);
  NEW.description_folded := letter_case_folded(NEW.description);
  RETURN NEW;
END
$$)sql",
      R"sql(CREATE TRIGGER tasks_fold_new BEFORE INSERT ON tasks
  FOR EACH ROW EXECUTE FUNCTION fold_task_texts())sql",
      R"sql(CREATE TRIGGER tasks_fold_changed BEFORE UPDATE ON tasks FOR EACH ROW
  WHEN (NEW.title IS DISTINCT FROM OLD.title OR NEW.description IS DISTINCT FROM OLD.description
        OR NEW.title_folded IS NULL)
  EXECUTE FUNCTION fold_task_texts())sql",
  };
}

std::vector<std::string> unfolded_texts() {
  return {R"sql(CREATE INDEX tasks_unfolded ON tasks (user_id) WHERE title_folded IS NULL)sql"};
}

}  // namespace

std::span<const Step> postgres_steps() {
  static const std::vector<Step> steps{
      {.version = 1, .name = "tasks_and_tags", .statements = tasks_and_tags()},
      {.version = 2, .name = "list_orders", .statements = list_orders()},
      {.version = 3, .name = "folded_texts", .statements = folded_texts()},
      {.version = 4, .name = "unfolded_texts", .statements = unfolded_texts()},
  };
  return steps;
}

}  // namespace drawbridge::schema::plan
