#pragma once

// Our own tables: `tasks`, `tags`, `task_tags`, and `drawbridge_migrations`, which says which steps a
// database has had. On PostgreSQL everything is looked up and made in the first schema of the search path, as
// Better Auth does.

#include <span>
#include <string>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

/// One step from one version of our tables to the next. The same versions and names on every database.
struct Step {
  int version;
  const char* name;
  std::vector<std::string> statements;
};

/// Every step, by version, without a gap from 1.
std::span<const Step> sqlite_steps();
std::span<const Step> postgres_steps();

/// How a step is called, for example `1 tasks_and_tags`.
std::string name_of(const Step& step);
/// The names of all steps.
std::vector<std::string> step_names();

/// How the folding of texts is called that nobody has folded.
inline constexpr const char* fold_texts = "tasks.title_folded";

/// The version that this program needs.
int latest_version();

/// The steps that the database has not had, each with the statements that write it down; then, in batches,
/// the texts of tasks that nobody has folded.
std::vector<Change> our_changes(const Facts& facts);

/// The obstacle where tables of somebody else have the names of ours; empty when none has.
std::string others_tables(const Facts& facts);

/// The obstacle of a database that a newer program has migrated; empty when none has.
std::string newer_database(int version);

/// What to do about tables of ours that were made before `user` and refer to a uuid that the users do not
/// have; empty otherwise. SQLite's alone, which lets a key refer to what is not there.
std::string made_too_early(const Facts& facts);

/// Why the API cannot work, and what to do; empty when it can. Facts of read_readiness().
std::string readiness_fault(const Facts& facts);

}  // namespace drawbridge::schema::plan
