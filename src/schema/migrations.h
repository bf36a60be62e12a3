#pragma once

// Brings a database to what this program needs: our own tables by numbered steps, and Better Auth's by
// looking at what is there. Everything may be run again, by several at once, and no table or column is
// dropped.

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "database/database_url.h"
#include "schema/plan/plan.h"

namespace drawbridge::schema {

struct MigrationError {
  enum class Kind {
    refused,     ///< the database can be read, but must not be changed as it is
    unreadable,  ///< it cannot be opened, read or written now
  };
  Kind kind;
  std::string text;  ///< one line: what is wrong and what to do
};

/// What is asked for; the same as the planner's.
using MigrationOptions = plan::Options;

struct MigrationStatus {
  int version = 0;  ///< of our tables in the database
  int latest = 0;   ///< of our tables in this program
  /// What is to be done, for example `1 tasks_and_tags` or `user.uuid`.
  std::vector<std::string> pending;
  /// One line when something pending waits for a person; empty otherwise.
  std::string obstacle;
  /// One line on what is there and needs nothing; empty otherwise.
  std::string remark;
  /// The whole path of SQLite's file where it is not there yet; empty otherwise.
  std::string missing_file;
};

/// What a migration reports while it works, on its thread; nothing where a member is left as it is.
struct MigrationReport {
  /// Something was done, or is waited for.
  std::function<void(std::string_view)> line = [](std::string_view) {};
  /// Rows of something that takes long; `total` is what was counted at the start.
  std::function<void(std::string_view name, std::int64_t done, std::int64_t total)> progress =
      [](std::string_view, std::int64_t, std::int64_t) {};
};

/// What is to be done. Changes nothing: a file that does not exist counts as an empty database. A database of
/// a newer program is `refused`.
std::expected<MigrationStatus, MigrationError> migration_status(const database::DatabaseUrl& url,
                                                                const MigrationOptions& options = {});

/// The SQL that `migrate_up` would run, as text that the `sqlite3` or `psql` program takes; empty when
/// nothing is pending. An obstacle is `refused`, but for Better Auth's tables that are missing. Changes
/// nothing.
std::expected<std::string, MigrationError> migration_plan(const database::DatabaseUrl& url,
                                                          const MigrationOptions& options = {});

/// Does what is pending, each change and each batch of rows in a transaction of its own, and tells what it
/// did. Another migration of the same database is waited for. Stopped anywhere, the next one goes on. A
/// SQLite file and its directory are made when they are missing. Without Better Auth's `user` table our own
/// tables are made where the database lets a foreign key refer to no table (SQLite), and the status returned
/// still names `user.uuid`; any other obstacle is `refused`, and nothing was changed.
std::expected<MigrationStatus, MigrationError> migrate_up(const database::DatabaseUrl& url,
                                                          const MigrationReport& report,
                                                          const MigrationOptions& options = {});

/// What `serve` does at its start. SQLite: our own tables are made, and the file when it is missing; but not
/// where Better Auth's `user` is there without a unique `uuid`, since a reference to it would make Better
/// Auth's deletions fail (no error here: Session::check_ready says it). PostgreSQL: nothing is changed;
/// tables that are behind are `refused`, while a server that cannot be reached, or has no `user` yet, may be
/// well later.
std::expected<void, MigrationError> prepare_to_serve(const database::DatabaseUrl& url,
                                                     const MigrationReport& report = {});

}  // namespace drawbridge::schema
