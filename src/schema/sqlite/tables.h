#pragma once

#include <SQLiteCpp/Database.h>

#include "schema/better_auth_tables.h"

namespace drawbridge::schema {

/// SQLite compares names with the case of ASCII letters ignored, so Better Auth's `user` is there in its own
/// spelling. Throws SQLite::Exception.
Tables read_tables(SQLite::Database& database);

}  // namespace drawbridge::schema
