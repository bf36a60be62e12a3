#include "store/migrations.h"

#include <algorithm>
#include <ranges>

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include "store/sqlite_database.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_user_table.h"

namespace drawbridge::store {
namespace {

using Kind = MigrationError::Kind;

// Better Auth may hold the lock.
constexpr std::chrono::milliseconds lock_wait{5'000};
constexpr const char* user_uuid = "user.uuid";

std::unexpected<MigrationError> refused(std::string text) {
  return std::unexpected{MigrationError{.kind = Kind::refused, .text = std::move(text)}};
}

/// Runs `work` with a connection and turns whatever SQLite throws into a value.
template <class T>
std::expected<T, MigrationError> with_database(
    const DatabaseUrl& url, SqliteUse use,
    const std::function<std::expected<T, MigrationError>(SQLite::Database&)>& work) {
  try {
    std::error_code error;
    const bool nothing_there = use == SqliteUse::inspect && !std::filesystem::exists(url.file, error);
    SQLite::Database database = nothing_there ? SQLite::Database{":memory:", SQLite::OPEN_READWRITE}
                                              : open_sqlite(url.file, use, lock_wait);
    return work(database);
  } catch (const SQLite::Exception& exception) {
    return std::unexpected{MigrationError{
        .kind = Kind::unreadable, .text = fmt::format("{}: {}", url.file.string(), describe(exception))}};
  }
}

std::expected<int, MigrationError> known_version(SQLite::Database& database) {
  const int version = schema_version(database);
  if (version <= latest_schema_version()) return version;
  return refused(fmt::format(
      "the database has version {} of the tables and this program knows {}: use a newer drawbridge", version,
      latest_schema_version()));
}

auto steps_after(int version) {
  return schema_steps() | std::views::filter([version](const auto& step) { return step.version > version; });
}

std::string name_of(const SchemaStep& step) {
  return fmt::format("{} {}", step.version, step.name);
}

std::expected<MigrationStatus, MigrationError> status_of(SQLite::Database& database) {
  const auto version = known_version(database);
  if (!version) return std::unexpected{version.error()};
  MigrationStatus status{
      .version = *version, .latest = latest_schema_version(), .pending = {}, .obstacle = {}};
  const UserUuidState user = inspect_user_uuid(database);
  if (!user.complete()) status.pending.emplace_back(user_uuid);
  status.obstacle = user.obstacle;
  for (const SchemaStep& step : steps_after(*version)) status.pending.push_back(name_of(step));
  return status;
}

/// One step in one transaction. False when another process has done it meanwhile.
std::expected<bool, MigrationError> take(SQLite::Database& database, const SchemaStep& step) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  const auto version = known_version(database);
  if (!version) return std::unexpected{version.error()};
  if (*version >= step.version) return false;
  database.exec(sql_of(step));
  transaction.commit();
  return true;
}

std::expected<void, MigrationError> take_all(SQLite::Database& database,
                                             const std::function<void(std::string_view)>& progress) {
  const auto version = known_version(database);
  if (!version) return std::unexpected{version.error()};
  for (const SchemaStep& step : steps_after(*version)) {
    const auto taken = take(database, step);
    if (!taken) return std::unexpected{taken.error()};
    if (*taken) progress(fmt::format("{}: done", name_of(step)));
  }
  return {};
}

std::expected<MigrationStatus, MigrationError> up(SQLite::Database& database,
                                                  const std::function<void(std::string_view)>& progress) {
  const auto before = status_of(database);
  if (!before || before->pending.empty()) return before;
  const bool has_user = inspect_user_table(database).exists;
  // `user.uuid` comes first: our tables refer to it.
  if (has_user && std::ranges::find(before->pending, user_uuid) != before->pending.end()) {
    const auto completed = complete_user_uuid(
        database, [&](std::int64_t rows) { progress(fmt::format("{}: rows filled: {}", user_uuid, rows)); });
    if (!completed) return refused(completed.error());
    progress(fmt::format("{}: done", user_uuid));
  }
  if (const auto taken = take_all(database, progress); !taken) return std::unexpected{taken.error()};
  return status_of(database);
}

std::expected<std::string, MigrationError> plan(SQLite::Database& database) {
  const auto status = status_of(database);
  if (!status) return std::unexpected{status.error()};
  const UserUuidState user = inspect_user_uuid(database);
  if (user.table.exists && !user.obstacle.empty()) return refused(user.obstacle);
  std::string sql;
  if (!user.table.exists) {
    sql += fmt::format("-- {}: {}\n", user_uuid, user.obstacle);
  } else if (!user.complete()) {
    sql += fmt::format("-- {}\nBEGIN IMMEDIATE;\n{}COMMIT;\n{}", user_uuid, user_uuid_sql(user.table),
                       user.rows_without == 0 ? "" : fill_user_uuid_sql(-1));
  }
  for (const SchemaStep& step : steps_after(status->version)) {
    sql += fmt::format("-- {}\nBEGIN IMMEDIATE;\n{}COMMIT;\n", name_of(step), sql_of(step));
  }
  return sql;
}

}  // namespace

std::expected<MigrationStatus, MigrationError> migration_status(const DatabaseUrl& url) {
  return with_database<MigrationStatus>(url, SqliteUse::inspect, status_of);
}

std::expected<std::string, MigrationError> migration_plan(const DatabaseUrl& url) {
  return with_database<std::string>(url, SqliteUse::inspect, plan);
}

std::expected<MigrationStatus, MigrationError> migrate_up(
    const DatabaseUrl& url, const std::function<void(std::string_view)>& progress) {
  return with_database<MigrationStatus>(url, SqliteUse::migrate,
                                        [&](SQLite::Database& database) { return up(database, progress); });
}

std::expected<void, MigrationError> bring_ours_up(const DatabaseUrl& url) {
  return with_database<void>(url, SqliteUse::migrate, [](SQLite::Database& database) {
    const UserTable user = inspect_user_table(database);
    if (user.exists && !user.can_be_referenced()) {
      // A newer database is refused all the same.
      const auto version = known_version(database);
      return version ? std::expected<void, MigrationError>{} : std::unexpected{version.error()};
    }
    return take_all(database, [](std::string_view) {});
  });
}

}  // namespace drawbridge::store
