// The column `uuid` of Better Auth's table `user`, in every state in which it may be found.

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include "database/sqlite/session.h"
#include "schema/migrations.h"
#include "schema/sqlite/query.h"
#include "tests/api/rows.h"
#include "tests/database/sqlite/backend.h"
#include "tests/schema/migration_reports.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using Kind = schema::MigrationError::Kind;
using Names = std::vector<std::string>;

constexpr const char* good = "a11ce000-0000-4000-8000-00000000000a";
constexpr const char* also_good = "b0b00000-0000-4000-8000-00000000000b";

const schema::MigrationReport silent{};

class UserUuid : public testing::Test {
 protected:
  std::string value(const std::string& sql) { return value_of(database, sql); }
  void expect_complete() {
    EXPECT_EQ(schema::migration_status(url).value().pending, Names{});
    EXPECT_TRUE(
        is_complete(schema::plan::read_facts(schema::plan::Product::sqlite, schema::query_of(database))));
    SQLite::Statement uuids{database, "SELECT uuid FROM \"user\""};
    while (uuids.executeStep()) {
      const std::string text = uuids.getColumn(0).getString();
      const auto uuid = Uuid::parse(text);
      ASSERT_TRUE(uuid.has_value()) << text;
      EXPECT_EQ(uuid->text(), text);
    }
    EXPECT_EQ(value("SELECT count(*) - count(DISTINCT uuid) FROM \"user\""), "0");
  }

  ScratchDirectory directory;
  database::DatabaseUrl url{.file = directory.path() / "test.db"};
  SQLite::Database database = open_as_better_auth(url.file);
};

TEST_F(UserUuid, is_added_and_every_row_filled) {
  database.exec(better_auth_user_table);
  database.exec("begin");
  for (int i = 0; i < 12'500; ++i) database.exec(insert_user_sql("user" + std::to_string(i)));
  database.exec("commit");
  Names lines;
  ASSERT_TRUE(schema::migrate_up(url, report_into(lines)).has_value());
  EXPECT_EQ(lines, with_our_steps({"user.uuid: 5000 of 12500", "user.uuid: 10000 of 12500",
                                   "user.uuid: 12500 of 12500", "user.uuid: done"},
                                  ": done"));
  expect_complete();
  EXPECT_EQ(value("SELECT count(*) FROM \"user\""), "12500");
  EXPECT_EQ(value("SELECT count(*) FROM \"user\" WHERE substr(uuid, 15, 1) = '4' AND substr(uuid, 20, 1) "
                  "GLOB '[89ab]'"),
            "12500");
}

TEST_F(UserUuid, is_filled_for_users_who_come_later) {
  database.exec(better_auth_user_table);
  ASSERT_TRUE(schema::migrate_up(url, silent).has_value());
  database.exec(insert_user_sql("later"));
  database.exec(insert_user_sql("named", good));
  EXPECT_EQ(value("SELECT uuid FROM \"user\" WHERE id = 'named'"), good);
  expect_complete();
}

TEST_F(UserUuid, as_better_auth_makes_it_is_left_alone) {
  database.exec(better_auth_user_table_with_uuid);
  database.exec(insert_user_sql("a", good));
  const std::string before = value("SELECT sql FROM sqlite_schema WHERE name = 'user'");
  ASSERT_TRUE(schema::migrate_up(url, silent).has_value());
  EXPECT_EQ(value("SELECT sql FROM sqlite_schema WHERE name = 'user'"), before);
  EXPECT_EQ(value("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'user'"), "0");
  EXPECT_EQ(value("SELECT uuid FROM \"user\""), good);
  expect_complete();
}

TEST_F(UserUuid, is_completed_from_where_it_is) {
  struct Case {
    std::string_view name;
    std::string sql;
  };
  const std::string table = better_auth_user_table;
  const std::string column = "; alter table \"user\" add column uuid text;";
  const std::vector<Case> cases{
      {"column only", table + column},
      {"rows partly filled", table + column + insert_user_sql("a", good) + insert_user_sql("b")},
      {"index not unique", table + column + "create index i on \"user\" (uuid);" + insert_user_sql("a")},
      {"index of part of the rows", table + column +
                                        "create unique index i on \"user\" (uuid) where emailVerified;" +
                                        insert_user_sql("a")},
      {"index of two columns", table + column + "create unique index i on \"user\" (uuid, email);"},
      {"index that ignores case",
       table + column + "create unique index i on \"user\" (uuid collate nocase);"},
      {"unique, rows empty",
       table + column + "create unique index i on \"user\" (uuid);" + insert_user_sql("a")},
      {"another case of letters",
       table + "; alter table \"user\" add column UUID text; create unique index i on \"user\" (UUID);"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    database.exec(
        "drop table if exists task_tags; drop table if exists tasks; drop table if exists tags;"
        "drop table if exists drawbridge_migrations; drop table if exists \"user\"");
    database.exec(item.sql);
    EXPECT_EQ(schema::migration_status(url).value().pending, with_our_steps({"user.uuid"}));
    ASSERT_TRUE(schema::migrate_up(url, silent).has_value());
    database.exec(insert_user_sql("later"));
    expect_complete();
    EXPECT_EQ(value("SELECT count(*) FROM \"user\" WHERE id = 'a' AND uuid IS NULL"), "0");
    database::SqliteSession session{url.file, database::Access::read};
    EXPECT_TRUE(check_ready(session).has_value());
  }
}

TEST_F(UserUuid, stops_and_changes_nothing_when_a_person_must_decide) {
  struct Case {
    std::string_view name;
    std::string sql;
    std::string_view because;
  };
  const std::string table =
      std::string{better_auth_user_table} + "; alter table \"user\" add column uuid text;";
  const std::vector<Case> cases{
      {"not a UUID", insert_user_sql("ok", good) + insert_user_sql("bad row", "12345"),
       "user.uuid is not a lower-case UUID in the rows with id bad row:"},
      {"upper case", insert_user_sql("up", "A11CE000-0000-4000-8000-00000000000A"), "not a lower-case UUID"},
      {"nil", insert_user_sql("nil", "00000000-0000-0000-0000-000000000000"), "not a lower-case UUID"},
      {"without hyphens", insert_user_sql("h", "a11ce00000004000800000000000000a"), "not a lower-case UUID"},
      {"empty", insert_user_sql("e", ""), "not a lower-case UUID"},
      {"bytes", insert_user_sql("b") + "update \"user\" set uuid = randomblob(16)", "not a lower-case UUID"},
      {"text as bytes",
       insert_user_sql("b") +
           "update \"user\" set uuid = cast('a11ce000-0000-4000-8000-00000000000a' as blob)",
       "not a lower-case UUID"},
      {"the same twice",
       insert_user_sql("one", good) + insert_user_sql("two", good) + insert_user_sql("three", also_good),
       "user.uuid is the same in several rows, with id one, two:"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    database.exec("drop table if exists \"user\"");
    database.exec(table + item.sql);
    const auto up = schema::migrate_up(url, silent);
    ASSERT_FALSE(up.has_value());
    EXPECT_EQ(up.error().kind, Kind::refused);
    EXPECT_NE(up.error().text.find(item.because), std::string::npos) << up.error().text;
    EXPECT_EQ(schema::migration_plan(url).error().kind, Kind::refused);
    EXPECT_EQ(schema::migration_status(url).value().obstacle, up.error().text);
    EXPECT_EQ(value("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'drawbridge%' OR name = 'tasks'"),
              "0");
  }
}

TEST_F(UserUuid, names_few_rows_and_nothing_that_a_terminal_obeys) {
  database.exec(std::string{better_auth_user_table} + "; alter table \"user\" add column uuid text");
  for (int i = 0; i < 9; ++i) database.exec(insert_user_sql("\x1B[31m" + std::to_string(i), "x"));
  const std::string text = schema::migrate_up(url, silent).error().text;
  EXPECT_NE(text.find("?[31m0, ?[31m1, ?[31m2, ?[31m3, ?[31m4 and more"), std::string::npos) << text;
}

TEST_F(UserUuid, refuses_what_cannot_be_told) {
  struct Case {
    std::string_view name;
    std::string sql;
    std::string_view because;
  };
  const std::vector<Case> cases{
      {"two that could be it",
       "create table people (id text, email text, email_verified integer); "
       "create table users (id text, email text, email_verified integer)",
       "several tables look like Better Auth's \"user\": \"people\", \"users\""},
      {"not a user table at all", "create table \"user\" (number integer)",
       "table \"user\" has no column id, email, emailVerified: it is not Better Auth's."},
      {"a view", "create view \"user\" as select 1 as id, 2 as email, 3 as emailVerified",
       "\"user\" is not a table, so foreign keys cannot refer to it"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const database::DatabaseUrl here{.file = directory.path() / item.name};
    open_as_better_auth(here.file).exec(item.sql);
    const auto up = schema::migrate_up(here, silent);
    ASSERT_FALSE(up.has_value());
    EXPECT_EQ(up.error().kind, Kind::refused);
    EXPECT_TRUE(up.error().text.starts_with(item.because)) << up.error().text;
    EXPECT_EQ(schema::migration_status(here).value().obstacle, up.error().text);
  }
}

TEST_F(UserUuid, takes_another_generators_table_that_has_it_already) {
  database.exec(
      "create table \"user\" (id text primary key, email text, email_verified integer, "
      "uuid text not null unique)");
  EXPECT_TRUE(schema::migrate_up(url, silent).has_value());
  expect_complete();
}

}  // namespace
}  // namespace drawbridge::test
