#include "schema/plan/our_tables.h"

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

std::span<const Step> steps_of(Product product) {
  return product == Product::sqlite ? sqlite_steps() : postgres_steps();
}

constexpr const char* sqlite_migrations = R"sql(CREATE TABLE IF NOT EXISTS drawbridge_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT)sql";

constexpr const char* postgres_migrations = R"sql(CREATE TABLE IF NOT EXISTS drawbridge_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
))sql";

std::string write_down(Product product, const Step& step) {
  if (product == Product::postgresql) {
    return fmt::format("INSERT INTO drawbridge_migrations (version, name) VALUES ({}, '{}')", step.version,
                       step.name);
  }
  return fmt::format(
      "INSERT INTO drawbridge_migrations (version, name, applied_at)\n"
      "  VALUES ({}, '{}', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
      step.version, step.name);
}

}  // namespace

int latest_version() {
  return sqlite_steps().back().version;
}

std::vector<Change> our_changes(const Facts& facts) {
  const bool is_sqlite = facts.product == Product::sqlite;
  std::vector<Change> changes;
  for (const Step& step : steps_of(facts.product)) {
    if (step.version <= facts.version) continue;
    Change change{.name = fmt::format("{} {}", step.version, step.name)};
    change.statements.emplace_back(is_sqlite ? sqlite_migrations : postgres_migrations);
    change.statements.insert(change.statements.end(), step.statements.begin(), step.statements.end());
    change.statements.push_back(write_down(facts.product, step));
    changes.push_back(std::move(change));
  }
  return changes;
}

std::string newer_database(int version) {
  if (version <= latest_version()) return {};
  return fmt::format(
      "the database has version {} of the tables and this program knows {}: use a newer drawbridge", version,
      latest_version());
}

std::string readiness_fault(const Facts& facts) {
  if (std::string newer = newer_database(facts.version); !newer.empty()) return newer;
  if (facts.user.kind == User::Kind::missing) {
    return "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, then "
           "drawbridge migrate up";
  }
  if (!can_be_referenced(facts)) {
    return fmt::format("Better Auth's table \"user\" has no unique column uuid{}: run drawbridge migrate up",
                       facts.product == Product::sqlite ? "" : " of type uuid");
  }
  if (facts.version == latest_version()) return {};
  return fmt::format("the database has version {} of the tables and needs {}: run drawbridge migrate up",
                     facts.version, latest_version());
}

}  // namespace drawbridge::schema::plan
