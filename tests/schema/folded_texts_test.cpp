// What search and order by title compare: made for the rows that are there, and right whoever writes.

#include <algorithm>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "database/open_store.h"
#include "database/postgres/session.h"
#include "database/sqlite/session.h"
#include "tests/api/rows.h"
#include "tests/database/postgres/backend.h"
#include "tests/database/sqlite/backend.h"
#include "tests/schema/migration_reports.h"
#include "tests/support/identities.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using schema::migrate_up;
using schema::migration_plan;
using schema::migration_status;
using Names = std::vector<std::string>;

constexpr const char* alice_uuid = "a11ce000-0000-4000-8000-00000000000a";
constexpr int many = 1'200;

/// A database of one product, as another program sees it that knows nothing of folded texts.
class OtherProgram {
 public:
  virtual ~OtherProgram() = default;
  virtual database::DatabaseUrl url() = 0;
  /// The first value of the last row, empty when it is null.
  virtual std::string run(const std::string& sql) = 0;
  virtual std::unique_ptr<database::Session> session() = 0;
  virtual std::span<const schema::plan::Step> steps() = 0;
  virtual std::string better_auth() = 0;
};

class OnSqlite final : public OtherProgram {
 public:
  database::DatabaseUrl url() override { return {.file = file_}; }
  std::string run(const std::string& sql) override {
    if (!sql.starts_with("SELECT")) return database_.exec(sql), "";
    return database_.execAndGet(sql).getString();
  }
  std::unique_ptr<database::Session> session() override {
    return std::make_unique<database::SqliteSession>(file_, database::Access::read);
  }
  std::span<const schema::plan::Step> steps() override { return schema::plan::sqlite_steps(); }
  std::string better_auth() override {
    return better_auth_user_table_with_uuid + (";" + insert_user_sql("alice", alice_uuid));
  }

 private:
  ScratchDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "test.db";
  SQLite::Database database_ = open_as_better_auth(file_);
};

class OnPostgres final : public OtherProgram {
 public:
  database::DatabaseUrl url() override { return {.server = database_.url()}; }
  std::string run(const std::string& sql) override { return database_.run(sql); }
  std::unique_ptr<database::Session> session() override {
    return std::make_unique<database::PostgresSession>(database_.url(), database::Access::read, watch_);
  }
  std::span<const schema::plan::Step> steps() override { return schema::plan::postgres_steps(); }
  std::string better_auth() override {
    return "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "
           "\"emailVerified\" boolean NOT NULL, uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid());" +
           insert_postgres_user_sql("alice", alice_uuid);
  }

 private:
  PostgresDatabase database_{PostgresDatabase::Content::nothing};
  std::shared_ptr<database::StallWatch> watch_ = std::make_shared<database::StallWatch>();
};

class FoldedTexts : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "sqlite") {
      other = std::make_unique<OnSqlite>();
    } else {
      other = std::make_unique<OnPostgres>();
    }
    other->run(other->better_auth());
  }

  /// Our tables as a program had them that knew of the first steps alone.
  void make_tables_of(int version) {
    const std::string text = GetParam() == "sqlite" ? "TEXT" : "timestamptz DEFAULT now()";
    other->run(
        "CREATE TABLE drawbridge_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "applied_at " +
        text + ")");
    for (const auto& step : other->steps().first(static_cast<std::size_t>(version))) {
      for (const std::string& statement : step.statements) other->run(statement);
      other->run("INSERT INTO drawbridge_migrations (version, name, applied_at) VALUES (" +
                 std::to_string(step.version) + ", '" + step.name + "', '2026-11-23T10:00:00.000Z')");
    }
  }

  static std::string insert_task(int number, const std::string& title, const std::string& description) {
    const std::string digits = std::to_string(number);
    return "INSERT INTO tasks (user_id, id, title, description, created_at, updated_at) VALUES ('" +
           std::string{alice_uuid} + "', '00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') +
           digits + "', '" + title + "', " + description +
           ", '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z');";
  }

  void insert_many() {
    std::string sql = "BEGIN;" + insert_task(0, "École", "'İstanbul'") + insert_task(1, "Straße", "NULL");
    for (int i = 2; i < many; ++i) sql += insert_task(i, "Task " + std::to_string(i), "'Text'");
    other->run(sql + "COMMIT");
  }

  std::string unfolded() { return other->run("SELECT count(*) FROM tasks WHERE title_folded IS NULL"); }

  Names found(const std::string& search) {
    const auto session = other->session();
    Names titles;
    const auto page = list_tasks(
        *session, identity_of(alice_uuid),
        {.filter = {.search = search}, .sort_by = api::SortBy::title, .order = api::Order::ascending});
    for (const auto& task : page.value().items) titles.push_back(task.title);
    return titles;
  }

  std::unique_ptr<OtherProgram> other;
};

TEST_P(FoldedTexts, are_made_in_batches_for_the_rows_that_are_there) {
  make_tables_of(2);
  insert_many();
  EXPECT_EQ(migration_status(other->url()).value().pending,
            (Names{"3 folded_texts", "4 unfolded_texts", "tasks.title_folded"}));
  Names lines;
  EXPECT_EQ(migrate_up(other->url(), report_into(lines)).value().pending, Names{});
  EXPECT_EQ(lines.front(), "3 folded_texts: done");
  EXPECT_EQ(lines.back(), "tasks.title_folded: done");
  const auto last = lines[lines.size() - 2];
  EXPECT_EQ(last, "tasks.title_folded: 1200 of 1200");
  EXPECT_GT(std::ranges::count_if(lines, [](const auto& line) { return line.ends_with("of 1200"); }), 1)
      << "more than one batch";
  EXPECT_EQ(unfolded(), "0");
  EXPECT_EQ(found("éCOLE"), Names{"École"});
  EXPECT_EQ(found("i̇STANBUL"), Names{"École"});
  EXPECT_EQ(found("STRASSE"), Names{"Straße"});
}

TEST_P(FoldedTexts, are_made_by_a_run_that_follows_one_that_was_killed) {
  make_tables_of(4);
  insert_many();
  other->run("UPDATE tasks SET title_folded = NULL WHERE title <> 'Straße'");
  const bool heals = GetParam() == "postgresql";  // a trigger has folded them
  EXPECT_EQ(migration_status(other->url()).value().pending, heals ? Names{} : Names{"tasks.title_folded"});
  ASSERT_TRUE(migrate_up(other->url(), {}).has_value());
  EXPECT_EQ(unfolded(), "0");
  EXPECT_EQ(found("éCOLE"), Names{"École"});
}

TEST_P(FoldedTexts, are_right_whatever_another_program_writes) {
  ASSERT_TRUE(migrate_up(other->url(), {}).has_value());
  struct Case {
    std::string_view name;
    std::string sql;
    std::string search;
    Names listed;
  };
  const std::vector<Case> cases{
      {"a new row", insert_task(1, "École", "'Pont'"), "éCOLE", {"École"}},
      {"its description", "", "PONT", {"École"}},
      {"another title", "UPDATE tasks SET title = 'Mæl'", "MÆL", {"Mæl"}},
      {"the old title", "", "école", {}},
      {"another description", "UPDATE tasks SET description = 'Île'", "îLE", {"Mæl"}},
      {"the old description", "", "pont", {}},
      {"no description", "UPDATE tasks SET description = NULL", "île", {}},
      {"the same title in capitals", "UPDATE tasks SET title = 'MÆL'", "mæl", {"MÆL"}},
      {"nothing of the text", "UPDATE tasks SET completed = completed", "mæl", {"MÆL"}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    if (!item.sql.empty()) other->run(item.sql);
    EXPECT_EQ(found(item.search), item.listed);
  }
}

TEST_P(FoldedTexts, are_in_order_with_those_of_rows_that_have_none) {
  ASSERT_TRUE(migrate_up(other->url(), {}).has_value());
  if (GetParam() == "postgresql") other->run("ALTER TABLE tasks DISABLE TRIGGER ALL");
  for (const auto& [number, title] : {std::pair{1, "b"}, {2, "C"}, {3, "A"}, {4, "É"}}) {
    other->run(insert_task(number, title, "NULL"));
  }
  other->run("UPDATE tasks SET title_folded = 'b' WHERE title = 'b'");
  EXPECT_EQ(unfolded(), "3");
  EXPECT_EQ(found(""), (Names{"A", "b", "C", "É"}));
}

TEST_P(FoldedTexts, by_the_plan_are_those_of_ascii_and_up_does_the_rest) {
  make_tables_of(2);
  insert_many();
  other->run(migration_plan(other->url()).value());
  const bool by_sqlite = GetParam() == "sqlite";  // which folds nothing else
  EXPECT_EQ(unfolded(), by_sqlite ? "2" : "0");
  EXPECT_EQ(migration_status(other->url()).value().pending,
            by_sqlite ? Names{"tasks.title_folded"} : Names{});
  EXPECT_EQ(found("éCOLE"), Names{"École"});
  ASSERT_TRUE(migrate_up(other->url(), {}).has_value());
  EXPECT_EQ(unfolded(), "0");
}

INSTANTIATE_TEST_SUITE_P(, FoldedTexts, testing::Values("sqlite", "postgresql"),
                         [](const auto& product) { return product.param; });

TEST(SqliteFoldedTexts, are_made_by_serve_at_its_start) {
  OnSqlite other;
  other.run(other.better_auth());
  ASSERT_TRUE(schema::prepare_to_serve(other.url()).has_value());
  other.run(
      "INSERT INTO tasks (user_id, id, title, created_at, updated_at) SELECT uuid, "
      "'00000000-0000-4000-8000-000000000001', 'École', '2026-11-23T10:00:00.000Z', "
      "'2026-11-23T10:00:00.000Z' FROM \"user\"");
  EXPECT_EQ(other.run("SELECT count(*) FROM tasks WHERE title_folded IS NULL"), "1");
  std::vector<std::string> reported;
  ASSERT_TRUE(schema::prepare_to_serve(other.url(), report_into(reported)).has_value());
  EXPECT_EQ(other.run("SELECT title_folded FROM tasks"), "école");
  EXPECT_EQ(reported, (std::vector<std::string>{"tasks.title_folded: 1 of 1", "tasks.title_folded: done"}));
}

}  // namespace
}  // namespace drawbridge::test
