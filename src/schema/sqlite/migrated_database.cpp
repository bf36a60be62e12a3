#include "schema/sqlite/migrated_database.h"

#include <cerrno>

#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "database/sqlite/database.h"
#include "schema/better_auth_tables.h"
#include "schema/sqlite/schema.h"
#include "schema/sqlite/tables.h"
#include "schema/sqlite/user_table.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

// Better Auth may hold the lock.
constexpr std::chrono::milliseconds lock_wait{5'000};
constexpr std::int64_t batch_size = 5'000;
constexpr const char* user_uuid = "user.uuid";

BetterAuthSql better_auth_sql() {
  return {
      .create =
          {
              {"user",
               fmt::format(R"sql(CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" integer not null, "image" text, "createdAt" date not null,
  "updatedAt" date not null, "uuid" text not null unique DEFAULT (
    {}));
)sql",
                           random_uuid_sql())},
              {"session",
               R"sql(CREATE TABLE "session" ("id" text not null primary key, "expiresAt" date not null,
  "token" text not null unique, "createdAt" date not null, "updatedAt" date not null, "ipAddress" text,
  "userAgent" text, "userId" text not null references "user" ("id") on delete cascade);
CREATE INDEX "session_userId_idx" ON "session" ("userId");
)sql"},
              {"account",
               R"sql(CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" date,
  "refreshTokenExpiresAt" date, "scope" text, "password" text, "createdAt" date not null,
  "updatedAt" date not null);
CREATE INDEX "account_userId_idx" ON "account" ("userId");
)sql"},
              {"verification", R"sql(CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" date not null, "createdAt" date not null,
  "updatedAt" date not null);
CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier");
)sql"},
              {"jwks", R"sql(CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" date not null, "expiresAt" date, "alg" text, "crv" text);
)sql"},
          },
      .add_session_token = R"sql(ALTER TABLE "session" ADD COLUMN "token" text not null;
CREATE UNIQUE INDEX drawbridge_session_token ON "session" ("token");
)sql",
      .date = "date",
  };
}

/// An advisory lock on the directory of the file, which leaves nothing behind; given up with the descriptor.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  void take(const std::filesystem::path& file, const std::function<void()>& waiting) {
    const auto directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    descriptor_ = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = descriptor_ < 0 ? -1 : flock(descriptor_, LOCK_EX | LOCK_NB);
    if (result != 0 && errno == EWOULDBLOCK) {
      waiting();
      do {
        result = flock(descriptor_, LOCK_EX);
      } while (result != 0 && errno == EINTR);
    }
    if (result != 0) {
      fail_migration(Kind::unreadable, fmt::format("the directory {} cannot be locked", directory.string()));
    }
  }

 private:
  int descriptor_ = -1;
};

class SqliteMigration final : public MigratedDatabase {
 public:
  SqliteMigration(std::filesystem::path file, bool may_change) : file_{std::move(file)} {
    attempt([&] {
      std::error_code error;
      const bool nothing_there = !may_change && !std::filesystem::exists(file_, error);
      const database::SqliteUse use =
          may_change ? database::SqliteUse::migrate : database::SqliteUse::inspect;
      database_.emplace(nothing_there ? SQLite::Database{":memory:", SQLite::OPEN_READWRITE}
                                      : database::open_sqlite(file_, use, lock_wait));
    });
  }

  void lock(const MigrationReport& report) override {
    directory_.take(file_, [&] { report.line("another drawbridge migrates this database: waiting for it"); });
  }

  Findings inspect(const MigrationOptions& options) override {
    return attempt([&] { return find(options); });
  }

  void apply(const Change& change, const MigrationReport& report) override {
    attempt([&] {
      if (change.kind == Change::Kind::fill_uuids) return fill(change, report);
      SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
      database_->exec(change.sql);
      transaction.commit();
    });
  }

  int latest_version() const override { return latest_schema_version(); }
  const char* begin() const override { return "BEGIN IMMEDIATE"; }

  std::vector<Change> our_changes(int version) const {
    std::vector<Change> changes;
    for (const SchemaStep& step : schema_steps()) {
      if (step.version <= version) continue;
      changes.push_back({.name = fmt::format("{} {}", step.version, step.name), .sql = sql_of(step)});
    }
    return changes;
  }

  /// What serve() needs to know, without reading rows.
  bool user_cannot_be_referenced() {
    return attempt([&] {
      const UserTable user = inspect_user_table(*database_);
      return user.exists && !user.can_be_referenced();
    });
  }
  int version() {
    return attempt([&] { return schema_version(*database_); });
  }

 private:
  /// Runs `work` and turns what SQLite throws into a MigrationFailure.
  template <class Work>
  auto attempt(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const SQLite::Exception& exception) {
      fail_migration(Kind::unreadable, fmt::format("{}: {}", file_.string(), database::describe(exception)));
    }
  }

  Findings find(const MigrationOptions& options) {
    Findings findings{.version = schema_version(*database_)};
    const Tables tables = read_tables(*database_);
    const UserUuidState user = inspect_user_uuid(*database_);
    findings.obstacle = user.obstacle;
    if (findings.obstacle.empty() && !user.complete()) findings.obstacle = foreign_tables(tables);
    findings.is_refused = !findings.obstacle.empty();
    if (findings.is_refused) {
      findings.waiting.emplace_back(user_uuid);
    } else {
      add_changes(findings, tables, user, options);
    }
    for (Change& change : our_changes(findings.version)) findings.changes.push_back(std::move(change));
    return findings;
  }

  void add_changes(Findings& findings, const Tables& tables, const UserUuidState& user,
                   const MigrationOptions& options) {
    // Another generator's tables with a good `uuid` serve the API; what else is in them is not ours to mend.
    if (foreign_tables(tables).empty()) {
      findings.changes = better_auth_changes(tables, better_auth_sql(), options.with_better_auth, [&] {
        return database_->execAndGet("SELECT count(*) FROM \"session\"").getInt64();
      });
    }
    if (!user.table.exists) {
      if (options.with_better_auth) return;
      findings.obstacle =
          "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, then "
          "this "
          "again, or drawbridge migrate up --with-better-auth";
      findings.waiting.emplace_back(user_uuid);
      return;
    }
    if (std::string sql = user_uuid_sql(user.table); !sql.empty()) {
      findings.changes.push_back({.name = user_uuid, .sql = std::move(sql)});
    }
    if (user.rows_without > 0) {
      findings.changes.push_back({.name = user_uuid,
                                  .sql = fill_user_uuid_sql(-1),
                                  .kind = Change::Kind::fill_uuids,
                                  .rows = user.rows_without});
    }
  }

  void fill(const Change& change, const MigrationReport& report) {
    const std::string fill = fill_user_uuid_sql(batch_size);
    for (std::int64_t done = 0;;) {
      const int changed = database_->exec(fill);
      if (changed == 0) return;
      done += changed;
      report.progress(change.name, done, std::max(change.rows, done));
    }
  }

  const std::filesystem::path file_;
  DirectoryLock directory_;
  std::optional<SQLite::Database> database_;
};

const MigrationReport silent{.line = [](std::string_view) {},
                             .progress = [](std::string_view, std::int64_t, std::int64_t) {}};

}  // namespace

std::unique_ptr<MigratedDatabase> open_sqlite_migration(const std::filesystem::path& file, bool may_change) {
  return std::make_unique<SqliteMigration>(file, may_change);
}

void make_our_sqlite_tables(const std::filesystem::path& file) {
  SqliteMigration migration{file, true};
  migration.lock(silent);
  const int version = migration.version();
  if (version > migration.latest_version()) {
    fail_migration(Kind::refused, newer_database(version, migration.latest_version()));
  }
  if (migration.user_cannot_be_referenced()) return;
  for (const Change& change : migration.our_changes(version)) migration.apply(change, silent);
}

}  // namespace drawbridge::schema
