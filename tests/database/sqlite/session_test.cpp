// What is SQLite's own: files that are missing, locked, damaged or exchanged, and query plans.

#include "database/sqlite/session.h"

#include <fstream>
#include <new>
#include <stop_token>
#include <thread>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "api/tags/sqlite_sql.h"
#include "api/tasks/sqlite_sql.h"
#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"
#include "schema/migrations.h"
#include "schema/plan/our_tables.h"
#include "tests/api/rows.h"
#include "tests/database/sqlite/backend.h"
#include "tests/support/identities.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using database::Access;
using database::not_found;
using database::Result;
using database::SqliteConnection;
using database::SqliteSession;
using Kind = database::StoreError::Kind;

constexpr const char* alice_uuid = "a11ce000-0000-4000-8000-00000000000a";
constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{12};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

class SqliteFile : public testing::Test {
 protected:
  void bring_ours_up() { ASSERT_TRUE(schema::prepare_to_serve({.file = file}).has_value()); }
  void add_better_auth() {
    auto database = open_as_better_auth(file);
    database.exec(better_auth_user_table_with_uuid);
    database.exec(insert_user_sql("alice", alice_uuid));
  }
  std::string why_not_ready(database::Session& session) {
    const auto ready = check_ready(session);
    if (ready) return "ready";
    EXPECT_EQ(ready.error().kind, Kind::unavailable);
    return ready.error().text;
  }

  ScratchDirectory directory;
  std::filesystem::path file = directory.path() / "test.db";
  Identity alice = identity_of(alice_uuid);
};

TEST_F(SqliteFile, is_not_made_by_a_session) {
  SqliteSession session{file, Access::write};
  const auto made = create_task(session, alice, {.title = "T"}, noon);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().kind, Kind::unavailable);
  EXPECT_TRUE(contains(made.error().text, "cannot be opened")) << made.error().text;
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(SqliteFile, works_as_soon_as_better_auth_made_its_table) {
  bring_ours_up();
  SqliteSession writer{file, Access::write};
  SqliteSession reader{file, Access::read};
  for (database::Session* session :
       {static_cast<database::Session*>(&writer), static_cast<database::Session*>(&reader)}) {
    EXPECT_TRUE(contains(why_not_ready(*session), "table \"user\" is not in this database"));
    EXPECT_EQ(list_tasks(*session, alice, {}).error().kind, Kind::unavailable);
    EXPECT_EQ(create_task(*session, alice, {.title = "T"}, noon).error().kind, Kind::unavailable);
  }
  add_better_auth();
  EXPECT_EQ(why_not_ready(writer), "ready");
  EXPECT_EQ(why_not_ready(reader), "ready");
  ASSERT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
  EXPECT_EQ(list_tasks(reader, alice, {}).value().total, 1);
}

TEST_F(SqliteFile, says_what_is_missing) {
  struct Case {
    std::string_view name;
    std::string sql;
    std::string because;
  };
  const std::string latest = std::to_string(schema::plan::latest_version());
  const std::vector<Case> cases{
      {"no uuid", better_auth_user_table, "no unique column uuid: run drawbridge migrate up"},
      {"no tables of ours", better_auth_user_table_with_uuid,
       "has version 0 of the tables and needs " + latest},
      {"from the future",
       "create table drawbridge_migrations (version integer primary key, name text, applied_at text);"
       "insert into drawbridge_migrations values (1000, 'x', 'x')",
       "has version 1000 of the tables, but this program knows only " + latest},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const auto path = directory.path() / item.name;
    open_as_better_auth(path).exec(item.sql);
    SqliteSession session{path, Access::read};
    EXPECT_TRUE(contains(why_not_ready(session), item.because)) << why_not_ready(session);
  }
}

TEST_F(SqliteFile, damaged_is_unavailable_and_heals) {
  std::ofstream{file} << std::string(4096, 'x');
  SqliteSession session{file, Access::write};
  EXPECT_EQ(why_not_ready(session), "the database file is not a SQLite database");
  EXPECT_EQ(list_tasks(session, alice, {}).error().kind, Kind::unavailable);
  std::filesystem::remove(file);
  add_better_auth();
  bring_ours_up();
  EXPECT_EQ(why_not_ready(session), "ready");
  EXPECT_TRUE(create_task(session, alice, {.title = "T"}, noon).has_value());
}

TEST_F(SqliteFile, exchanged_under_an_open_session_loses_no_write) {
  add_better_auth();
  bring_ours_up();
  SqliteSession session{file, Access::write};
  ASSERT_TRUE(create_task(session, alice, {.title = "old"}, noon).has_value());
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  EXPECT_EQ(create_task(session, alice, {.title = "lost"}, noon).error().kind, Kind::unavailable);
  add_better_auth();
  bring_ours_up();
  ASSERT_TRUE(create_task(session, alice, {.title = "new"}, noon).has_value());
  SqliteSession other{file, Access::read};
  const auto page = list_tasks(other, alice, {}).value();
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].title, "new");
}

TEST_F(SqliteFile, damaged_in_place_under_an_open_session_heals) {
  add_better_auth();
  bring_ours_up();
  const auto sound = directory.path() / "sound.db";
  std::filesystem::copy_file(file, sound);
  SqliteSession session{file, Access::write};
  ASSERT_EQ(why_not_ready(session), "ready");
  std::ofstream{file} << std::string(8192, 'x');
  std::ofstream{file.string() + "-wal"} << "";
  open_as_better_auth(sound);
  EXPECT_EQ(list_tasks(session, alice, {}).error().kind, Kind::unavailable);
  std::filesystem::copy_file(sound, file, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(why_not_ready(session), "ready");
  EXPECT_TRUE(create_task(session, alice, {.title = "T"}, noon).has_value());
}

TEST_F(SqliteFile, locked_by_another_is_unavailable_for_writes_only) {
  add_better_auth();
  bring_ours_up();
  SqliteSession writer{file, Access::write, std::chrono::milliseconds{0}};
  const api::Task task = create_task(writer, alice, {.title = "T"}, noon).value();
  {
    auto better_auth = open_as_better_auth(file);
    const SQLite::Transaction lock{better_auth, SQLite::TransactionBehavior::IMMEDIATE};
    for (const auto& error : {create_task(writer, alice, {.title = "T"}, noon).error(),
                              change_task(writer, alice, task.id, {}, noon).error(),
                              delete_task(writer, alice, task.id).error()}) {
      EXPECT_EQ(error.kind, Kind::unavailable);
      EXPECT_EQ(error.text, "the database is busy: another connection holds its lock");
    }
    EXPECT_EQ(list_tasks(writer, alice, {}).value().total, 1);
  }
  EXPECT_TRUE(delete_task(writer, alice, task.id).has_value());
}

TEST_F(SqliteFile, leaves_no_statement_or_transaction_open) {
  add_better_auth();
  bring_ours_up();
  SqliteSession session{file, Access::write};
  const api::Task task = create_task(session, alice, {.title = "T"}, noon).value();
  ASSERT_TRUE(list_tasks(session, alice, {}).has_value());
  ASSERT_TRUE(get_task(session, alice, task.id).has_value());
  ASSERT_FALSE(create_task(session, alice, {.title = ""}, noon).has_value());
  ASSERT_FALSE(change_task(session, identity_of("b0b00000-0000-4000-8000-00000000000b"), task.id, {}, noon)
                   .has_value());
  // A checkpoint that empties the WAL file needs that nobody reads or writes.
  auto other = open_as_better_auth(file);
  EXPECT_EQ(value_of(other, "PRAGMA wal_checkpoint(TRUNCATE)"), "0");
}

TEST_F(SqliteFile, is_opened_as_promised) {
  bring_ours_up();
  auto database = database::open_sqlite(file, database::SqliteUse::write, std::chrono::milliseconds{5'000});
  EXPECT_EQ(value_of(database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value_of(database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(value_of(database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(value_of(database, "PRAGMA busy_timeout"), "5000");
}

/// Counts for minutes, unless it is ended.
Result<std::int64_t> count_for_ever(SqliteConnection& connection) {
  SQLite::Statement statement{connection.database,
                              "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n LIMIT "
                              "100000000000) SELECT count(*) FROM n"};
  statement.executeStep();
  return statement.getColumn(0).getInt64();
}
Result<std::int64_t> count_for_ever(database::PostgresConnection&) {
  return not_found();
}

TEST_F(SqliteFile, ends_reads_at_their_limit_and_works_on) {
  add_better_auth();
  bring_ours_up();
  SqliteSession session{file, Access::read};
  const auto count = [&] { return session.without_owner([](auto& db) { return count_for_ever(db); }); };
  session.limit({.ends_by = std::chrono::steady_clock::now() + std::chrono::milliseconds{20}});
  EXPECT_EQ(count().error().kind, Kind::timed_out);
  EXPECT_EQ(list_tasks(session, alice, {}).error().kind, Kind::timed_out) << "its time is over";
  session.limit({});
  EXPECT_EQ(list_tasks(session, alice, {}).value().total, 0);
  std::stop_source client;
  session.limit({.gone = client.get_token()});
  {
    const std::jthread leaves{[&] {
      std::this_thread::yield();
      client.request_stop();
    }};
    EXPECT_EQ(count().error().kind, Kind::unavailable);
  }
  session.limit({});
  EXPECT_EQ(list_tasks(session, alice, {}).value().total, 0);
  // Nothing of what was given up keeps its view of the database.
  SqliteSession writer{file, Access::write};
  ASSERT_TRUE(create_task(writer, alice, {.title = "T"}, noon).has_value());
  EXPECT_EQ(list_tasks(session, alice, {}).value().total, 1);
  auto other = open_as_better_auth(file);
  EXPECT_EQ(value_of(other, "PRAGMA wal_checkpoint(TRUNCATE)"), "0");
}

TEST_F(SqliteFile, has_no_memory_is_an_error_of_the_call) {
  add_better_auth();
  bring_ours_up();
  SqliteSession session{file, Access::read};
  const auto result = session.without_owner([](auto&) -> Result<int> { throw std::bad_alloc{}; });
  EXPECT_EQ(result.error().kind, Kind::unavailable);
  EXPECT_EQ(result.error().text, "there is not enough memory for this");
  EXPECT_EQ(list_tasks(session, alice, {}).value().total, 0);
}

/// The steps by which SQLite would carry out a statement of the API.
std::vector<std::string> plan_of(const std::filesystem::path& file, const char* sql) {
  database::SqliteConnection connection{open_as_better_auth(file)};
  SQLite::Statement plan{connection.database, std::string{"EXPLAIN QUERY PLAN "}.append(sql)};
  std::vector<std::string> steps;
  while (plan.executeStep()) steps.push_back(plan.getColumn(3).getString());
  return steps;
}

TEST_F(SqliteFile, every_statement_is_found_by_its_owner) {
  add_better_auth();
  bring_ours_up();
  auto statements = api::sqlite_sql::all_of_tasks();
  statements.insert(statements.end(), api::sqlite_sql::all_of_tags.begin(),
                    api::sqlite_sql::all_of_tags.end());
  statements.push_back(database::find_user);
  for (const char* sql : statements) {
    SCOPED_TRACE(sql);
    EXPECT_TRUE(contains(sql, ":user_id"));
    for (const std::string& step : plan_of(file, sql)) {
      // Of the tables, each is searched by its owner's column, a tag also by its id, and then the owner is
      // compared; scanned is nothing but the ids that the caller gave.
      if (step.starts_with("SEARCH ")) {
        EXPECT_TRUE(contains(step, "(user_id=?") || contains(step, "(uuid=?") ||
                    step == "SEARCH tags USING INTEGER PRIMARY KEY (rowid=?)")
            << step;
      }
      if (step.starts_with("SCAN ")) {
        EXPECT_TRUE(step == "SCAN wanted VIRTUAL TABLE INDEX 1:" || step == "SCAN CONSTANT ROW") << step;
      }
    }
  }
}

TEST_F(SqliteFile, pages_come_from_an_index_in_order) {
  using api::Order;
  using api::SortBy;
  add_better_auth();
  bring_ours_up();
  struct Case {
    SortBy sort_by;
    std::string_view search;
    bool sorted;  ///< all rows of the owner, for want of an index in that order
  };
  const Case cases[]{
      {SortBy::created_at, "SEARCH tasks USING INDEX tasks_by_creation (user_id=?)", false},
      {SortBy::due_date, "SEARCH tasks USING INDEX tasks_by_due_date (user_id=?)", false},
      {SortBy::priority, "SEARCH tasks USING INDEX tasks_by_priority (user_id=?)", false},
      {SortBy::title, "(user_id=?)", true},
  };
  for (const Case& item : cases) {
    for (const Order order : {Order::ascending, Order::descending}) {
      for (const auto filter : {api::sqlite_sql::Filter::none, api::sqlite_sql::Filter::some}) {
        std::string plan;
        const char* sql = api::sqlite_sql::list_tasks(filter, item.sort_by, order);
        for (const auto& step : plan_of(file, sql)) plan += step + '\n';
        EXPECT_TRUE(contains(plan, item.search)) << plan;
        EXPECT_EQ(contains(plan, "USE TEMP B-TREE FOR ORDER BY"), item.sorted) << plan;
      }
    }
  }
}

TEST(SqliteErrors, are_described_without_values) {
  struct Case {
    int code;
    std::string_view text;
  };
  const Case cases[]{
      {SQLITE_BUSY, "the database is busy: another connection holds its lock"},
      {SQLITE_FULL, "the disk that holds the database is full"},
      {SQLITE_CORRUPT, "the database file is damaged"},
      {SQLITE_NOTADB, "the database file is not a SQLite database"},
      {SQLITE_READONLY, "the database file is not writable"},
      {SQLITE_IOERR, "the database failed: disk I/O error"},
      {SQLITE_NOMEM, "the database failed: out of memory"},
  };
  for (const Case& item : cases) {
    EXPECT_EQ(database::describe(SQLite::Exception{"secret value", item.code}), item.text);
  }
}

TEST(SqliteErrors, say_when_it_is_files_that_are_lacking) {
  const SQLite::Exception cannot_open{"secret value", SQLITE_CANTOPEN};
  EXPECT_TRUE(database::describe(cannot_open).contains("it or its directory is missing"));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string said = database::describe(cannot_open);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(said.contains("ulimit -n")) << said;
}

}  // namespace
}  // namespace drawbridge::test
