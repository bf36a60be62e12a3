#pragma once

#include "database/result.h"

namespace drawbridge::database {
struct SqliteConnection;
class PostgresConnection;
}  // namespace drawbridge::database

namespace drawbridge::schema {

/// Whether the API can work: our tables are up to date and Better Auth's `user` is there with its `uuid`. The
/// error's text says what is missing and what to do. Looks at the catalogue, and on PostgreSQL asks for rows
/// of nobody as requests ask for a user's; throws what the database's library throws.
database::Result<void> check_ready(database::SqliteConnection& connection);
database::Result<void> check_ready(database::PostgresConnection& connection);

}  // namespace drawbridge::schema
