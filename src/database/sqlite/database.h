#pragma once

// What every part of the store that speaks to SQLite shares: how a connection is opened, and what its errors
// mean. SQLiteCpp throws; nothing of that leaves this folder.

#include <chrono>
#include <filesystem>
#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

namespace drawbridge::database {

/// What a connection is for.
enum class SqliteUse {
  read,  ///< refuses every change
  write,
  migrate,  ///< as write, and makes the file (mode 0600) and its directory (0700) when they are missing
  inspect,  ///< as read, and leaves the file's journal mode as it is
};

/// Opens the file with foreign keys on, `journal_mode = WAL` and `synchronous = FULL`. One thread at a time
/// may use the connection, which waits at most `lock_wait` for another's lock. Throws SQLite::Exception, also
/// for a directory that cannot be made.
SQLite::Database open_sqlite(const std::filesystem::path& file, SqliteUse use,
                             std::chrono::milliseconds lock_wait);

/// Whether the file that the connection holds is no longer the one at its path: every change would be lost.
bool file_was_replaced(SQLite::Database& database);

/// What went wrong in one line without any value of a row.
std::string describe(const SQLite::Exception& error);

bool is_foreign_key_violation(const SQLite::Exception& error);

bool is_uniqueness_violation(const SQLite::Exception& error);

/// A constraint of ours other than a foreign key: a value that the port's caller must not send.
bool is_constraint_violation(const SQLite::Exception& error);

/// Compares names of tables and columns as SQLite does: ASCII case ignored.
bool same_name(const std::string& a, const char* b);

}  // namespace drawbridge::database
