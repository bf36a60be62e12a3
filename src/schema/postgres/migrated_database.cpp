#include "schema/postgres/migrated_database.h"

#include <algorithm>

#include <fmt/format.h>

#include "database/postgres/connection.h"
#include "schema/better_auth_tables.h"
#include "schema/postgres/schema.h"
#include "schema/postgres/tables.h"
#include "schema/postgres/user_table.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

constexpr int oldest_server = 150000;
/// Of the database, whoever migrates it: the letters of "drawbrid" as a number.
constexpr std::int64_t lock_number = 0x6472617762726964;
/// Pages of 8 KiB that one batch looks at, some ten thousand users.
constexpr std::int64_t batch_pages = 200;
constexpr const char* user_uuid = "user.uuid";

BetterAuthSql better_auth_sql() {
  return {
      .create =
          {
              {"user",
               fmt::format(R"sql(CREATE TABLE "user" ("id" text not null primary key, "name" text not null,
  "email" text not null unique, "emailVerified" boolean not null, "image" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null, {});
)sql",
                           postgres_uuid_column)},
              {"session",
               R"sql(CREATE TABLE "session" ("id" text not null primary key, "expiresAt" timestamptz not null,
  "token" text not null unique, "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz not null, "ipAddress" text, "userAgent" text,
  "userId" text not null references "user" ("id") on delete cascade);
CREATE INDEX "session_userId_idx" ON "session" ("userId");
)sql"},
              {"account",
               R"sql(CREATE TABLE "account" ("id" text not null primary key, "accountId" text not null,
  "providerId" text not null, "userId" text not null references "user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null, "updatedAt" timestamptz not null);
CREATE INDEX "account_userId_idx" ON "account" ("userId");
)sql"},
              {"verification", R"sql(CREATE TABLE "verification" ("id" text not null primary key,
  "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz default CURRENT_TIMESTAMP not null,
  "updatedAt" timestamptz default CURRENT_TIMESTAMP not null);
CREATE INDEX "verification_identifier_idx" ON "verification" ("identifier");
)sql"},
              {"jwks", R"sql(CREATE TABLE "jwks" ("id" text not null primary key, "publicKey" text not null,
  "privateKey" text not null, "createdAt" timestamptz not null, "expiresAt" timestamptz, "alg" text, "crv" text);
)sql"},
          },
      .add_session_token = "ALTER TABLE \"session\" ADD COLUMN \"token\" text not null unique;\n",
      .date = "timestamptz",
  };
}

/// What keeps every database on this server, or this one, from being used.
std::string server_obstacle(pqxx::connection_base& connection, pqxx::transaction_base& transaction) {
  if (connection.server_version() < oldest_server) {
    return fmt::format("the server is PostgreSQL {}, and 15 is the oldest that Drawbridge works with",
                       connection.server_version() / 10000);
  }
  const auto facts = transaction.exec1(
      "SELECT current_setting('server_encoding'), to_regcollation('\"und-x-icu\"') IS NOT NULL, "
      "current_schema() IS NOT NULL");
  if (facts[0].as<std::string>() != "UTF8") {
    return fmt::format("the database has the encoding {}, and texts of every language need UTF8",
                       facts[0].as<std::string>());
  }
  if (!facts[1].as<bool>()) {
    return "the server was built without ICU, whose collation und-x-icu the search for texts needs";
  }
  if (!facts[2].as<bool>()) return "no schema of the search path exists: make it, or set search_path";
  return {};
}

class PostgresMigration final : public MigratedDatabase {
 public:
  explicit PostgresMigration(const std::string& url) {
    attempt([&] { connection_.emplace(url, database::PostgresUse::migrate); });
  }

  void lock(const MigrationReport& report) override {
    attempt([&] {
      pqxx::nontransaction transaction{raw()};
      const bool taken =
          transaction.exec1(fmt::format("SELECT pg_try_advisory_lock({})", lock_number))[0].as<bool>();
      if (!taken) {
        report.line("another drawbridge migrates this database: waiting for it");
        transaction.exec(fmt::format("SELECT pg_advisory_lock({})", lock_number));
      }
      // A change that waits for somebody's long transaction keeps everybody else waiting behind it.
      transaction.exec("SET lock_timeout = '10s'");
    });
  }

  Findings inspect(const MigrationOptions& options) override {
    return attempt([&] {
      pqxx::work transaction{raw()};
      return find(transaction, options);
    });
  }

  void apply(const Change& change, const MigrationReport& report) override {
    attempt([&] {
      if (change.kind == Change::Kind::fill_uuids) return fill(change, report);
      try {
        pqxx::work transaction{raw()};
        transaction.exec(change.sql);
        transaction.commit();
      } catch (const pqxx::failure& failure) {
        if (!database::is_refused_change(failure)) throw;
        fail_migration(
            Kind::refused,
            fmt::format("{} cannot be made: {}. Nothing of it was changed; mend that, for example by "
                        "dropping what depends on the column and making it again afterwards, then run "
                        "this again",
                        change.name, database::server_text(failure)));
      }
    });
  }

  int latest_version() const override { return latest_postgres_schema_version(); }
  const char* begin() const override { return "BEGIN"; }

 private:
  pqxx::connection_base& raw() { return connection_->raw(); }

  /// Runs `work` and turns what libpqxx throws into a MigrationFailure.
  template <class Work>
  auto attempt(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const pqxx::failure& failure) {
      fail_migration(Kind::unreadable, database::describe(failure));
    }
  }

  Findings find(pqxx::transaction_base& transaction, const MigrationOptions& options) {
    Findings findings{.version = postgres_schema_version(transaction)};
    const Tables tables = read_tables(transaction);
    const PostgresUserTable user = inspect_postgres_user_table(transaction);
    findings.obstacle = server_obstacle(raw(), transaction);
    if (findings.obstacle.empty()) findings.obstacle = postgres_user_obstacle(transaction, user);
    if (findings.obstacle.empty() && !user.complete()) findings.obstacle = foreign_tables(tables);
    findings.is_refused = !findings.obstacle.empty();
    if (findings.is_refused && !user.complete()) findings.waiting.emplace_back(user_uuid);
    if (!findings.is_refused) add_changes(findings, transaction, tables, user, options);
    for (const SchemaStep& step : postgres_schema_steps()) {
      if (step.version <= findings.version) continue;
      const std::string name = fmt::format("{} {}", step.version, step.name);
      if (findings.obstacle.empty()) {
        findings.changes.push_back({.name = name, .sql = postgres_sql_of(step)});
      } else {
        findings.waiting.push_back(name);
      }
    }
    return findings;
  }

  static void add_changes(Findings& findings, pqxx::transaction_base& transaction, const Tables& tables,
                          const PostgresUserTable& user, const MigrationOptions& options) {
    // Another generator's tables with a good `uuid` serve the API; what else is in them is not ours to mend.
    if (foreign_tables(tables).empty()) {
      findings.changes = better_auth_changes(tables, better_auth_sql(), options.with_better_auth, [&] {
        return transaction.exec1("SELECT count(*) FROM \"session\"")[0].as<std::int64_t>();
      });
    }
    if (user.exists) {
      std::int64_t without = 0;
      if (!user.complete()) {
        const char* const count = user.uuid_type.empty() ? "SELECT count(*) FROM \"user\""
                                                         : "SELECT count(*) FROM \"user\" WHERE uuid IS NULL";
        without = transaction.exec1(count)[0].as<std::int64_t>();
      }
      std::ranges::move(postgres_user_changes(user, without), std::back_inserter(findings.changes));
    } else if (!options.with_better_auth) {
      findings.obstacle =
          "Better Auth's table \"user\" is not in this database, and our tables refer to it: run Better "
          "Auth's "
          "migration on it, then this again, or drawbridge migrate up --with-better-auth";
      findings.waiting.emplace_back(user_uuid);
    }
  }

  /// From the first page to what was the last one: the rows that are filled move behind it.
  void fill(const Change& change, const MigrationReport& report) {
    const auto count_pages = [this] {
      pqxx::nontransaction transaction{raw()};
      return transaction
          .exec1("SELECT pg_relation_size('\"user\"') / current_setting('block_size')::bigint")[0]
          .as<std::int64_t>();
    };
    const std::int64_t pages = count_pages();
    std::int64_t done = 0;
    for (std::int64_t page = 0; page < pages; page += batch_pages) {
      pqxx::work transaction{raw()};
      const auto filled = transaction.exec(fmt::format(
          "UPDATE \"user\" SET uuid = gen_random_uuid() WHERE uuid IS NULL AND ctid >= '({},0)' AND "
          "ctid < '({},0)'",
          page, page + batch_pages));
      transaction.commit();
      done += static_cast<std::int64_t>(filled.affected_rows());
      report.progress(change.name, done, std::max(change.rows, done));
    }
  }

  std::optional<database::PostgresConnection> connection_;
};

}  // namespace

std::unique_ptr<MigratedDatabase> open_postgres_migration(const std::string& url) {
  return std::make_unique<PostgresMigration>(url);
}

std::expected<void, MigrationError> check_postgres_to_serve(const std::string& url) {
  try {
    database::PostgresConnection connection{url, database::PostgresUse::read};
    pqxx::nontransaction transaction{connection.raw()};
    if (!inspect_postgres_user_table(transaction).exists) return {};
    std::string fault = postgres_readiness_fault(transaction);
    if (fault.empty()) return {};
    return std::unexpected{MigrationError{.kind = Kind::refused, .text = std::move(fault)}};
  } catch (const pqxx::failure&) {
    return {};  // Session::check_ready says it
  }
}

}  // namespace drawbridge::schema
