#pragma once

// Brings a database to what this program needs: our own tables by numbered steps, and Better Auth's
// `user.uuid` by looking at what is there. Everything may be run again, by several at once, and nothing is
// dropped.

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database_url.h"

namespace drawbridge::store {

struct MigrationError {
  enum class Kind {
    refused,     ///< the database can be read, but must not be changed as it is
    unreadable,  ///< it cannot be opened, read or written now
  };
  Kind kind;
  std::string text;  ///< one line: what is wrong and what to do
};

struct MigrationStatus {
  int version = 0;  ///< of our tables in the database
  int latest = 0;   ///< of our tables in this program
  /// What is to be done, for example `1 tasks_and_tags` or `user.uuid`.
  std::vector<std::string> pending;
  /// One line when something pending waits for a person; empty otherwise.
  std::string obstacle;
};

/// What is to be done. Changes nothing: a file that does not exist counts as an empty database. A database of
/// a newer program is `refused`.
std::expected<MigrationStatus, MigrationError> migration_status(const DatabaseUrl& url);

/// The SQL that `migrate_up` would run, as text that the `sqlite3` program takes; empty when nothing is
/// pending. An obstacle is `refused`. Changes nothing.
std::expected<std::string, MigrationError> migration_plan(const DatabaseUrl& url);

/// Does what is pending and tells what it did, line by line. The file and its directory are made when they
/// are missing. Without Better Auth's `user` table our own tables are made and the status returned still
/// names `user.uuid`; any other obstacle is `refused`, and nothing was changed.
std::expected<MigrationStatus, MigrationError> migrate_up(
    const DatabaseUrl& url, const std::function<void(std::string_view)>& progress);

/// What `serve` does at its start: our own tables only, the file made when it is missing. They are not made
/// where Better Auth's `user` is there without a unique `uuid`: a reference to it would then make Better
/// Auth's deletions fail. That is no error here, since Session::check_ready says it.
std::expected<void, MigrationError> bring_ours_up(const DatabaseUrl& url);

}  // namespace drawbridge::store
