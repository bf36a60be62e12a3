#include "schema/migrations.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/migrated_database.h"
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

MigrationStatus status_of(const Findings& findings, int latest) {
  MigrationStatus status{
      .version = findings.version, .latest = latest, .pending = {}, .obstacle = findings.obstacle};
  for (const std::string& name : findings.waiting) add_name(status.pending, name);
  for (const Change& change : findings.changes) add_name(status.pending, change.name);
  return status;
}

Findings inspect(MigratedDatabase& database, const MigrationOptions& options) {
  Findings findings = database.inspect(options);
  if (findings.version > database.latest_version()) {
    fail_migration(Kind::refused, newer_database(findings.version, database.latest_version()));
  }
  return findings;
}

void refuse_if_refused(const Findings& findings) {
  if (findings.is_refused) fail_migration(Kind::refused, findings.obstacle);
}

void apply_all(MigratedDatabase& database, const std::vector<Change>& changes,
               const MigrationReport& report) {
  for (auto change = changes.begin(); change != changes.end(); ++change) {
    database.apply(*change, report);
    if (!change->note.empty()) report.line(change->note);
    const bool is_last_of_name =
        std::next(change) == changes.end() || std::next(change)->name != change->name;
    if (is_last_of_name) report.line(fmt::format("{}: done", change->name));
  }
}

std::string text_of(const Change& change, const char* begin) {
  std::string text = fmt::format("-- {}\n", change.name);
  if (!change.note.empty()) text += fmt::format("-- {}\n", change.note);
  if (change.kind == Change::Kind::fill_uuids) return text + change.sql;  // a transaction by itself
  return text + fmt::format("{};\n{}COMMIT;\n", begin, change.sql);
}

}  // namespace

std::string newer_database(int version, int latest) {
  return fmt::format(
      "the database has version {} of the tables and this program knows {}: use a newer drawbridge", version,
      latest);
}

std::string name_rows(std::vector<std::string> ids) {
  const bool more = ids.size() > rows_named;
  if (more) ids.resize(rows_named);
  for (std::string& id : ids) {
    id.resize(std::min(id.size(), longest_named));
    std::ranges::replace_if(id, [](char c) { return c < ' ' || c >= 0x7F; }, '?');
  }
  return fmt::format("{}{}", fmt::join(ids, ", "), more ? " and more" : "");
}

std::expected<MigrationStatus, MigrationError> migration_status(const database::DatabaseUrl& url,
                                                                const MigrationOptions& options) {
  return with_database<MigrationStatus>(url, Intent::look, [&](MigratedDatabase& database) {
    return status_of(inspect(database, options), database.latest_version());
  });
}

std::expected<std::string, MigrationError> migration_plan(const database::DatabaseUrl& url,
                                                          const MigrationOptions& options) {
  return with_database<std::string>(url, Intent::look, [&](MigratedDatabase& database) {
    const Findings findings = inspect(database, options);
    refuse_if_refused(findings);
    std::string sql;
    if (!findings.obstacle.empty()) {
      sql += fmt::format("-- {}: {}\n", fmt::join(findings.waiting, ", "), findings.obstacle);
    }
    for (const Change& change : findings.changes) sql += text_of(change, database.begin());
    return sql;
  });
}

std::expected<MigrationStatus, MigrationError> migrate_up(const database::DatabaseUrl& url,
                                                          const MigrationReport& report,
                                                          const MigrationOptions& options) {
  return with_database<MigrationStatus>(url, Intent::change, [&](MigratedDatabase& database) {
    database.lock(report);
    const Findings findings = inspect(database, options);
    refuse_if_refused(findings);
    apply_all(database, findings.changes, report);
    return status_of(inspect(database, options), database.latest_version());
  });
}

std::expected<void, MigrationError> prepare_to_serve(const database::DatabaseUrl& url) {
  if (url.is_postgres()) return check_postgres_to_serve(url.server);
  try {
    make_our_sqlite_tables(url.file);
    return {};
  } catch (const MigrationFailure& failure) {
    return std::unexpected{failure.error};
  }
}

}  // namespace drawbridge::schema
