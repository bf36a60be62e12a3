// What is PostgreSQL's own: connections that are cut, stall or are refused, and servers that take no writes.

#include "database/postgres/session.h"

#include <atomic>
#include <new>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include "database/postgres/connection.h"
#include "schema/plan/our_tables.h"
#include "tests/api/rows.h"
#include "tests/database/postgres/backend.h"
#include "tests/support/identities.h"

namespace drawbridge::test {
namespace {

using namespace std::chrono_literals;
using database::Access;
using database::PostgresConnection;
using database::PostgresSession;
using database::Result;
using database::StallWatch;
using Kind = database::StoreError::Kind;

constexpr const char* alice_uuid = "a11ce000-0000-4000-8000-00000000000a";
constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Holds a lock on `tasks` that every write has to wait for.
class TableLock {
 public:
  explicit TableLock(const PostgresDatabase& database) : database_{database}, connection_{database.url()} {
    transaction_.exec("LOCK TABLE tasks IN EXCLUSIVE MODE");
  }
  void wait_for_a_waiter() const {
    while (database_.run(std::string{"SELECT count(*)"} + waiters) == "0") std::this_thread::yield();
  }
  void cut_the_waiter() const {
    database_.run(std::string{"SELECT pg_terminate_backend(pid, 5000)"} + waiters);
  }

 private:
  static constexpr const char* waiters =
      " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  const PostgresDatabase& database_;
  pqxx::connection connection_;
  pqxx::work transaction_{connection_};
};

class PostgresServerSession : public testing::Test {
 protected:
  void SetUp() override { database.run(insert_postgres_user_sql("alice", alice_uuid)); }

  /// Ends every connection to the database but the one that says so.
  void cut_connections() {
    database.run(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = "
        "current_database() AND pid <> pg_backend_pid()");
  }

  PostgresDatabase database{PostgresDatabase::Content::ready};
  std::shared_ptr<StallWatch> watch = std::make_shared<StallWatch>();
  PostgresSession writer{database.url(), Access::write, watch};
  PostgresSession reader{database.url(), Access::read, watch};
  Identity alice = identity_of(alice_uuid);
};

TEST_F(PostgresServerSession, cut_while_idle_costs_no_call) {
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
    ASSERT_EQ(list_tasks(reader, alice, {}).value().total, round + 1);
    cut_connections();
  }
}

TEST_F(PostgresServerSession, cut_under_a_call_fails_it_and_writes_nothing) {
  database::Result<api::Task> made = std::unexpected{database::StoreError{}};
  {
    const TableLock lock{database};
    const std::jthread call{[&] { made = create_task(writer, alice, {.title = "T"}, noon); }};
    lock.wait_for_a_waiter();
    lock.cut_the_waiter();
  }
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, Kind::unavailable);
  EXPECT_EQ(database.run("SELECT count(*) FROM tasks"), "0");
  EXPECT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
}

TEST_F(PostgresServerSession, gives_up_a_server_that_says_nothing) {
  PostgresSession hasty{database.url(), Access::write, std::make_shared<StallWatch>(1'500ms)};
  ASSERT_TRUE(check_ready(hasty).has_value());
  {
    // To the client a lock that nobody gives up looks like a server that is stopped.
    const TableLock lock{database};
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(create_task(hasty, alice, {.title = "T"}, noon).error().kind, Kind::unavailable);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 1'500ms);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s) << "before the server's own limit";
  }
  EXPECT_TRUE(create_task(hasty, alice, {.title = "T"}, noon).has_value());
  EXPECT_EQ(database.run("SELECT count(*) FROM tasks"), "1");
}

TEST_F(PostgresServerSession, read_only_is_unavailable_for_writes_only_and_heals) {
  ASSERT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
  const std::string name = "ALTER DATABASE " + database.run("SELECT current_database()");
  database.run(name + " SET default_transaction_read_only = on");
  cut_connections();
  const auto refused = create_task(writer, alice, {.title = "T"}, noon);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::unavailable);
  EXPECT_TRUE(contains(refused.error().text, "read-only")) << refused.error().text;
  EXPECT_EQ(list_tasks(reader, alice, {}).value().total, 1);
  database.run("BEGIN READ WRITE; " + name + " RESET default_transaction_read_only; COMMIT");
  // Without a cut: the session itself leaves a server that took no write.
  EXPECT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
}

TEST_F(PostgresServerSession, refused_by_the_server_fails_at_once_for_a_while_and_heals) {
  database.run(
      "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0; GRANT ALL ON ALL TABLES IN SCHEMA public TO crowded");
  std::string url = database.url();
  url.replace(url.find("postgres@"), 9, "crowded@");
  PostgresSession session{url, Access::write, watch};
  pqxx::connection superuser{database.url()};  // made by now: the session asks again half a second later
  const auto refused = check_ready(session);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, Kind::unavailable);
  EXPECT_EQ(refused.error().text, "the database has too many connections");
  pqxx::nontransaction{superuser}.exec("ALTER ROLE crowded CONNECTION LIMIT 5");
  EXPECT_FALSE(check_ready(session).has_value()) << "asked again too early";
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!check_ready(session) && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_TRUE(create_task(session, alice, {.title = "T"}, noon).has_value());
  database.run("DROP OWNED BY crowded; DROP ROLE crowded");
}

TEST_F(PostgresServerSession, keeps_the_first_and_the_last_year) {
  const Instant first = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  const Instant last = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - 1ms;
  const auto made = create_task(writer, alice, {.title = "T", .due_date = last, .reminder_at = first}, noon);
  ASSERT_TRUE(made.has_value()) << made.error().text;
  const api::Task read = get_task(reader, alice, made->id).value();
  EXPECT_EQ(read.due_date, last);
  EXPECT_EQ(read.reminder_at, first);
}

TEST_F(PostgresServerSession, answers_no_time_that_another_program_wrote_outside_the_years) {
  const auto made = create_task(writer, alice, {.title = "T"}, noon);
  ASSERT_TRUE(made.has_value());
  for (const std::string time :
       {"294276-12-31", "10000-01-01 00:00:00+00", "4713-01-01 BC", "infinity", "-infinity"}) {
    for (const std::string column : {"created_at", "due_date"}) {
      database.run("UPDATE tasks SET " + column + " = '" + time + "'");
      for (const auto& error :
           {list_tasks(reader, alice, {}).error(), get_task(reader, alice, made->id).error()})
        EXPECT_EQ(error.kind, Kind::unavailable) << column << ' ' << time;
      database.run("UPDATE tasks SET " + column + " = now()");
    }
  }
  EXPECT_TRUE(get_task(reader, alice, made->id).has_value());
}

TEST_F(PostgresServerSession, says_what_is_missing) {
  struct Case {
    std::string_view name;
    std::string sql;
    std::string because;
  };
  const std::string latest = std::to_string(schema::plan::latest_version());
  const std::vector<Case> cases{
      {"no table", "SELECT", "table \"user\" is not in this database"},
      {"no uuid", "CREATE TABLE \"user\" (id text)",
       "no unique column uuid of type uuid: run drawbridge migrate up"},
      {"uuid as text", "CREATE TABLE \"user\" (id text, uuid text UNIQUE)",
       "no unique column uuid of type uuid"},
      {"no tables of ours", "CREATE TABLE \"user\" (id text, uuid uuid UNIQUE)",
       "has version 0 of the tables and needs " + latest + ": run drawbridge migrate up"},
      {"from the future",
       "CREATE TABLE \"user\" (id text, uuid uuid UNIQUE); CREATE TABLE drawbridge_migrations (version "
       "integer); "
       "INSERT INTO drawbridge_migrations VALUES (1000)",
       "has version 1000 of the tables, but this program knows only " + latest},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const PostgresDatabase other{PostgresDatabase::Content::nothing};
    other.run(item.sql);
    PostgresSession session{other.url(), Access::read, watch};
    const auto ready = check_ready(session);
    ASSERT_FALSE(ready.has_value());
    EXPECT_EQ(ready.error().kind, Kind::unavailable);
    EXPECT_TRUE(contains(ready.error().text, item.because)) << ready.error().text;
  }
}

TEST_F(PostgresServerSession, is_unavailable_while_nobody_listens) {
  PostgresSession session{"postgresql://nobody@127.0.0.1:1/none", Access::write, watch};
  const auto ready = check_ready(session);
  ASSERT_FALSE(ready.has_value());
  EXPECT_EQ(ready.error().kind, Kind::unavailable);
  EXPECT_TRUE(contains(ready.error().text, "the database cannot be reached")) << ready.error().text;
  EXPECT_EQ(list_tasks(session, alice, {}).error().kind, Kind::unavailable);
}

/// Sleeps, on the server, unless it is ended.
Result<bool> sleep_there(PostgresConnection& connection, double seconds) {
  pqxx::nontransaction transaction{connection.raw()};
  transaction.exec("SELECT pg_sleep(" + std::to_string(seconds) + ")");
  return true;
}
Result<bool> sleep_there(database::SqliteConnection&, double) {
  return database::not_found();
}
Result<bool> sleep_in(database::Session& session, double seconds) {
  return session.without_owner([seconds](auto& db) { return sleep_there(db, seconds); });
}

TEST_F(PostgresServerSession, ends_reads_at_their_limit_and_works_on) {
  EXPECT_EQ(sleep_in(reader, 30).error().kind, Kind::timed_out);
  EXPECT_EQ(list_tasks(reader, alice, {}).value().total, 0);
}

TEST_F(PostgresServerSession, ends_a_read_when_nobody_waits_for_it) {
  std::stop_source client;
  reader.limit({.gone = client.get_token()});
  const std::jthread leaves{[&] {
    while (database.run(
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = "
               "current_database() AND state = 'active'") == "0")
      std::this_thread::yield();
    client.request_stop();
  }};
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(sleep_in(reader, 30).error().kind, Kind::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, database::longest_statement);
  EXPECT_EQ(list_tasks(reader, alice, {}).error().kind, Kind::unavailable) << "it is the same client's";
  reader.limit({});
  EXPECT_EQ(list_tasks(reader, alice, {}).value().total, 0);
}

TEST_F(PostgresServerSession, ends_nothing_of_the_next_client) {
  // Clients leave at about the moment at which their statement ends; what comes next must never suffer.
  for (int round = 0; round < 200; ++round) {
    std::stop_source client;
    reader.limit({.gone = client.get_token()});
    {
      const std::jthread leaves{[&, round] {
        for (int i = 0; i < round * 50; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
        client.request_stop();
      }};
      static_cast<void>(sleep_in(reader, 0.0002 * (round % 5)));
    }
    reader.limit({.gone = std::stop_source{}.get_token()});
    const auto next = sleep_in(reader, 0.001);
    ASSERT_TRUE(next.has_value()) << "round " << round << ": " << next.error().text;
  }
}

TEST_F(PostgresServerSession, has_no_memory_is_an_error_of_the_call) {
  const auto result = reader.without_owner([](auto&) -> Result<int> { throw std::bad_alloc{}; });
  EXPECT_EQ(result.error().kind, Kind::unavailable);
  EXPECT_EQ(result.error().text, "there is not enough memory for this");
  EXPECT_EQ(list_tasks(reader, alice, {}).value().total, 0);
}

TEST_F(PostgresServerSession, two_that_wait_for_each_other_are_both_done) {
  // Each changes its own task to have both tags, while the other deletes and makes tags: whatever the server
  // undoes for a deadlock is done again.
  PostgresSession other{database.url(), Access::write, std::make_shared<StallWatch>()};
  PostgresSession one{database.url(), Access::write, std::make_shared<StallWatch>()};
  const auto task = create_task(one, alice, {.title = "T"}, noon).value().id;
  std::atomic<int> faults{0};
  const std::jthread thread{[&] {
    for (int i = 0; i < 100; ++i) {
      if (!toggle_task(other, alice, task, noon)) ++faults;
    }
  }};
  for (int i = 0; i < 100; ++i) {
    const auto tag = create_tag(one, alice, {.name = "t"}).value().id;
    if (!change_task(one, alice, task, {.tag_ids = std::vector{tag}}, noon)) ++faults;
    if (!delete_tag(one, alice, tag)) ++faults;
  }
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace drawbridge::test
