#pragma once

// What the migration asks of a database product. Inside of this folder only.

#include <cstdint>
#include <functional>
#include <string>

#include "schema/migrations.h"
#include "schema/plan/plan.h"
#include "schema/plan/read_facts.h"

namespace drawbridge::schema {

using ReadFacts = std::function<plan::Facts(plan::Product product, const plan::Query& query)>;

/// One connection, for a migration. Its functions throw MigrationFailure.
class MigratedDatabase {
 public:
  virtual ~MigratedDatabase() = default;

  /// Keeps other migrations of this database out until this object ends; waits for one that is at work, and
  /// says so.
  virtual void lock(const MigrationReport& report) = 0;
  /// Facts by plan::read_facts or plan::read_readiness.
  virtual plan::Facts read(const ReadFacts& reader) = 0;
  /// All statements of a change in one transaction.
  virtual void apply(const plan::Change& change) = 0;
  /// One statement in a transaction of its own; gives the number of rows that it changed.
  virtual std::int64_t run(const std::string& statement) = 0;

  /// The file that is to hold the database and is not there; empty where there is one.
  virtual std::string missing() const { return {}; }

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

}  // namespace drawbridge::schema
