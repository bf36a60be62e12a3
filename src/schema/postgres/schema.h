#pragma once

// Our own tables on PostgreSQL: `tasks`, `tags`, `task_tags`, and `drawbridge_migrations`, which says which
// steps a database has had. Everything is looked up and made in the first schema of the search path, as
// Better Auth does.

#include <span>
#include <string>

#include <pqxx/transaction_base>

#include "schema/schema_step.h"

namespace drawbridge::schema {

/// Every step, by version, without a gap from 1.
std::span<const SchemaStep> postgres_schema_steps();
int latest_postgres_schema_version();

/// The version that the database has: 0 before the first step. Throws pqxx::failure, as does what follows.
int postgres_schema_version(pqxx::transaction_base& transaction);

/// The step as SQL text, with the statements that write it down; without BEGIN and COMMIT.
std::string postgres_sql_of(const SchemaStep& step);

/// Why the API cannot work, and what to do; empty when it can.
std::string postgres_readiness_fault(pqxx::transaction_base& transaction);

}  // namespace drawbridge::schema
