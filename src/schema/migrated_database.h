#pragma once

// What the migration asks of a database product. Inside of this folder only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "schema/migrations.h"

namespace drawbridge::schema {

/// One thing to do.
struct Change {
  enum class Kind {
    transaction,  ///< `sql` as it stands, in one transaction
    fill_uuids,   ///< what `sql` does, in batches with a transaction each
  };
  std::string name;   ///< as in MigrationStatus::pending
  std::string sql{};  ///< statements, each with its `;` and line end
  Kind kind = Kind::transaction;
  std::int64_t rows = 0;  ///< for fill_uuids: how many are to be filled
  std::string note{};     ///< what a person must know, told when it is done
};

/// What was found, and what follows from it.
struct Findings {
  int version = 0;  ///< of our tables
  std::vector<Change> changes{};
  /// Names of what cannot be done before a person acts; they follow the names of `changes`.
  std::vector<std::string> waiting{};
  std::string obstacle{};   ///< why, in one line
  bool is_refused = false;  ///< whether because of it nothing at all may be changed
};

/// One connection, for a migration. Its functions throw MigrationFailure.
class MigratedDatabase {
 public:
  virtual ~MigratedDatabase() = default;

  /// Keeps other migrations of this database out until this object ends; waits for one that is at work, and
  /// says so.
  virtual void lock(const MigrationReport& report) = 0;
  virtual Findings inspect(const MigrationOptions& options) = 0;
  virtual void apply(const Change& change, const MigrationReport& report) = 0;

  virtual int latest_version() const = 0;
  /// How a transaction begins there.
  virtual const char* begin() const = 0;
};

/// Carries a MigrationError out of what a MigratedDatabase does.
struct MigrationFailure {
  MigrationError error;
};

[[noreturn]] inline void fail_migration(MigrationError::Kind kind, std::string text) {
  throw MigrationFailure{{.kind = kind, .text = std::move(text)}};
}

/// The obstacle of a database that a newer program has migrated.
std::string newer_database(int version, int latest);

/// At most five ids out of Better Auth's table, fit for one line of a terminal or a log, "and more" behind
/// them when there are more.
std::string name_rows(std::vector<std::string> ids);
inline constexpr std::size_t rows_named = 5;
/// Characters of an id; a longer one is cut.
inline constexpr std::size_t longest_named = 64;

}  // namespace drawbridge::schema
