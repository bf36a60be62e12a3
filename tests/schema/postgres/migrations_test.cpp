// What the migration does on PostgreSQL, state by state of Better Auth's tables. With the real Better Auth it
// is tested in tests/migrate.

#include "schema/migrations.h"

#include <gtest/gtest.h>

#include "tests/database/postgres/backend.h"
#include "tests/schema/migration_reports.h"

namespace drawbridge::test {
namespace {

using schema::migrate_up;
using schema::migration_plan;
using schema::migration_status;
using schema::prepare_to_serve;
using Kind = schema::MigrationError::Kind;
using Names = std::vector<std::string>;

constexpr const char* good = "a11ce000-0000-4000-8000-00000000000a";

std::string user_table(const std::string& uuid_column) {
  return "CREATE TABLE \"user\" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "
         "\"emailVerified\" boolean NOT NULL" +
         (uuid_column.empty() ? std::string{} : ", uuid " + uuid_column) + ");";
}

std::string user(const std::string& id) {
  return "INSERT INTO \"user\" VALUES ('" + id + "', 'N', '" + id + "@example.com', false);";
}

std::string user(const std::string& id, const std::string& uuid) {
  return "INSERT INTO \"user\" VALUES ('" + id + "', 'N', '" + id + "@example.com', false, '" + uuid + "');";
}

constexpr const char* uuid_column =
    "SELECT format_type(atttypid, NULL) || ' ' || attnotnull || ' ' || pg_get_expr(adbin, adrelid) FROM "
    "pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = "
    "'\"user\"'::regclass AND "
    "attname = 'uuid'";

/// Tables, columns and indexes as one text.
std::string schema(const PostgresDatabase& database) {
  return database.run(
      "SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT format('%s.%s %s %s %s', table_name, "
      "column_name, "
      "data_type, is_nullable, column_default) AS line FROM information_schema.columns WHERE table_schema = "
      "'public' "
      "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') AS lines");
}

TEST(PostgresMigrations, complete_the_uuid_from_where_it_is) {
  struct Case {
    std::string_view name;
    std::string sql;
  };
  const std::vector<Case> cases{
      {"no column", user_table("") + user("a") + user("b")},
      {"no column, no rows", user_table("")},
      {"as Better Auth makes it", user_table("text NOT NULL UNIQUE") + user("a", good)},
      {"text, partly filled", user_table("text") + user("a", good) + user("b")},
      {"text in upper case", user_table("text") + user("a", "A11CE000-0000-4000-8000-00000000000A")},
      {"text with a default", user_table("text DEFAULT gen_random_uuid()::text") + user("b")},
      {"varchar", user_table("varchar(36) UNIQUE") + user("a", good) + user("b")},
      {"uuid, nothing else", user_table("uuid") + user("a", good) + user("b")},
      {"uuid, unique", user_table("uuid UNIQUE") + user("b")},
      {"uuid, required", user_table("uuid NOT NULL") + user("a", good)},
      {"unique for a part of the rows",
       user_table("uuid") + "CREATE UNIQUE INDEX i ON \"user\" (uuid) WHERE \"emailVerified\";" +
           user("a", good)},
      {"unique only at the end of a transaction", user_table("uuid UNIQUE DEFERRABLE") + user("b")},
      {"a constant for everybody", user_table(std::string{"uuid UNIQUE DEFAULT '"} + good + "'") + user("a")},
      {"unique with another column", user_table("uuid") + "CREATE UNIQUE INDEX i ON \"user\" (uuid, email);"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const PostgresDatabase database{PostgresDatabase::Content::nothing};
    const PostgresDatabase by_hand{PostgresDatabase::Content::nothing};
    database.run(item.sql);
    by_hand.run(item.sql);
    const database::DatabaseUrl url{.server = database.url()};
    EXPECT_EQ(migration_status(url).value().pending, with_our_steps({"user.uuid"}));
    by_hand.run(migration_plan(url).value());
    const auto up = migrate_up(url, {});
    ASSERT_TRUE(up.has_value()) << up.error().text;
    EXPECT_EQ(up->pending, Names{});
    EXPECT_EQ(database.run(uuid_column), "uuid true gen_random_uuid()");
    EXPECT_EQ(database.run("SELECT count(*) - count(DISTINCT uuid) FROM \"user\""), "0");
    const std::string kept = database.run("SELECT uuid FROM \"user\" WHERE id = 'a'");
    if (item.sql.find(good) != std::string::npos) {
      EXPECT_EQ(kept, good);
    }
    database.run(user("later"));
    EXPECT_EQ(schema(by_hand), schema(database)) << "the plan does what up does";
    EXPECT_TRUE(prepare_to_serve(url).has_value());
  }
}

TEST(PostgresMigrations, stop_and_change_nothing_when_a_person_must_decide) {
  struct Case {
    std::string_view name;
    std::string sql;
    std::string_view because;
  };
  const std::vector<Case> cases{
      {"not a UUID", user_table("text") + user("ok", good) + user("bad row", "12345"),
       "user.uuid is not a UUID in the rows with id bad row:"},
      {"nil as text", user_table("text") + user("nil", "00000000-0000-0000-0000-000000000000"),
       "rows with id nil:"},
      {"nil", user_table("uuid") + user("nil", "00000000-0000-0000-0000-000000000000"), "rows with id nil:"},
      {"without hyphens", user_table("text") + user("h", "a11ce00000004000800000000000000a"),
       "rows with id h:"},
      {"empty", user_table("text") + user("e", ""), "rows with id e:"},
      {"the same twice", user_table("uuid") + user("one", good) + user("two", good),
       "user.uuid is the same in several rows, with id one, two:"},
      {"the same in two cases",
       user_table("text UNIQUE") + user("one", good) + user("two", "A11CE000-0000-4000-8000-00000000000A"),
       "user.uuid is the same in several rows, with id one, two:"},
      {"another type", user_table("integer"), "user.uuid has the type integer"},
      {"referred to as text",
       user_table("text UNIQUE") + "CREATE TABLE notes (owner text REFERENCES \"user\" (uuid));",
       "foreign keys refer to it: notes_owner_fkey of notes."},
      {"a view", "CREATE VIEW \"user\" AS SELECT 1 AS id", "\"user\" is not a table"},
      {"two that could be Better Auth's",
       "CREATE TABLE people (id text, email text, email_verified boolean); "
       "CREATE TABLE users (id text, email text, email_verified boolean)",
       "several tables look like Better Auth's \"user\": \"people\", \"users\""},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const PostgresDatabase database{PostgresDatabase::Content::nothing};
    database.run(item.sql);
    const std::string before = schema(database);
    const database::DatabaseUrl url{.server = database.url()};
    for (const bool with_better_auth : {false, true}) {
      const auto up = migrate_up(url, {}, {.with_better_auth = with_better_auth});
      ASSERT_FALSE(up.has_value());
      EXPECT_EQ(up.error().kind, Kind::refused);
      EXPECT_NE(up.error().text.find(item.because), std::string::npos) << up.error().text;
      EXPECT_EQ(migration_plan(url).error().kind, Kind::refused);
      EXPECT_EQ(migration_status(url).value().obstacle, up.error().text);
      EXPECT_EQ(schema(database), before);
    }
  }
}

TEST(PostgresMigrations, without_better_auth_make_nothing_and_serve_waits) {
  const PostgresDatabase database{PostgresDatabase::Content::nothing};
  const database::DatabaseUrl url{.server = database.url()};
  const auto up = migrate_up(url, {}).value();
  EXPECT_EQ(up.pending, with_our_steps({"user.uuid"}));
  EXPECT_NE(up.obstacle.find("--with-better-auth"), std::string::npos);
  EXPECT_EQ(schema(database), "");
  EXPECT_TRUE(prepare_to_serve(url).has_value());
  database.run(user_table("text"));
  const auto behind = prepare_to_serve(url);
  ASSERT_FALSE(behind.has_value());
  EXPECT_EQ(behind.error().kind, Kind::refused);
  EXPECT_NE(behind.error().text.find("drawbridge migrate up"), std::string::npos);
}

TEST(PostgresMigrations, repair_what_the_bridge_needs) {
  const PostgresDatabase database{PostgresDatabase::Content::nothing};
  database.run(user_table("") + user("a") +
               "CREATE TABLE session (id text PRIMARY KEY, \"userId\" text, \"expiresAt\" timestamptz, "
               "\"ipAddress\" text); "
               "INSERT INTO session VALUES ('s', 'a')");
  Names lines;
  const database::DatabaseUrl url{.server = database.url()};
  ASSERT_TRUE(migrate_up(url, report_into(lines)).has_value());
  EXPECT_EQ(lines,
            with_our_steps({"table \"session\" had no column token: 1 session could not be kept, so their "
                            "users must sign in again",
                            "session.token: done", "jwks: done", "user.uuid: 1 of 1", "user.uuid: done"},
                           ": done"));
  database.run("ALTER TABLE jwks DROP COLUMN alg, DROP COLUMN crv, DROP COLUMN \"expiresAt\"");
  EXPECT_EQ(migration_status(url).value().pending, (Names{"jwks.alg", "jwks.crv", "jwks.expiresAt"}));
  EXPECT_EQ(migrate_up(url, {}).value().pending, Names{});
}

TEST(PostgresMigrations, say_what_depends_on_a_column_that_must_change) {
  const PostgresDatabase database{PostgresDatabase::Content::nothing};
  database.run(user_table("text") + "CREATE VIEW people AS SELECT uuid FROM \"user\"");
  const std::string before = schema(database);
  const auto up = migrate_up({.server = database.url()}, {});
  ASSERT_FALSE(up.has_value());
  EXPECT_EQ(up.error().kind, Kind::refused);
  EXPECT_TRUE(up.error().text.starts_with(
      "user.uuid cannot be made: ERROR:  cannot alter type of a column used by a view or rule"))
      << up.error().text;
  EXPECT_EQ(up.error().text.find('\n'), std::string::npos);
  EXPECT_EQ(schema(database), before);
}

TEST(PostgresMigrations, refuse_a_newer_database) {
  const PostgresDatabase database{PostgresDatabase::Content::ready};
  database.run("INSERT INTO drawbridge_migrations VALUES (1000, 'later')");
  const database::DatabaseUrl url{.server = database.url()};
  for (const auto& error : {migration_status(url).error(), migration_plan(url).error(),
                            migrate_up(url, {}).error(), prepare_to_serve(url).error()}) {
    EXPECT_EQ(error.kind, Kind::refused);
    EXPECT_TRUE(error.text.starts_with("the database has version 1000 of the tables")) << error.text;
  }
}

TEST(PostgresMigrations, cannot_use_a_server_that_is_not_there) {
  const database::DatabaseUrl url{.server = "postgresql://someone:secret@127.0.0.1:1/none"};
  for (const auto& error :
       {migration_status(url).error(), migration_plan(url).error(), migrate_up(url, {}).error()}) {
    EXPECT_EQ(error.kind, Kind::unreadable);
    EXPECT_TRUE(error.text.starts_with("the database cannot be reached")) << error.text;
    EXPECT_EQ(error.text.find("secret"), std::string::npos);
  }
  EXPECT_TRUE(prepare_to_serve(url).has_value()) << "it may be there later";
}

TEST(PostgresMigrations, refuse_an_encoding_that_holds_few_languages) {
  const PostgresDatabase database{PostgresDatabase::Content::nothing};
  database.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  std::string url = database.url();
  url.replace(url.rfind('/') + 1, std::string::npos, "latin");
  const auto up = migrate_up({.server = url}, {}, {.with_better_auth = true});
  ASSERT_FALSE(up.has_value());
  EXPECT_EQ(up.error().text,
            "the database has the encoding LATIN1, but texts in every language require UTF8");
  database.run("DROP DATABASE latin");
}

}  // namespace
}  // namespace drawbridge::test
