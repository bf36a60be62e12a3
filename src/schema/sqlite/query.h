#pragma once

#include <SQLiteCpp/Database.h>

#include "schema/plan/read_facts.h"

namespace drawbridge::schema {

/// Runs queries on that database, which must outlive it. Throws SQLite::Exception.
plan::Query query_of(SQLite::Database& database);

}  // namespace drawbridge::schema
