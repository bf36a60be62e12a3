#pragma once

#include <memory>
#include <string>

#include "schema/migrated_database.h"

namespace drawbridge::schema {

/// Connects to the server. Throws MigrationFailure.
std::unique_ptr<MigratedDatabase> open_postgres_migration(const std::string& url);

/// `refused` when Better Auth's `user` is there and our tables are not as this program needs them. What may
/// be well later, a server that cannot be reached or has no `user`, is no error.
std::expected<void, MigrationError> check_postgres_to_serve(const std::string& url);

}  // namespace drawbridge::schema
