#pragma once

// Our own tables on SQLite: `tasks`, `tags`, `task_tags`, and `drawbridge_migrations`, which says which steps
// a database has had.

#include <span>
#include <string>

#include <SQLiteCpp/Database.h>

#include "schema/schema_step.h"

namespace drawbridge::schema {

/// Every step, by version, without a gap from 1.
std::span<const SchemaStep> schema_steps();

/// The version that this program needs.
int latest_schema_version();

/// The version that the database has: 0 before the first step. Throws SQLite::Exception.
int schema_version(SQLite::Database& database);

/// The step as SQL text, with the statements that write it down; without BEGIN and COMMIT.
std::string sql_of(const SchemaStep& step);

}  // namespace drawbridge::schema
