#include "schema/migrations.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <thread>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "database/sqlite/session.h"
#include "schema/plan/our_tables.h"
#include "tests/api/rows.h"
#include "tests/database/sqlite/backend.h"
#include "tests/schema/migration_reports.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using database::DatabaseUrl;
using schema::migrate_up;
using schema::migration_plan;
using schema::migration_status;
using schema::prepare_to_serve;
using Kind = schema::MigrationError::Kind;
using Names = std::vector<std::string>;

const schema::MigrationReport silent{};

class Migrations : public testing::Test {
 protected:
  bool is_ready() {
    database::SqliteSession session{url.file, database::Access::read};
    return check_ready(session).has_value();
  }
  /// The whole schema as text, in an order that does not depend on when a thing was made.
  std::string schema(const std::filesystem::path& file) {
    auto database = open_as_better_auth(file);
    return value_of(database,
                    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)");
  }

  ScratchDirectory directory;
  DatabaseUrl url{.file = directory.path() / "new" / "deep" / "test.db"};
};

TEST_F(Migrations, status_of_nothing_changes_nothing) {
  const auto status = migration_status(url).value();
  EXPECT_EQ(status.version, 0);
  EXPECT_EQ(status.latest, schema::plan::latest_version());
  EXPECT_EQ(status.pending, with_our_steps({"user.uuid"}));
  EXPECT_TRUE(migration_plan(url).has_value());
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "new"));
}

TEST_F(Migrations, make_the_directory_for_its_owner_alone) {
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  EXPECT_EQ(std::filesystem::status(url.file.parent_path()).permissions(), std::filesystem::perms::owner_all);
}

/// The umask of this process, set back at the end.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_{umask(mask)} {}
  ~Umask() { umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

TEST_F(Migrations, make_the_file_for_its_owner_alone) {
  using std::filesystem::perms;
  constexpr auto owner = perms::owner_read | perms::owner_write;
  std::filesystem::create_directories(url.file.parent_path());  // where others may look
  const std::vector<std::function<void()>> makers{
      [&] { ASSERT_TRUE(prepare_to_serve(url).has_value()); },
      [&] { ASSERT_TRUE(migrate_up(url, silent).has_value()); },
      [&] { ASSERT_TRUE(migrate_up(url, silent, {.with_better_auth = true}).has_value()); },
      [&] {
        std::filesystem::create_symlink(url.file.string() + "-elsewhere", url.file);
        ASSERT_TRUE(migrate_up(url, silent).has_value());
        std::filesystem::remove(url.file);
        std::filesystem::rename(url.file.string() + "-elsewhere", url.file);
      }};
  for (const mode_t mask : {022U, 0U, 077U}) {
    const Umask umask{mask};
    for (std::size_t i = 0; i < makers.size(); ++i) {
      SCOPED_TRACE(i);
      makers[i]();
      EXPECT_EQ(std::filesystem::status(url.file).permissions(), owner);
      {
        auto database = open_as_better_auth(url.file);
        database.exec("CREATE TABLE IF NOT EXISTS other (id)");
        for (const char* beside : {"-wal", "-shm"})
          EXPECT_EQ(std::filesystem::status(url.file.string() + beside).permissions(), owner) << beside;
      }
      std::filesystem::remove(url.file);
    }
  }
}

TEST_F(Migrations, leave_the_mode_of_a_file_that_is_there) {
  std::filesystem::create_directories(url.file.parent_path());
  std::ofstream{url.file};
  const auto shared = std::filesystem::perms{0640};
  std::filesystem::permissions(url.file, shared);
  ASSERT_TRUE(migrate_up(url, silent).has_value());
  EXPECT_EQ(std::filesystem::status(url.file).permissions(), shared);
}

TEST_F(Migrations, ours_come_without_better_auth) {
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  const auto status = migration_status(url).value();
  EXPECT_EQ(status.version, schema::plan::latest_version());
  EXPECT_EQ(status.pending, Names{"user.uuid"});
  EXPECT_NE(status.obstacle.find("run Better Auth's migration"), std::string::npos);
  open_as_better_auth(url.file).exec(better_auth_user_table_with_uuid);
  EXPECT_EQ(migration_status(url).value().pending, Names{});
  EXPECT_TRUE(is_ready());
}

TEST_F(Migrations, up_without_better_auth_makes_ours_and_says_what_is_left) {
  Names lines;
  const auto status = migrate_up(url, report_into(lines)).value();
  EXPECT_EQ(status.version, schema::plan::latest_version());
  EXPECT_EQ(status.pending, Names{"user.uuid"});
  EXPECT_EQ(lines, with_our_steps({}, ": done"));
}

TEST_F(Migrations, up_twice_does_nothing_the_second_time) {
  url.file = directory.path() / "test.db";
  open_as_better_auth(url.file).exec(better_auth_user_table);
  ASSERT_TRUE(migrate_up(url, silent).has_value());
  EXPECT_TRUE(is_ready());
  const std::string before = schema(url.file);
  Names lines;
  const auto status = migrate_up(url, report_into(lines)).value();
  EXPECT_EQ(status.pending, Names{});
  EXPECT_EQ(lines, Names{});
  EXPECT_EQ(migration_plan(url).value(), "");
  EXPECT_EQ(schema(url.file), before);
}

TEST_F(Migrations, the_plan_does_what_up_does) {
  for (const char* const user : {better_auth_user_table, better_auth_user_table_with_uuid}) {
    const ScratchDirectory here;
    const auto by_up = here.path() / "up.db";
    const auto by_hand = here.path() / "hand.db";
    for (const auto& file : {by_up, by_hand}) {
      auto database = open_as_better_auth(file);
      database.exec(user);
      if (user == better_auth_user_table) database.exec(insert_user_sql("a") + insert_user_sql("b"));
    }
    const std::string plan = migration_plan({.file = by_hand}).value();
    ASSERT_NE(plan, "");
    ASSERT_TRUE(migrate_up({.file = by_up}, silent).has_value());
    open_as_better_auth(by_hand).exec(plan);
    EXPECT_EQ(schema(by_hand), schema(by_up));
    EXPECT_EQ(migration_status({.file = by_hand}).value().pending, Names{});
  }
}

TEST_F(Migrations, several_at_once_do_not_meet) {
  for (int round = 0; round < 5; ++round) {
    const DatabaseUrl here{.file = directory.path() / std::to_string(round)};
    {
      auto database = open_as_better_auth(here.file);
      database.exec(better_auth_user_table);
      for (int i = 0; i < 50; ++i) database.exec(insert_user_sql("user" + std::to_string(i)));
    }
    constexpr int threads = 4;
    std::latch start{threads};
    std::array<std::string, threads> failures;
    {
      std::vector<std::jthread> running;
      for (std::string& failure : failures) {
        running.emplace_back([&] {
          start.arrive_and_wait();
          const auto status = migrate_up(here, silent);
          if (!status) failure = status.error().text;
        });
      }
    }
    for (const std::string& failure : failures) EXPECT_EQ(failure, "");
    auto database = open_as_better_auth(here.file);
    EXPECT_EQ(value_of(database, "SELECT count(*) FROM drawbridge_migrations"),
              std::to_string(schema::plan::latest_version()));
    EXPECT_EQ(value_of(database, "SELECT count(DISTINCT uuid) FROM \"user\""), "50");
  }
}

TEST_F(Migrations, several_at_once_begin_with_no_file) {
  for (int round = 0; round < 5; ++round) {
    const DatabaseUrl here{.file = directory.path() / "missing" / std::to_string(round)};
    constexpr int threads = 4;
    std::latch start{threads};
    std::array<std::string, threads> failures;
    {
      std::vector<std::jthread> running;
      for (std::string& failure : failures) {
        running.emplace_back([&] {
          start.arrive_and_wait();
          if (const auto made = prepare_to_serve(here); !made) failure = made.error().text;
        });
      }
    }
    for (const std::string& failure : failures) EXPECT_EQ(failure, "");
    EXPECT_EQ(migration_status(here).value().version, schema::plan::latest_version());
  }
}

TEST_F(Migrations, refuse_a_newer_database) {
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  open_as_better_auth(url.file).exec("INSERT INTO drawbridge_migrations VALUES (1000, 'later', 'x')");
  const std::string because = "the database has version 1000 of the tables, but this program knows only " +
                              std::to_string(schema::plan::latest_version());
  for (const auto& error : {migration_status(url).error(), migration_plan(url).error(),
                            migrate_up(url, silent).error(), prepare_to_serve(url).error()}) {
    EXPECT_EQ(error.kind, Kind::refused);
    EXPECT_TRUE(error.text.starts_with(because)) << error.text;
  }
}

TEST_F(Migrations, cannot_read_what_is_no_database) {
  const DatabaseUrl damaged{.file = directory.path() / "damaged.db"};
  std::ofstream{damaged.file} << std::string(4096, 'x');
  const DatabaseUrl a_directory{.file = directory.path()};
  const DatabaseUrl below_a_file{.file = damaged.file / "test.db"};
  for (const DatabaseUrl& bad : {damaged, a_directory}) {
    EXPECT_EQ(migration_status(bad).error().kind, Kind::unreadable);
    EXPECT_EQ(migration_plan(bad).error().kind, Kind::unreadable);
  }
  for (const DatabaseUrl& bad : {damaged, a_directory, below_a_file}) {
    EXPECT_EQ(migrate_up(bad, silent).error().kind, Kind::unreadable);
    EXPECT_EQ(prepare_to_serve(bad).error().kind, Kind::unreadable);
  }
  EXPECT_EQ(std::filesystem::file_size(damaged.file), 4096U);
}

TEST_F(Migrations, serve_makes_no_reference_that_would_break_better_auth) {
  url.file = directory.path() / "test.db";
  auto better_auth = open_as_better_auth(url.file);
  better_auth.exec(better_auth_user_table);
  better_auth.exec(insert_user_sql("a"));
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  EXPECT_FALSE(is_ready());
  EXPECT_EQ(better_auth.exec("delete from \"user\""), 1);
  ASSERT_TRUE(migrate_up(url, silent).has_value());
  EXPECT_TRUE(is_ready());
}

TEST_F(Migrations, schema_refuses_what_the_api_must_never_send) {
  url.file = directory.path() / "test.db";
  auto database = open_as_better_auth(url.file);
  database.exec(better_auth_user_table_with_uuid);
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  database.exec(insert_user_sql("a", "a11ce000-0000-4000-8000-00000000000a"));
  const auto task = [](std::string_view id, std::string_view columns, std::string_view values) {
    return std::string{"INSERT INTO tasks (user_id, id, created_at, updated_at, "}
        .append(columns)
        .append(") VALUES ('a11ce000-0000-4000-8000-00000000000a', '")
        .append(id)
        .append("', '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z', ")
        .append(values)
        .append(")");
  };
  constexpr std::string_view id = "00000000-0000-4000-8000-000000000001";
  const Names refused{
      task("short", "title", "'t'"),
      task(id, "title", "''"),
      task(id, "title", "NULL"),
      task(id, "title, completed", "'t', 2"),
      task(id, "title, priority", "'t', 0"),
      task(id, "title, priority", "'t', 4"),
      task(id, "title, due_date", "'t', '2026-11-23'"),
      task(id, "title, due_date, reminder_at", "'t', '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z'"),
      "INSERT INTO tags (user_id, name) VALUES ('a11ce000-0000-4000-8000-00000000000a', '')",
      "INSERT INTO tags (user_id, name, color) VALUES ('a11ce000-0000-4000-8000-00000000000a', 't', 'red')",
      "INSERT INTO tags (user_id, name) VALUES ('b0b00000-0000-4000-8000-00000000000b', 't')",
  };
  for (const std::string& sql : refused) EXPECT_THROW(database.exec(sql), SQLite::Exception) << sql;
  EXPECT_EQ(database.exec(task(id, "title", "'t'")), 1);
  EXPECT_THROW(database.exec(task(id, "title", "'t'")), SQLite::Exception);
}

TEST_F(Migrations, a_deleted_tag_leaves_its_tasks) {
  url.file = directory.path() / "test.db";
  auto database = open_as_better_auth(url.file);
  database.exec(better_auth_user_table_with_uuid);
  ASSERT_TRUE(prepare_to_serve(url).has_value());
  database.exec(insert_user_sql("a", "a11ce000-0000-4000-8000-00000000000a"));
  database.exec(
      "INSERT INTO tasks (user_id, id, title, created_at, updated_at) SELECT uuid, "
      "'00000000-0000-4000-8000-000000000001', 't', '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z' "
      "FROM "
      "\"user\"; INSERT INTO tags (user_id, name) SELECT uuid, 't' FROM \"user\";"
      "INSERT INTO task_tags SELECT tasks.user_id, tasks.id, tags.id FROM tasks, tags");
  EXPECT_EQ(database.exec("DELETE FROM tags"), 1);
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM task_tags"), "0");
  EXPECT_EQ(value_of(database, "SELECT count(*) FROM tasks"), "1");
  // The next tag is another one: a client may still hold the old id.
  database.exec("INSERT INTO tags (user_id, name) SELECT uuid, 't' FROM \"user\"");
  EXPECT_EQ(value_of(database, "SELECT id FROM tags"), "2");
}

}  // namespace
}  // namespace drawbridge::test
