#pragma once

#include <filesystem>
#include <memory>

#include "schema/migrated_database.h"

namespace drawbridge::schema {

/// The file, made with its directory when it is missing and `may_change`; without that, a missing file is an
/// empty database. Throws MigrationFailure.
std::unique_ptr<MigratedDatabase> open_sqlite_migration(const std::filesystem::path& file, bool may_change);

}  // namespace drawbridge::schema
