// What follows from facts, without a database: statements, or the one line that says why not.

#include "schema/plan/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/schema/migration_reports.h"
#include "tests/schema/whole_facts.h"

namespace drawbridge::schema::plan {
namespace {

using Lines = std::vector<std::string>;

Lines names_of(const Plan& plan) {
  Lines names;
  for (const Change& change : plan.changes) names.push_back(change.name);
  return names;
}

Lines statements_of(const Plan& plan) {
  Lines statements;
  for (const Change& change : plan.changes) {
    const auto& some = change.batches.empty() ? change.statements : change.batches;
    statements.insert(statements.end(), some.begin(), some.end());
  }
  return statements;
}

void no_column(Facts& facts) {
  std::erase(facts.tables["user"], "uuid");
  facts.user.uuid.reset();
}

void nothing_there(Facts& facts) {
  facts = {.product = facts.product, .server = facts.server};
}

TEST(Plan, has_the_names_of_what_is_to_be_done) {
  struct Case {
    std::string_view name;
    Spoil spoil;
    Options options;
    Lines sqlite;
    Lines postgresql;
  };
  const Options with{.with_better_auth = true};
  const Lines ours = step_names();
  const Lines all = test::with_our_steps({"user", "session", "account", "verification", "jwks"});
  const Lines later(ours.begin() + 1, ours.end());
  const std::vector<Case> cases{
      {"nothing is missing", [](Facts&) {}, with, {}, {}},
      {"nothing is there", nothing_there, with, all, all},
      {"no Better Auth", nothing_there, {}, ours, {}},
      {"ours are old", [](Facts& facts) { facts.version = 1; }, {}, later, later},
      {"texts are not folded",
       [](Facts& facts) { facts.tasks.unfolded = 1; },
       {},
       {"tasks.title_folded"},
       {"tasks.title_folded"}},
      {"no jwks", [](Facts& facts) { facts.tables.erase("jwks"); }, {}, {"jwks"}, {"jwks"}},
      {"no account, not asked for", [](Facts& facts) { facts.tables.erase("account"); }, {}, {}, {}},
      {"no account", [](Facts& facts) { facts.tables.erase("account"); }, with, {"account"}, {"account"}},
      {"an old jwks",
       [](Facts& facts) { facts.tables["jwks"] = {"id", "publicKey", "privateKey", "createdAt"}; },
       {},
       {"jwks.alg", "jwks.crv", "jwks.expiresAt"},
       {"jwks.alg", "jwks.crv", "jwks.expiresAt"}},
      {"no session.token, no jwks",
       [](Facts& facts) {
         facts.tables["session"] = {"id", "expiresAt", "userId"};
         facts.tables.erase("jwks");
       },
       {},
       {"session.token", "jwks"},
       {"session.token", "jwks"}},
      {"a session of another program",
       [](Facts& facts) { facts.tables["session"] = {"sid", "sess", "expire"}; },
       {},
       {},
       {}},
      {"no column, no users", no_column, {}, {"user.uuid"}, {"user.uuid", "user.uuid"}},
      {"another generator's with a good uuid",
       [](Facts& facts) {
         facts.tables = {{"user", {"id", "email", "emailVerified", "uuid"}}};
         facts.naming.is_foreign = true;
       },
       with,
       {},
       {}},
      {"not required", [](Facts& facts) { facts.user.uuid->is_required = false; }, {}, {}, {"user.uuid"}},
      {"not made", [](Facts& facts) { facts.user.uuid->is_made = false; }, {}, {}, {"user.uuid"}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    EXPECT_EQ(names_of(plan_migration(spoilt(Product::sqlite, item.spoil), item.options)), item.sqlite);
    EXPECT_EQ(names_of(plan_migration(spoilt(Product::postgresql, item.spoil), item.options)),
              item.postgresql);
  }
}

TEST(Plan, completes_the_column) {
  struct Case {
    std::string_view name;
    Product product;
    Spoil spoil;
    Lines statements;
  };
  const std::string fill = "UPDATE \"user\" SET uuid = gen_random_uuid() WHERE uuid IS NULL";
  const std::string lock = "LOCK TABLE \"user\" IN ACCESS EXCLUSIVE MODE";
  const std::string alter = "ALTER TABLE \"user\" ";
  const std::string index = "CREATE UNIQUE INDEX drawbridge_user_uuid_unique ON \"user\" (uuid)";
  const std::vector<Case> cases{
      {"complete", Product::postgresql, [](Facts&) {}, {}},
      {"no column",
       Product::postgresql,
       no_column,
       {alter + "ADD COLUMN uuid uuid", alter + "ALTER COLUMN uuid SET DEFAULT gen_random_uuid()", lock, fill,
        alter + "ADD UNIQUE (uuid)", alter + "ALTER COLUMN uuid SET NOT NULL"}},
      {"users without, 500 pages",
       Product::postgresql,
       [](Facts& facts) {
         facts.user.uuid->is_required = false;
         facts.user.rows.without = 7;
         facts.user.pages = 500;
       },
       {fill + " AND ctid >= '(0,0)' AND ctid < '(200,0)'",
        fill + " AND ctid >= '(200,0)' AND ctid < '(400,0)'",
        fill + " AND ctid >= '(400,0)' AND ctid < '(600,0)'", lock, fill,
        alter + "ALTER COLUMN uuid SET NOT NULL"}},
      {"text",
       Product::postgresql,
       [](Facts& facts) { facts.user.uuid->type = "character varying"; },
       {alter + "ALTER COLUMN uuid DROP DEFAULT", alter + "ALTER COLUMN uuid TYPE uuid USING uuid::uuid",
        alter + "ALTER COLUMN uuid SET DEFAULT gen_random_uuid()"}},
      {"complete", Product::sqlite, [](Facts&) {}, {}},
      {"not unique", Product::sqlite, [](Facts& facts) { facts.user.uuid->is_unique = false; }, {index}},
      {"not unique, in a table of another name",
       Product::sqlite,
       [](Facts& facts) {
         facts.user.uuid->is_unique = false;
         facts.naming.names["user"] = R"("it's a ""user""")";
       },
       {R"(CREATE UNIQUE INDEX drawbridge_itx27sx20ax20x22x22userx22x22_uuid_unique ON "it's a ""user""" (uuid))"}},
      {"generated",
       Product::postgresql,
       [](Facts& facts) {
         facts.user.uuid->is_generated = true;
         facts.user.uuid->is_required = false;
       },
       {lock, alter + "ALTER COLUMN uuid SET NOT NULL"}},
      {"a trigger is enough",
       Product::sqlite,
       [](Facts& facts) { facts.user.uuid->is_required = false; },
       {}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    EXPECT_EQ(statements_of(plan_user_uuid(spoilt(item.product, item.spoil), {})), item.statements);
  }
  const Plan filled =
      plan_user_uuid(spoilt(Product::sqlite, [](Facts& facts) { facts.user.rows.without = 12'500; }), {});
  ASSERT_EQ(filled.changes.size(), 1U);
  EXPECT_EQ(filled.changes[0].rows, 12'500);
  ASSERT_EQ(filled.changes[0].batches.size(), 1U) << "which is repeated";
  EXPECT_TRUE(filled.changes[0].batches[0].ends_with(
      "WHERE id IN (SELECT id FROM \"user\" WHERE uuid IS NULL LIMIT 5000)"));
  EXPECT_TRUE(filled.changes[0].statements[0].ends_with("WHERE uuid IS NULL"));
}

TEST(Plan, folds_texts_in_parts) {
  const auto unfolded = [](Facts& facts) { facts.tasks = {.unfolded = 700, .pages = 25}; };
  const Plan postgres = plan_migration(spoilt(Product::postgresql, unfolded), {});
  ASSERT_EQ(postgres.changes.size(), 1U);
  const Change& change = postgres.changes[0];
  EXPECT_EQ(change.rows, 700);
  ASSERT_EQ(change.batches.size(), 4U);
  EXPECT_TRUE(change.batches[0].ends_with("title_folded IS NULL AND ctid >= '(0,0)' AND ctid < '(10,0)'"));
  EXPECT_TRUE(change.batches[2].ends_with("title_folded IS NULL AND ctid >= '(20,0)' AND ctid < '(30,0)'"));
  EXPECT_TRUE(change.batches[3].ends_with("WHERE title_folded IS NULL")) << "whatever has moved meanwhile";
  const Plan sqlite = plan_migration(spoilt(Product::sqlite, unfolded), {});
  ASSERT_EQ(sqlite.changes.size(), 1U);
  ASSERT_EQ(sqlite.changes[0].batches.size(), 1U) << "which is repeated";
  EXPECT_TRUE(sqlite.changes[0].batches[0].ends_with("LIMIT 500)"));
  EXPECT_FALSE(sqlite.changes[0].statements[0].contains("letter_case_folded")) << "which sqlite3 lacks";
}

struct Refusal {
  std::string_view name;
  Spoil spoil;
  std::string_view sqlite;  // how the line begins; empty when it does not matter there
  std::string_view postgresql;
};

void expect_refused(const Plan& plan, std::string_view because) {
  EXPECT_TRUE(plan.is_refused);
  EXPECT_TRUE(plan.obstacle.starts_with(because)) << plan.obstacle;
  EXPECT_EQ(plan.obstacle.find('\n'), std::string::npos);
}

TEST(Plan, stops_where_a_person_must_decide) {
  const std::vector<Refusal> refusals{
      {"a view",
       [](Facts& facts) {
         facts.tables.erase("user");
         facts.user = {.kind = User::Kind::other};
       },
       "\"user\" is not a table", "\"user\" is not a table"},
      {"which it is cannot be told",
       [](Facts& facts) {
         nothing_there(facts);
         facts.naming.obstacle = "several tables look like it";
       },
       "several tables look like it", "several tables look like it"},
      {"another program's",
       [](Facts& facts) {
         no_column(facts);
         facts.tables["user"] = {"number"};
       },
       "table \"user\" has no column id, email, emailVerified",
       "table \"user\" has no column id, email, emailVerified"},
      {"no UUID",
       [](Facts& facts) {
         facts.user.uuid->is_unique = false;
         facts.user.rows.invalid = {"\x1B[31m", "b"};
       },
       "user.uuid is not a lower-case UUID in the rows with id ?[31m, b:",
       "user.uuid is not a UUID in the rows with id ?[31m, b:"},
      {"shared by many",
       [](Facts& facts) {
         facts.user.uuid->is_unique = false;
         facts.user.rows.shared = {"1", "2", "3", "4", "5", "6"};
       },
       "user.uuid is the same in several rows, with id 1, 2, 3, 4, 5 and more:",
       "user.uuid is the same in several rows, with id 1, 2, 3, 4, 5 and more:"},
      {"generated, and not for all",
       [](Facts& facts) {
         facts.user.uuid->is_generated = true;
         facts.user.rows.without = 1;
       },
       "user.uuid is generated from other columns, but 1 row has no value", ""},
      {"a number", [](Facts& facts) { facts.user.uuid->type = "integer"; }, "",
       "user.uuid has the type integer: it must be uuid"},
      {"text that is referred to",
       [](Facts& facts) {
         facts.user.uuid->type = "text";
         facts.references = {
             {.table = "notes", .column = "owner", .to = "uuid", .name = "notes_owner_fkey of notes"}};
       },
       "",
       "user.uuid has the type text and must become uuid, but foreign keys refer to it: notes_owner_fkey of"},
  };
  for (const Refusal& item : refusals) {
    SCOPED_TRACE(item.name);
    for (const auto& [product, because] :
         {std::pair{Product::sqlite, item.sqlite}, std::pair{Product::postgresql, item.postgresql}}) {
      if (because.empty()) continue;
      const Facts facts = spoilt(product, item.spoil);
      expect_refused(plan_user_uuid(facts, {}), because);
      const Plan all = plan_migration(facts, {.with_better_auth = true});
      expect_refused(all, because);
      ASSERT_FALSE(all.waiting.empty());
      EXPECT_EQ(all.waiting.front(), "user.uuid");
    }
  }
}

TEST(Plan, leaves_what_a_schema_file_says_to_the_orm_that_has_it) {
  Facts facts = spoilt(Product::postgresql, no_column);
  facts.naming = {.names = {{"user", "\"users\""}}, .is_foreign = true, .orm = "Drizzle"};
  facts.tables.erase("jwks");
  const Plan owned = plan_migration(facts, {.with_better_auth = true});
  expect_refused(owned,
                 R"(Drizzle owns Better Auth's table "users": add uuid: uuid("uuid").notNull().unique().)");
  EXPECT_TRUE(owned.is_for_orm) << "the plan shows what it comes to";
  EXPECT_EQ(names_of(owned), (Lines{"user.uuid", "user.uuid"})) << "and no table of Better Auth's";
  expect_refused(plan_user_uuid(facts, {}), "Drizzle owns");

  Facts text = spoilt(Product::postgresql, [](Facts& one) { one.user.uuid->type = "text"; });
  for (const auto& [orm, said] :
       {std::pair{"Drizzle", "be refused by PostgreSQL"},
        {"Prisma", "(npx prisma migrate dev --create-only). Its own statements would drop"}}) {
    text.naming = {.orm = orm};
    const Plan other = plan_migration(text, {});
    EXPECT_TRUE(other.is_refused && other.is_for_orm);
    EXPECT_TRUE(other.obstacle.contains(said)) << other.obstacle;
  }

  facts.naming.orm.clear();
  const Plan shared = plan_migration(facts, {});
  EXPECT_FALSE(shared.is_refused);
  EXPECT_TRUE(shared.changes.back().note.starts_with(R"("users" has names from a different generator)"));
  EXPECT_TRUE(shared.changes.back().note.contains(R"(unique("users_uuid_key").)"));

  Facts filled = spoilt(Product::sqlite, [](Facts& one) { one.user.rows.without = 3; });
  filled.naming = {.names = {{"user", "\"User\""}}, .is_foreign = true, .orm = "Prisma"};
  EXPECT_FALSE(plan_migration(filled, {}).is_refused) << "values are no schema file's";
}

TEST(Plan, names_the_tables_as_they_are_named_there) {
  Facts facts = spoilt(Product::postgresql, no_column);
  facts.version = 0;
  facts.naming.names = {{"user", R"("auth"."user")"}};
  for (const std::string& statement : statements_of(plan_migration(facts, {}))) {
    EXPECT_FALSE(statement.contains(R"( "user")")) << statement;
    if (statement.starts_with("CREATE TABLE tasks")) {
      EXPECT_TRUE(statement.contains(R"(REFERENCES "auth"."user" (uuid))")) << statement;
    }
  }
}

TEST(Plan, uses_no_server_that_the_tables_cannot_be_on) {
  const std::vector<Refusal> refusals{
      {"old", [](Facts& facts) { facts.server.number = 140010; }, "",
       "the server is PostgreSQL 14, but Drawbridge requires 15"},
      {"encoding", [](Facts& facts) { facts.server.encoding = "LATIN1"; }, "",
       "the database has the encoding LATIN1"},
      {"no ICU", [](Facts& facts) { facts.server.has_icu = false; }, "", "the server was built without ICU"},
      {"no schema", [](Facts& facts) { facts.server.has_schema = false; }, "",
       "no schema on the search path"},
  };
  for (const Refusal& item : refusals) {
    SCOPED_TRACE(item.name);
    expect_refused(plan_migration(spoilt(Product::postgresql, item.spoil), {}), item.postgresql);
  }
}

TEST(Plan, waits_for_better_auths_tables) {
  const Plan postgres = plan_migration(spoilt(Product::postgresql, nothing_there), {});
  EXPECT_FALSE(postgres.is_refused);
  EXPECT_EQ(postgres.waiting, test::with_our_steps({"user.uuid"}));
  const Plan sqlite = plan_migration(spoilt(Product::sqlite, nothing_there), {});
  EXPECT_EQ(sqlite.waiting, Lines{"user.uuid"}) << "a foreign key may refer to no table there";
  EXPECT_TRUE(sqlite.obstacle.ends_with("or drawbridge migrate up --with-better-auth")) << sqlite.obstacle;
  const Plan column = plan_user_uuid(spoilt(Product::sqlite, nothing_there), {.makes_tables = "do this"});
  EXPECT_TRUE(column.is_refused);
  EXPECT_TRUE(column.obstacle.ends_with("then this again, or do this")) << column.obstacle;
}

TEST(Plan, says_that_sessions_end) {
  const Plan plan = plan_better_auth_tables(spoilt(Product::sqlite,
                                                   [](Facts& facts) {
                                                     facts.tables["session"] = {"id", "expiresAt", "userId"};
                                                     facts.tokenless_sessions = 2;
                                                   }),
                                            {});
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].note,
            "table \"session\" had no column token: 2 sessions could not be kept, so their users must sign "
            "in again");
}

TEST(Plan, writes_down_what_it_adds) {
  const Facts facts = spoilt(Product::postgresql, [](Facts& spoilt) {
    spoilt.user.uuid = UuidColumn{
        .type = "character varying", .full_type = "character varying(36)", .default_value = "'it''s'::text"};
  });
  Lines written;
  for (const std::string& statement : statements_of(plan_user_uuid(facts, {.records_additions = true}))) {
    if (statement.starts_with("INSERT INTO drawbridge_additions ")) written.push_back(statement);
  }
  const std::vector<std::pair<std::string, std::string>> expected{
      {"'user.uuid type of '", "'character varying(36)')"},
      {"'user.uuid default of '", "'''it''''s''::text')"},
      {"'user.uuid unique of '", "(SELECT conname"},
      {"'user.uuid required of '", "NULL)"},
  };
  ASSERT_EQ(written.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(written[i].contains(fmt::format("VALUES ({} || (SELECT format(", expected[i].first)));
    EXPECT_TRUE(written[i].contains(fmt::format("to_regclass('\"user\"')), {}", expected[i].second)))
        << written[i];
  }
}

void added_all(Facts& facts) {
  for (const auto& [table, columns] : facts.tables) {
    std::string& detail = facts.additions[table].detail.emplace();
    for (const std::string& column : columns) detail += (detail.empty() ? "" : ",") + column;
    facts.rows[table] = 0;
  }
}

TEST(Plan, takes_away_what_was_added_and_nothing_else) {
  EXPECT_TRUE(plan_without_better_auth_tables(complete(Product::sqlite)).changes.empty());
  EXPECT_TRUE(plan_without_user_uuid(complete(Product::sqlite)).changes.empty());
  const Plan plan = plan_without_better_auth_tables(spoilt(Product::sqlite, added_all));
  EXPECT_EQ(names_of(plan),
            (Lines{"jwks", "verification", "account", "session", "user", "drawbridge_additions"}));
  EXPECT_EQ(statements_of(plan).front(), "DROP TABLE \"jwks\"");
  EXPECT_EQ(statements_of(plan).back(), "DROP TABLE drawbridge_additions");
  const Plan some = plan_without_better_auth_tables(spoilt(
      Product::sqlite, [](Facts& facts) { facts.additions = {{"session.token", {}}, {"user.uuid", {}}}; }));
  EXPECT_EQ(statements_of(some), (Lines{"DROP INDEX IF EXISTS drawbridge_session_token",
                                        "ALTER TABLE \"session\" DROP COLUMN \"token\"",
                                        "DELETE FROM drawbridge_additions WHERE name = 'session.token'"}));
}

TEST(Plan, takes_nothing_away_that_others_made) {
  struct Case {
    std::string_view name;
    Spoil spoil;
    std::string_view because;
  };
  const std::vector<Case> cases{
      {"a row", [](Facts& facts) { facts.rows["jwks"] = 1; },
       "table \"jwks\" is not dropped: it has 1 row that Better Auth wrote."},
      {"a column", [](Facts& facts) { facts.tables["user"].emplace_back("role"); },
       "table \"user\" is not dropped: something else added the column role to it."},
      {"a foreign key",
       [](Facts& facts) {
         facts.references = {{.table = "notes", .column = "owner", .to = "id", .name = "owner of notes"}};
       },
       "table \"user\" is not dropped: foreign keys refer to it: owner of notes."},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    Facts facts = spoilt(Product::sqlite, added_all);
    item.spoil(facts);
    const Plan plan = plan_without_better_auth_tables(facts);
    expect_refused(plan, item.because);
    EXPECT_TRUE(plan.changes.empty());
  }
  Facts keys_of_the_same = spoilt(Product::sqlite, added_all);
  keys_of_the_same.references = {{.table = "session", .column = "userId", .to = "id"},
                                 {.table = "user", .column = "invitedBy", .to = "id"}};
  EXPECT_FALSE(plan_without_better_auth_tables(keys_of_the_same).is_refused);
}

TEST(Plan, takes_nothing_from_a_table_that_another_program_made) {
  Facts facts = complete(Product::postgresql);
  facts.tables["user"] = {"id", "uuid", "login"};
  EXPECT_TRUE(plan_without_user_uuid(facts).changes.empty());
  facts.additions = {{"user.uuid", {}}, {"session", {}}};
  EXPECT_TRUE(plan_without_user_uuid(facts).is_refused);
  EXPECT_TRUE(plan_without_better_auth_tables(facts).is_refused);
}

TEST(Plan, gives_a_column_back_as_it_was) {
  Facts facts = complete(Product::postgresql);
  facts.additions = {{"user.uuid type", {.detail = "character varying(36)"}},
                     {"user.uuid default", {.detail = "'x'::text"}},
                     {"user.uuid unique", {.detail = "a \"name\""}},
                     {"user.uuid required", {}},
                     {"jwks", {.detail = "id"}}};
  EXPECT_EQ(statements_of(plan_without_user_uuid(facts)),
            (Lines{"ALTER TABLE \"user\" ALTER COLUMN uuid DROP NOT NULL",
                   "ALTER TABLE \"user\" DROP CONSTRAINT IF EXISTS \"a \"\"name\"\"\"",
                   "ALTER TABLE \"user\" ALTER COLUMN uuid DROP DEFAULT",
                   "ALTER TABLE \"user\" ALTER COLUMN uuid TYPE character varying(36) USING uuid::text",
                   "ALTER TABLE \"user\" ALTER COLUMN uuid SET DEFAULT 'x'::text",
                   "DELETE FROM drawbridge_additions WHERE name = 'user.uuid default'",
                   "DELETE FROM drawbridge_additions WHERE name = 'user.uuid required'",
                   "DELETE FROM drawbridge_additions WHERE name = 'user.uuid type'",
                   "DELETE FROM drawbridge_additions WHERE name = 'user.uuid unique'"}));
  facts.references = {{.table = "notes", .column = "owner", .to = "uuid", .name = "owner of notes"}};
  expect_refused(plan_without_user_uuid(facts),
                 "user.uuid is left as it is, because foreign keys refer to it: owner of notes.");
}

TEST(Plan, says_why_the_api_cannot_work) {
  struct Case {
    std::string_view name;
    Spoil spoil;
    std::string_view fault;
  };
  const std::string newer = fmt::format(
      "the database has version 1000 of the tables, but this program knows only {}: use a newer drawbridge",
      latest_version());
  const std::string behind = fmt::format(
      "the database has version 1 of the tables and needs {}: run drawbridge migrate up", latest_version());
  const std::vector<Case> cases{
      {"well", [](Facts&) {}, ""},
      {"a newer program's", [](Facts& facts) { facts.version = 1000; }, newer},
      {"no user", [](Facts& facts) { facts.user = {}; }, "Better Auth's table \"user\" is not in this"},
      {"not unique", [](Facts& facts) { facts.user.uuid->is_unique = false; },
       "Better Auth's table \"user\" has no unique column uuid"},
      {"behind", [](Facts& facts) { facts.version = 1; }, behind},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    for (const Product product : {Product::sqlite, Product::postgresql}) {
      const std::string fault = readiness_fault(spoilt(product, item.spoil));
      EXPECT_EQ(fault.empty(), item.fault.empty());
      EXPECT_TRUE(fault.starts_with(item.fault)) << fault;
    }
  }
}

}  // namespace
}  // namespace drawbridge::schema::plan
