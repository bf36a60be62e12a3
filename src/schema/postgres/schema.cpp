#include "schema/postgres/schema.h"

#include <array>

#include <fmt/format.h>
#include <pqxx/result>

namespace drawbridge::schema {
namespace {

// As on SQLite: each key and index begins with the owner, and each reference from task_tags carries the owner
// too. Names of tags are ordered by code points. The function folds letter case as far as PostgreSQL 15 can:
// upper case knows what belongs together (ß and SS), lower case is what is compared; a final sigma is a
// sigma.
constexpr const char* tasks_and_tags = R"sql(CREATE FUNCTION letter_case_folded(text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN normalize(replace(lower(upper(lower(normalize($1, NFC) COLLATE "und-x-icu"))), 'ς', 'σ'), NFC);
CREATE TABLE tasks (
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
);
CREATE INDEX tasks_by_creation ON tasks (user_id, created_at DESC, id);
CREATE TABLE tags (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES "user" (uuid) ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL CHECK (char_length(name) BETWEEN 1 AND 50),
  color text CHECK (color ~ '^#[0-9A-Fa-f]{6}$'),
  UNIQUE (user_id, name),
  UNIQUE (user_id, id)
);
CREATE TABLE task_tags (
  user_id uuid NOT NULL,
  task_id uuid NOT NULL,
  tag_id bigint NOT NULL,
  PRIMARY KEY (user_id, task_id, tag_id),
  FOREIGN KEY (user_id, task_id) REFERENCES tasks (user_id, id) ON DELETE CASCADE,
  FOREIGN KEY (user_id, tag_id) REFERENCES tags (user_id, id) ON DELETE CASCADE
);
CREATE INDEX task_tags_by_tag ON task_tags (user_id, tag_id);
)sql";

constexpr const char* list_orders = R"sql(CREATE INDEX tasks_by_due_date ON tasks (user_id, due_date, id);
CREATE INDEX tasks_by_priority ON tasks (user_id, priority, id);
)sql";

constexpr std::array steps{
    SchemaStep{.version = 1, .name = "tasks_and_tags", .sql = tasks_and_tags},
    SchemaStep{.version = 2, .name = "list_orders", .sql = list_orders},
};

// Asked of the catalogue, which every role may read.
constexpr const char* user_can_be_referenced = R"sql(
SELECT to_regclass('"user"') IS NOT NULL, EXISTS (
  SELECT FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
  WHERE indrelid = to_regclass('"user"') AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL AND indnkeyatts = 1
    AND attname = 'uuid' AND atttypid = 'uuid'::regtype))sql";

}  // namespace

std::span<const SchemaStep> postgres_schema_steps() {
  return steps;
}

int latest_postgres_schema_version() {
  return steps.back().version;
}

int postgres_schema_version(pqxx::transaction_base& transaction) {
  const bool exists =
      transaction.exec1("SELECT to_regclass('drawbridge_migrations') IS NOT NULL")[0].as<bool>();
  if (!exists) return 0;
  return transaction.exec1("SELECT coalesce(max(version), 0) FROM drawbridge_migrations")[0].as<int>();
}

std::string postgres_sql_of(const SchemaStep& step) {
  return fmt::format(R"sql(CREATE TABLE IF NOT EXISTS drawbridge_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
{}INSERT INTO drawbridge_migrations (version, name) VALUES ({}, '{}');
)sql",
                     step.sql, step.version, step.name);
}

std::string postgres_readiness_fault(pqxx::transaction_base& transaction) {
  const auto user = transaction.exec1(user_can_be_referenced);
  if (!user[0].as<bool>()) {
    return "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, then "
           "drawbridge migrate up";
  }
  if (!user[1].as<bool>()) {
    return "Better Auth's table \"user\" has no unique column uuid of type uuid: run drawbridge migrate up";
  }
  const int version = postgres_schema_version(transaction);
  if (version > latest_postgres_schema_version()) {
    return fmt::format(
        "the database has version {} of the tables and this program knows {}: use a newer drawbridge",
        version, latest_postgres_schema_version());
  }
  if (version < latest_postgres_schema_version()) {
    return fmt::format("the database has version {} of the tables and needs {}: run drawbridge migrate up",
                       version, latest_postgres_schema_version());
  }
  return {};
}

}  // namespace drawbridge::schema
