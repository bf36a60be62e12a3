#include "schema/postgres/migrated_database.h"

#include <fmt/format.h>

#include "database/postgres/transaction.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

/// Of the database, whoever migrates it: the letters of "drawbrid" as a number.
constexpr std::int64_t lock_number = 0x6472617762726964;

pqxx::result execute(pqxx::transaction_base& transaction, const std::string& statement) {
  return transaction.exec(statement);
}

/// Keeps other migrations out while it lives. It is held by a transaction on a connection of its own, since
/// behind a pooler a transaction is all that a session is certain of.
class MigrationLock {
 public:
  /// Waits for one that is at work, and says so.
  MigrationLock(const std::string& url, const MigrationReport& report)
      : connection_{url, database::PostgresUse::migrate}, transaction_{connection_} {
    execute(transaction_, "SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
    const auto taken =
        execute(transaction_, fmt::format("SELECT pg_try_advisory_xact_lock({})", lock_number));
    if (taken[0][0].as<bool>()) return;
    report.line("another drawbridge is migrating this database: waiting for it");
    execute(transaction_, fmt::format("SELECT pg_advisory_xact_lock({})", lock_number));
  }

  /// Fails where its connection is gone, and the lock with it.
  void check() const {
    if (connection_.is_usable()) return;
    fail_migration(Kind::unreadable,
                   "the connection that kept other migrations out was lost: run this again, and it continues "
                   "where it stopped");
  }

 private:
  database::PostgresConnection connection_;
  database::PostgresWork transaction_;
};

class PostgresMigration final : public MigratedDatabase {
 public:
  explicit PostgresMigration(std::string url) : url_{std::move(url)} {
    attempt([&] { connection_.emplace(url_, database::PostgresUse::migrate); });
  }

  void lock(const MigrationReport& report) override {
    attempt([&] { lock_.emplace(url_, report); });
  }

  plan::Facts read(const ReadFacts& reader) override {
    return attempt([&] {
      database::PostgresWork transaction{*connection_};
      return reader(plan::Product::postgresql, query_of(transaction));
    });
  }

  void apply(const plan::Change& change) override {
    attempt([&] {
      lock_->check();
      try {
        database::PostgresWork transaction{*connection_};
        for (const std::string& statement : change.statements) execute(transaction, statement);
        transaction.commit();
      } catch (const pqxx::failure& failure) {
        if (!database::is_refused_change(failure)) throw;
        fail_migration(Kind::refused,
                       plan::refused_change(change.name, "made", database::server_text(failure)));
      }
    });
  }

  std::int64_t run(const std::string& statement) override {
    return attempt([&] {
      lock_->check();
      database::PostgresWork transaction{*connection_};
      const auto changed = static_cast<std::int64_t>(execute(transaction, statement).affected_rows());
      transaction.commit();
      return changed;
    });
  }

  const char* begin() const override { return "BEGIN"; }

 private:
  /// Runs `work` and turns what libpqxx throws into a MigrationFailure.
  template <class Work>
  auto attempt(Work work) -> decltype(work()) {
    try {
      return work();
    } catch (const pqxx::failure& failure) {
      fail_migration(Kind::unreadable, database::describe(failure));
    }
  }

  const std::string url_;
  std::optional<database::PostgresConnection> connection_;
  std::optional<MigrationLock> lock_;
};

}  // namespace

std::unique_ptr<MigratedDatabase> open_postgres_migration(const std::string& url) {
  return std::make_unique<PostgresMigration>(url);
}

std::expected<void, MigrationError> check_postgres_to_serve(const std::string& url) {
  try {
    database::PostgresConnection connection{url, database::PostgresUse::read};
    database::PostgresRead transaction{connection};
    const plan::Facts facts = plan::read_readiness(plan::Product::postgresql, query_of(transaction));
    if (facts.user.kind != plan::User::Kind::table) return {};
    std::string fault = plan::readiness_fault(facts);
    if (fault.empty()) return {};
    return std::unexpected{MigrationError{.kind = Kind::refused, .text = std::move(fault)}};
  } catch (const pqxx::failure&) {
    return {};  // Session::check_ready says it
  }
}

}  // namespace drawbridge::schema
