#include "schema/migrations.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/migrated_database.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/migrated_database.h"
#include "schema/sqlite/migrated_database.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

enum class Intent { look, change };

/// Runs `work(MigratedDatabase&)`; what the database throws becomes a value.
template <class T, class Work>
std::expected<T, MigrationError> with_database(const database::DatabaseUrl& url, Intent intent, Work work) {
  try {
    const auto database = url.is_postgres() ? open_postgres_migration(url.server)
                                            : open_sqlite_migration(url.file, intent == Intent::change);
    return work(*database);
  } catch (const MigrationFailure& failure) {
    return std::unexpected{failure.error};
  }
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

/// What was found, and what follows from it.
struct Findings {
  int version;  ///< of our tables
  plan::Plan plan;
};

MigrationStatus status_of(const Findings& findings) {
  const auto& [version, plan] = findings;
  MigrationStatus status{.version = version,
                         .latest = plan::latest_version(),
                         .pending = {},
                         .obstacle = plan.obstacle,
                         .remark = plan.remark,
                         .missing_file = {}};
  for (const std::string& name : plan.waiting) add_name(status.pending, name);
  for (const plan::Change& change : plan.changes) add_name(status.pending, change.name);
  return status;
}

void refuse_newer(int version) {
  if (std::string newer = plan::newer_database(version); !newer.empty()) {
    fail_migration(Kind::refused, std::move(newer));
  }
}

Findings inspect(MigratedDatabase& database, const MigrationOptions& options) {
  const plan::Facts facts = database.read([&](plan::Product product, const plan::Query& query) {
    return plan::read_facts(product, query, options.where);
  });
  refuse_newer(facts.version);
  return {.version = facts.version, .plan = plan::plan_migration(facts, options)};
}

void refuse_if_refused(const plan::Plan& plan) {
  if (plan.is_refused) fail_migration(Kind::refused, plan.obstacle);
}

void run_batches(MigratedDatabase& database, const plan::Change& change, const MigrationReport& report) {
  std::int64_t done = 0;
  const auto run = [&](const std::string& batch) {
    const std::int64_t changed = database.run(batch);
    done += changed;
    if (changed > 0) report.progress(change.name, done, std::max(change.rows, done));
    return changed;
  };
  for (const std::string& batch : change.batches) run(batch);
  while (run(change.batches.back()) > 0) continue;
}

void apply_all(MigratedDatabase& database, const std::vector<plan::Change>& changes,
               const MigrationReport& report) {
  for (auto change = changes.begin(); change != changes.end(); ++change) {
    if (change->batches.empty()) {
      database.apply(*change);
    } else {
      run_batches(database, *change, report);
    }
    if (!change->note.empty()) report.line(change->note);
    const bool is_last_of_name =
        std::next(change) == changes.end() || std::next(change)->name != change->name;
    if (is_last_of_name) report.line(fmt::format("{}: done", change->name));
  }
}

std::string text_of(const plan::Change& change, const char* begin) {
  std::string text = fmt::format("-- {}\n", change.name);
  if (!change.note.empty()) text += fmt::format("-- {}\n", change.note);
  const bool is_transaction = change.batches.empty();  // the other is one by itself
  if (is_transaction) text += fmt::format("{};\n", begin);
  for (const std::string& statement : change.statements) text += fmt::format("{};\n", statement);
  if (is_transaction) text += "COMMIT;\n";
  return text;
}

void make_our_sqlite_tables(const std::filesystem::path& file, const MigrationReport& report) {
  const auto database = open_sqlite_migration(file, true);
  database->lock(report);
  const plan::Facts facts = database->read(plan::read_our_tables);
  refuse_newer(facts.version);
  if (!facts.naming.obstacle.empty()) return;
  if (std::string others = plan::others_tables(facts); !others.empty()) {
    fail_migration(Kind::refused, std::move(others));
  }
  if (facts.user.kind != plan::User::Kind::missing && !plan::can_be_referenced(facts)) return;
  apply_all(*database, plan::our_changes(facts), report);
}

}  // namespace

std::expected<MigrationStatus, MigrationError> migration_status(const database::DatabaseUrl& url,
                                                                const MigrationOptions& options) {
  return with_database<MigrationStatus>(url, Intent::look, [&](MigratedDatabase& database) {
    MigrationStatus status = status_of(inspect(database, options));
    status.missing_file = database.missing();
    return status;
  });
}

std::expected<std::string, MigrationError> migration_plan(const database::DatabaseUrl& url,
                                                          const MigrationOptions& options) {
  return with_database<std::string>(url, Intent::look, [&](MigratedDatabase& database) {
    const plan::Plan plan = inspect(database, options).plan;
    if (!plan.is_for_orm) refuse_if_refused(plan);
    std::string sql;
    if (!plan.remark.empty()) sql += fmt::format("-- {}\n", plan.remark);
    if (plan.is_for_orm) {
      sql += fmt::format("-- {}\n", plan.obstacle);
    } else if (!plan.obstacle.empty()) {
      sql += fmt::format("-- {}: {}\n", fmt::join(plan.waiting, ", "), plan.obstacle);
    }
    for (const plan::Change& change : plan.changes) sql += text_of(change, database.begin());
    return sql;
  });
}

std::expected<MigrationStatus, MigrationError> migrate_up(const database::DatabaseUrl& url,
                                                          const MigrationReport& report,
                                                          const MigrationOptions& options) {
  return with_database<MigrationStatus>(url, Intent::change, [&](MigratedDatabase& database) {
    database.lock(report);
    const plan::Plan plan = inspect(database, options).plan;
    refuse_if_refused(plan);
    apply_all(database, plan.changes, report);
    return status_of(inspect(database, options));
  });
}

std::expected<void, MigrationError> prepare_to_serve(const database::DatabaseUrl& url,
                                                     const MigrationReport& report) {
  if (url.is_postgres()) return check_postgres_to_serve(url.server);
  try {
    make_our_sqlite_tables(url.file, report);
    return {};
  } catch (const MigrationFailure& failure) {
    return std::unexpected{failure.error};
  }
}

}  // namespace drawbridge::schema
