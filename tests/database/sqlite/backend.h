#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <SQLiteCpp/Database.h>

#include "tests/database/store_backend.h"

namespace drawbridge::test {

/// The table `user` as Better Auth makes it on SQLite, without and with the additional field `uuid`.
extern const char* const better_auth_user_table;
extern const char* const better_auth_user_table_with_uuid;

/// A connection as Better Auth's: it may make the file, foreign keys on.
SQLite::Database open_as_better_auth(const std::filesystem::path& file);

/// The INSERT of a row in a table without the column `uuid`, or leaving it out.
std::string insert_user_sql(const std::string& id);
std::string insert_user_sql(const std::string& id, const std::string& uuid);

/// The single value that a query gives, as text.
std::string value_of(SQLite::Database& database, const std::string& sql);

/// Only the SQLite backend of the contract suite.
std::unique_ptr<StoreBackend> make_sqlite_backend();

}  // namespace drawbridge::test
