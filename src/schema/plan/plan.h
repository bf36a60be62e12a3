#pragma once

// What is to be done to a database, from facts about it: by `drawbridge migrate`, and by drawbridge.alembic
// of the Python package. Pure: who asks reads the facts (read_facts.h) and carries the statements out.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/plan/facts.h"

namespace drawbridge::schema::plan {

/// One thing to do.
struct Change {
  std::string name;                       ///< for people, for example `1 tasks_and_tags` or `user.uuid`
  std::vector<std::string> statements{};  ///< in one transaction; without `;` at their ends
  /// Where there are any, they do the same in parts, each in a transaction of its own; the last is repeated
  /// until it changes no row.
  std::vector<std::string> batches{};
  std::int64_t rows = 0;  ///< that the batches will change
  std::string note{};     ///< what a person must know when it is done
};

struct Plan {
  std::vector<Change> changes{};
  /// Names of what cannot be done before a person acts; they follow the names of `changes`.
  std::vector<std::string> waiting{};
  std::string obstacle{};   ///< why, in one line
  bool is_refused = false;  ///< whether because of it nothing at all may be changed
  /// Refused only because an ORM owns the tables: what it must be told is the obstacle, and the changes are
  /// what its own migration comes to.
  bool is_for_orm = false;
  std::string remark{};  ///< one line on what is there and needs nothing
};

/// Better Auth's option `advanced.database.generateId`: its own texts, UUIDs, or numbers that the database
/// counts.
enum class Ids { text, uuid, serial };

struct Options {
  bool with_better_auth = false;  ///< make Better Auth's tables too where they are missing
  std::optional<Ids> ids{};       ///< of those, where there is no `user` yet whose ids they follow
  bool id_is_uuid = false;        ///< `user.id` is to be the uuid, whatever can be told from the rows
  bool only_user = false;         ///< leave our own tables out: the API is somebody's own
  Where where{};                  ///< Better Auth's tables are; for who reads the facts
  /// What is added is written down in the database, so that it can be taken away again.
  bool records_additions = false;
  /// What somebody can do who has no Better Auth that makes its tables.
  std::string makes_tables{"drawbridge migrate up --with-better-auth"};
};

/// All of it: Better Auth's tables, `user.uuid`, and our tables. Facts of read_facts().
Plan plan_migration(const Facts& facts, const Options& options);

/// One of the first two alone; refused when it has an obstacle. Facts of read_schema(), and of
/// read_user_rows() for the column.
Plan plan_better_auth_tables(const Facts& facts, const Options& options);
Plan plan_user_uuid(const Facts& facts, const Options& options);

/// What takes away what was written down as added, and nothing else. Facts of read_schema() and
/// read_additions().
Plan plan_without_better_auth_tables(const Facts& facts);
Plan plan_without_user_uuid(const Facts& facts);

/// Gives the tables that the statements name the names of this database; once for each change.
std::vector<Change> named(std::vector<Change> changes, const Facts& facts);

/// One line that says that the database refused the change, and what to do. `done` is what could not be:
/// `made`, `changed`.
std::string refused_change(const std::string& name, const std::string& done, const std::string& reason);

}  // namespace drawbridge::schema::plan
