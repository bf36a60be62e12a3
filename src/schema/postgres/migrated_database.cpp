#include "schema/postgres/migrated_database.h"

#include <fmt/format.h>

#include "database/postgres/connection.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/query.h"

namespace drawbridge::schema {
namespace {

using Kind = MigrationError::Kind;

/// Of the database, whoever migrates it: the letters of "drawbrid" as a number.
constexpr std::int64_t lock_number = 0x6472617762726964;

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

  plan::Facts read(ReadFacts reader) override {
    return attempt([&] {
      pqxx::work transaction{raw()};
      return reader(plan::Product::postgresql, query_of(transaction));
    });
  }

  void apply(const plan::Change& change) override {
    attempt([&] {
      try {
        pqxx::work transaction{raw()};
        for (const std::string& statement : change.statements) transaction.exec(statement);
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
      pqxx::work transaction{raw()};
      const auto changed = static_cast<std::int64_t>(transaction.exec(statement).affected_rows());
      transaction.commit();
      return changed;
    });
  }

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
