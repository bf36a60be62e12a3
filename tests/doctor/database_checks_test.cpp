// What is made of a database: what the tables lack is told once, and whose fault it is.

#include <gtest/gtest.h>

#include "doctor/catalogue.h"
#include "doctor/report.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

using schema::BridgeFacts;
using schema::CountedRows;
using schema::UuidColumn;
using schema::UuidRows;

constexpr auto warning = CheckStatus::warning;
constexpr auto fault = CheckStatus::fault;
constexpr auto not_checked = CheckStatus::not_checked;

BridgeFacts postgres() {
  BridgeFacts facts{.product = "postgresql", .version = "15.14"};
  facts.tables = {
      {"user", {"id", "name", "email", "emailVerified", "uuid"}},
      {"session", {"id", "expiresAt", "token", "userId"}},
      {"account", {"id", "userId", "password"}},
      {"verification", {"id", "identifier"}},
      {"jwks", {"id", "publicKey", "privateKey", "createdAt", "expiresAt", "alg", "crv"}},
      {"tasks", {"user_id", "id"}},
      {"drawbridge_migrations", {"version"}},
  };
  for (const char* const table : {"user", "session", "account", "verification", "jwks"})
    facts.ids[table] = {};
  facts.uuid =
      UuidColumn{.type = "uuid", .is_required = true, .is_unique = true, .is_made = true, .rows = UuidRows{}};
  facts.user_references = {{.table = "session", .column = "userId", .to = "id"},
                           {.table = "tasks", .column = "user_id", .to = "uuid"}};
  facts.tables_version = facts.latest_tables_version = 2;
  return facts;
}

/// As `drawbridge migrate up` leaves it there.
BridgeFacts sqlite() {
  BridgeFacts facts = postgres();
  facts.product = "sqlite";
  facts.uuid->type = "text";
  facts.uuid->is_required = false;
  return facts;
}

/// Where Better Auth's own ids are UUIDs.
BridgeFacts with_uuid_ids(BridgeFacts facts) {
  const bool is_native = facts.product == "postgresql";
  for (auto& [table, id] : facts.ids)
    if (is_native) id = {.type = "uuid", .default_value = "gen_random_uuid()"};
  std::erase(facts.tables["user"], "uuid");
  facts.uuid.reset();
  facts.id_is_uuid = true;
  facts.user_references.back().to = "id";
  return facts;
}

/// Without what only the migration makes.
BridgeFacts without_our_tables(BridgeFacts facts) {
  facts.tables.erase("tasks");
  facts.tables.erase("drawbridge_migrations");
  facts.user_references.pop_back();
  facts.tables_version = 0;
  return facts;
}

struct Seen {
  BridgeFacts facts;
  bool keys_are_served = false;
  std::string user_claim = "uuid";
  std::string api_path{tasks_path};
};

/// The checks of the database alone.
std::vector<Check> examine_database(const Seen& seen) {
  Report report;
  for (const CheckKind& kind : all_checks())
    if (kind.needs.empty() && kind.id != "database.reachable" && kind.id != "jwks.reachable")
      report.leave(kind.id, "it was not asked for");
  report.ok("jwks.reachable", "it answers");
  for (const char* const id : {"clock.issuer", "issuer.session"}) report.leave(id, "it was not asked for");
  if (seen.keys_are_served) {
    for (const char* const id : {"jwks.status", "jwks.document", "jwks.not_empty"}) report.ok(id, "good");
    for (const char* const id :
         {"jwks.count", "jwks.kids", "jwks.private_members", "jwks.strength", "jwks.algorithm"})
      report.ok(id, "good");
  } else {
    report.leave("jwks.status", "it was not asked for");
  }
  Visit visit{Policy{"http://localhost:3000", "http://localhost:3000"}, "", "", ""};
  visit.read_database = [&seen] { return seen.facts; };
  visit.api_path = seen.api_path;
  visit.variable = [&seen](const std::string& name) -> std::optional<std::string> {
    return name == "DRAWBRIDGE_USER_CLAIM" ? std::optional{seen.user_claim} : std::nullopt;
  };
  check_database(report, visit);
  if (seen.keys_are_served) report.ok("revocations.feed", "it was not asked for");
  if (report.may_check("tables.revocations")) report.ok("tables.revocations", "it was not asked for");
  return report.checks();
}

/// Those of the database that are not good.
std::vector<Check> told_of(const std::vector<Check>& checks) {
  std::vector<Check> told;
  for (const Check& check : checks)
    if ((check.id.starts_with("database.") || check.id.starts_with("tables.")) &&
        check.status != CheckStatus::ok)
      told.push_back(check);
  return told;
}

struct Case {
  std::string name;
  Seen seen;
  CheckStatus status;
  std::string_view id;
  std::string says;    ///< part of what was seen
  std::string remedy;  ///< part of cause and remedy
};

Seen spoilt(BridgeFacts facts, const std::function<void(BridgeFacts&)>& spoil) {
  spoil(facts);
  return {.facts = std::move(facts)};
}

Seen served(Seen seen) {
  seen.keys_are_served = true;
  return seen;
}

void PrintTo(const Case& spoilt, std::ostream* out) {
  *out << spoilt.name;
}

class Database : public testing::TestWithParam<Case> {};

TEST_P(Database, IsToldOnce) {
  const Case& expected = GetParam();
  const auto told = told_of(examine_database(expected.seen));
  bool found = false;
  for (const Check& check : told) {
    if (check.status == not_checked) continue;
    EXPECT_FALSE(found) << check.id << ": " << check.summary;
    found = true;
    EXPECT_EQ(check.id, expected.id);
    EXPECT_EQ(check.status, expected.status);
    EXPECT_NE(check.summary.find(expected.says), std::string::npos) << check.summary;
    const std::string explained = check.cause + " | " + check.remedy;
    EXPECT_NE(explained.find(expected.remedy), std::string::npos) << explained;
    EXPECT_FALSE(check.cause.empty());
    for (const std::string& text : {check.summary, check.cause, check.remedy})
      EXPECT_EQ(text.find('\n'), std::string::npos);
  }
  EXPECT_TRUE(found);
}

BridgeFacts shown(std::vector<schema::OpenFile> files) {
  BridgeFacts facts = sqlite();
  facts.open_files = std::move(files);
  return facts;
}

const std::vector<Case> of_the_tables{
    {"a_file_that_others_read",
     {.facts = shown({{"/srv/app.db"}, {"/srv/app.db-wal"}})},
     warning,
     "database.file",
     "every user of this machine can read /srv/app.db, /srv/app.db-wal",
     "chmod go-rwx"},
    {"a_file_that_others_change",
     {.facts = shown({{"/srv/app.db"}, {.path = "/srv/app.db-wal", .is_written = true}})},
     fault,
     "database.file",
     "every user of this machine can change /srv/app.db-wal",
     "sign in as any user"},
    {"a_file_whose_name_a_terminal_obeys",
     {.facts = shown({{"/srv/\x1b[2J.db"}})},
     warning,
     "database.file",
     "/srv/\\x1b[2J.db",
     "umask 077"},
    {"no_user", spoilt(postgres(), [](auto& facts) { facts.tables.erase("user"); }), fault,
     "database.better_auth", "no table \"user\" among the database's 6", "migrate up --with-better-auth"},
    {"an_empty_database",
     {.facts = {.product = "sqlite", .version = "3.40.1"}},
     fault,
     "database.better_auth",
     "the database is empty",
     "better_auth_tables.upgrade(op)"},
    {"another_database_than_better_auths", served({.facts = {.product = "sqlite", .version = "3.40.1"}}),
     fault, "database.better_auth", "the database is empty",
     "works, so DATABASE_URL names a different one | compare DATABASE_URL"},
    {"a_view", spoilt(postgres(), [](auto& facts) { facts.user_is_no_table = true; }), fault,
     "database.better_auth", "a view", "rename it"},
    {"another_programs_user",
     spoilt(postgres(),
            [](auto& facts) {
              facts.foreign_user = "table \"user\" has no column email";
              facts.uuid.reset();
            }),
     fault, "database.better_auth", "no column email", "--user-table"},
    {"another_programs_user_with_a_good_uuid",
     spoilt(postgres(), [](auto& facts) { facts.foreign_user = "no column email"; }), warning,
     "database.better_auth", "no column email", "Better Auth's columns"},
    {"tables_that_cannot_be_told",
     spoilt(postgres(), [](auto& facts) { facts.naming.obstacle = "several tables look like it"; }), fault,
     "database.better_auth", "several tables look like it", "DRAWBRIDGE_USER_TABLE"},
    {"an_orms_tables_without_jwks",
     spoilt(postgres(),
            [](auto& facts) {
              facts.tables.erase("jwks");
              facts.naming = {.names = {{"user", "\"users\""}}, .is_foreign = true, .orm = "Drizzle"};
            }),
     fault, "tables.jwks", "no table jwks", "npx auth generate"},
    {"an_orms_table_in_a_remedy",
     spoilt(postgres(),
            [](auto& facts) {
              facts.naming = {.names = {{"user", "\"users\""}}, .is_foreign = true};
              facts.uuid->type = "integer";
            }),
     fault, "tables.user_uuid", "of type integer", "ALTER TABLE \"users\" RENAME"},
    {"no_account", served(spoilt(postgres(), [](auto& facts) { facts.tables.erase("account"); })), fault,
     "database.better_auth", "no table account", "--with-better-auth"},
    {"no_session", spoilt(postgres(), [](auto& facts) { facts.tables.erase("session"); }), fault,
     "database.better_auth", "no table session", "--with-better-auth"},
    {"no_session_and_better_auth_works",
     served(spoilt(postgres(), [](auto& facts) { facts.tables.erase("session"); })), warning,
     "database.better_auth", "no table session", "secondaryStorage"},
    {"no_jwks", spoilt(postgres(), [](auto& facts) { facts.tables.erase("jwks"); }), fault, "tables.jwks",
     "relation \"jwks\" does not exist", "migrate up --with-better-auth"},
    {"no_jwks_and_better_auth_works",
     served(spoilt(postgres(), [](auto& facts) { facts.tables.erase("jwks"); })), warning, "tables.jwks",
     "relation \"jwks\" does not exist", "compare DATABASE_URL"},
    {"no_jwks_in_sqlite", spoilt(sqlite(), [](auto& facts) { facts.tables.erase("jwks"); }), fault,
     "tables.jwks", "no such table: jwks", "migrate up --with-better-auth"},
    {"no_session_token_in_sqlite",
     spoilt(sqlite(), [](auto& facts) { std::erase(facts.tables["session"], "token"); }), fault,
     "tables.session_token", "no such column: token", "migrate up --with-better-auth"},
    {"columns_of_jwks",
     spoilt(postgres(),
            [](auto& facts) { facts.tables["jwks"] = {"id", "publicKey", "privateKey", "createdAt"}; }),
     fault, "tables.jwks", "no column expiresAt, alg, crv", "better_auth_tables.upgrade(op)"},
    {"no_session_token",
     spoilt(postgres(), [](auto& facts) { std::erase(facts.tables["session"], "token"); }), fault,
     "tables.session_token", "column \"token\" of relation \"session\" does not exist",
     "migrate up --with-better-auth"},
    {"a_foreign_key_of_ours_to_the_id",
     spoilt(postgres(), [](auto& facts) { facts.user_references.back().to = "id"; }), fault,
     "tables.foreign_keys", "tasks.user_id references user.id", "ADD COLUMN owner uuid REFERENCES"},
    {"a_foreign_key_of_another_table",
     spoilt(sqlite(), [](auto& facts) { facts.user_references.push_back({"notes", "owner", "id"}); }),
     warning, "tables.foreign_keys", "notes.owner references user.id", "ADD COLUMN owner TEXT REFERENCES"},
    {"a_foreign_key_of_a_table_with_quotes_in_its_name",
     spoilt(sqlite(),
            [](auto& facts) { facts.user_references.push_back({"my \"notes\"", "the \"owner", "id"}); }),
     warning, "tables.foreign_keys", "references user.id",
     R"(ALTER TABLE "my ""notes""" RENAME COLUMN owner TO "the ""owner")"},
    {"foreign_keys_of_both",
     spoilt(
         postgres(),
         [](auto& facts) { facts.user_references = {{"notes", "owner", "id"}, {"tasks", "user_id", "id"}}; }),
     fault, "tables.foreign_keys", "notes.owner, tasks.user_id reference user.id", "ALTER TABLE \"tasks\""},
    {"own_users_beside_better_auths",
     spoilt(without_our_tables(postgres()),
            [](auto& facts) {
              facts.tables["tasks"] = {"id", "user_id"};
              facts.other_references = {
                  {.table = "tasks", .column = "user_id", .to = "id", .to_table = "users"}};
            }),
     warning, "tables.foreign_keys", "tasks.user_id references users.id, not user.uuid",
     "add a column to users that references user.uuid"},
    {"ids_of_jwks_that_nobody_makes",
     spoilt(with_uuid_ids(postgres()), [](auto& facts) { facts.ids["jwks"] = {}; }), fault, "tables.ids",
     "user.id is uuid, generated by the database, but jwks.id is text, generated by Better Auth",
     "run drawbridge migrate up"},
    {"ids_of_jwks_that_take_no_text",
     spoilt(postgres(), [](auto& facts) { facts.ids["jwks"] = {.type = "uuid", .default_value = "x()"}; }),
     fault, "tables.ids", "user.id is text, generated by Better Auth, but jwks.id is uuid", "generateId"},
    {"numbers_and_texts_in_sqlite",
     spoilt(sqlite(), [](auto& facts) { facts.ids["user"] = {.type = "integer", .is_counted = true}; }),
     fault, "tables.ids", "account.id is text, generated by Better Auth, jwks.id",
     "drop the table while it is empty"},
    {"an_id_that_is_no_uuid",
     spoilt(with_uuid_ids(sqlite()), [](auto& facts) { facts.ids_that_are_no_uuids = {2, "A, b"}; }), fault,
     "tables.user_uuid_values", "the id of 2 users is not a lower-case UUID (A, b)", "USER_ID_NOT_UUID"},
    {"tags_without_a_foreign_key_to_the_id",
     spoilt(with_uuid_ids(postgres()), [](auto& facts) { facts.tables["tags"] = {"id", "user_id", "name"}; }),
     warning, "tables.foreign_keys", "tags.user_id has no foreign key to user.id",
     "REFERENCES \"user\" (id)"},
    {"tags_without_a_foreign_key",
     spoilt(postgres(), [](auto& facts) { facts.tables["tags"] = {"id", "user_id", "name"}; }), warning,
     "tables.foreign_keys", "tags.user_id has no foreign key", "ALTER TABLE tags ALTER COLUMN user_id"},
    {"tasks_and_tags_without_a_foreign_key",
     spoilt(sqlite(),
            [](auto& facts) {
              facts.tables["tags"] = facts.tables["tasks"] = {"id", "user_id"};
              facts.user_references.clear();
            }),
     warning, "tables.foreign_keys", "tasks.user_id, tags.user_id have no foreign key",
     "UPDATE tasks SET owner"},
    {"no_tables_of_ours_on_postgresql",
     {.facts = without_our_tables(postgres())},
     fault,
     "tables.migrations",
     "do not exist",
     "run drawbridge migrate up"},
    {"no_tables_of_ours_on_sqlite",
     {.facts = without_our_tables(sqlite())},
     warning,
     "tables.migrations",
     "do not exist",
     "start drawbridge serve"},
    {"older_tables", spoilt(postgres(), [](auto& facts) { facts.tables_version = 1; }), fault,
     "tables.migrations", "version 1, but this program expects 2", "run drawbridge migrate up"},
    {"newer_tables", spoilt(sqlite(), [](auto& facts) { facts.tables_version = 3; }), fault,
     "tables.migrations", "version 3, but this program expects 2", "newer drawbridge"},
};

CountedRows rows(std::int64_t count, std::string ids) {
  return {.count = count, .ids = std::move(ids)};
}

const std::vector<Case> of_the_uuid{
    {"none", spoilt(postgres(), [](auto& facts) { facts.uuid.reset(); }), fault, "tables.user_uuid",
     "no column uuid", "hybrid_id.upgrade(op)"},
    {"a_text", spoilt(postgres(), [](auto& facts) { facts.uuid->type = "text"; }), fault, "tables.user_uuid",
     "of type text", "drop the foreign keys of tasks.user_id, run drawbridge migrate up"},
    {"a_text_that_nothing_refers_to",
     spoilt(without_our_tables(postgres()), [](auto& facts) { facts.uuid->type = "character varying(36)"; }),
     fault, "tables.user_uuid", "of type character varying(36)", "run drawbridge migrate up"},
    {"a_number", spoilt(postgres(), [](auto& facts) { facts.uuid->type = "integer"; }), fault,
     "tables.user_uuid", "of type integer", "RENAME COLUMN uuid TO old_uuid"},
    {"a_user_without_and_so_without_our_tables",
     spoilt(without_our_tables(sqlite()), [](auto& facts) { facts.uuid->rows->without = rows(1, "u1"); }),
     fault, "tables.user_uuid_values", "1 user without a uuid", "run drawbridge migrate up"},
    {"a_user_without", spoilt(sqlite(), [](auto& facts) { facts.uuid->rows->without = rows(1, "u1"); }),
     fault, "tables.user_uuid_values", "1 user without a uuid (id u1)", "run drawbridge migrate up"},
    {"users_without_whose_ids_may_not_be_read",
     spoilt(postgres(), [](auto& facts) { facts.uuid->rows->without = rows(7, ""); }), fault,
     "tables.user_uuid_values", "7 users without a uuid", "run drawbridge migrate up"},
    {"no_uuids_at_all", spoilt(sqlite(), [](auto& facts) { facts.uuid->rows->invalid = rows(2, "u1, u2"); }),
     fault, "tables.user_uuid_values", "2 users whose uuid is not a lower-case UUID (id u1, u2)",
     "lower(uuid)"},
    {"one_of_two_users",
     spoilt(sqlite(),
            [](auto& facts) {
              facts.uuid->is_unique = false;
              facts.uuid->rows->shared = rows(2, "u1, u2");
            }),
     fault, "tables.user_uuid_values", "2 users whose uuid another user has, too (id u1, u2)",
     "SET uuid = NULL"},
    {"one_of_two_users_and_required",
     spoilt(postgres(), [](auto& facts) { facts.uuid->rows->shared = rows(2, "u1, u2"); }), fault,
     "tables.user_uuid_values", "another user has, too", "SET uuid = 'a new UUID'"},
    {"all_of_that",
     spoilt(sqlite(), [](auto& facts) { *facts.uuid->rows = {rows(3, "a"), rows(4, "b"), rows(2, "c")}; }),
     fault, "tables.user_uuid_values",
     "4 users whose uuid is not a lower-case UUID (id b), 2 users whose uuid another user has, too (id c), 3 "
     "users without a uuid (id a)",
     "lower(uuid)"},
    {"nullable_and_not_made", spoilt(sqlite(), [](auto& facts) { facts.uuid->is_made = false; }), fault,
     "tables.user_uuid_required", "may be null, and nothing fills it in", "run drawbridge migrate up"},
    {"nullable", spoilt(postgres(), [](auto& facts) { facts.uuid->is_required = false; }), warning,
     "tables.user_uuid_required", "may be null", "run drawbridge migrate up"},
    {"not_unique", spoilt(postgres(), [](auto& facts) { facts.uuid->is_unique = false; }), fault,
     "tables.user_uuid_unique", "not unique", "run drawbridge migrate up"},
    {"not_unique_and_so_without_our_tables",
     spoilt(without_our_tables(sqlite()), [](auto& facts) { facts.uuid->is_unique = false; }), fault,
     "tables.user_uuid_unique", "not unique", "run drawbridge migrate up"},
    {"without_a_default", spoilt(postgres(), [](auto& facts) { facts.uuid->is_made = false; }), warning,
     "tables.user_uuid_default", "no default", "run drawbridge migrate up"},
};

const auto name_of_case = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Tables, Database, testing::ValuesIn(of_the_tables), name_of_case);
INSTANTIATE_TEST_SUITE_P(Uuid, Database, testing::ValuesIn(of_the_uuid), name_of_case);

struct Good {
  std::string name;
  Seen seen;
  std::vector<std::string> left{};  ///< what is not checked
};

void PrintTo(const Good& good, std::ostream* out) {
  *out << good.name;
}

class GoodDatabase : public testing::TestWithParam<Good> {};

TEST_P(GoodDatabase, IsNotFoundFaultWith) {
  std::vector<std::string> left;
  for (const Check& check : told_of(examine_database(GetParam().seen))) {
    EXPECT_EQ(check.status, not_checked) << check.id << ": " << check.summary;
    left.emplace_back(check.id);
  }
  EXPECT_EQ(left, GetParam().left);
}

const std::vector<Good> good_databases{
    {"postgresql", {.facts = postgres()}},
    {"sqlite", {.facts = sqlite()}},
    {"sqlite_as_better_auths_plugin_makes_it", spoilt(sqlite(),
                                                      [](auto& facts) {
                                                        facts.uuid->is_required = true;
                                                        facts.uuid->is_made = false;
                                                      })},
    {"uuids_as_ids_in_postgresql", {.facts = with_uuid_ids(postgres())}},
    {"uuids_as_ids_in_sqlite", {.facts = with_uuid_ids(sqlite())}},
    {"keys_with_columns_in_snake_case", spoilt(postgres(),
                                               [](auto& facts) {
                                                 facts.tables["jwks"] = {
                                                     "id",         "publicKey", "privateKey", "created_at",
                                                     "expires_at", "alg",       "crv"};
                                               })},
    {"numbers_as_ids", spoilt(postgres(),
                              [](auto& facts) {
                                for (auto& [table, id] : facts.ids)
                                  id = {.type = "integer", .is_counted = true};
                              })},
    {"own_users_who_are_better_auths",
     spoilt(without_our_tables(postgres()),
            [](auto& facts) {
              facts.tables["tasks"] = {"id", "user_id"};
              facts.user_references.push_back({"users", "auth_id", "uuid"});
              facts.other_references = {
                  {.table = "tasks", .column = "user_id", .to = "id", .to_table = "users"}};
            })},
    {"no_tables_of_ours_and_paths_of_its_own",
     {.facts = without_our_tables(postgres()), .api_path = "/api/v1/{user_id}/greeting"}},
    {"another_backends_tables", spoilt(without_our_tables(postgres()),
                                       [](auto& facts) {
                                         facts.tables["notes"] = {"owner"};
                                         facts.user_references.push_back({"notes", "owner", "uuid"});
                                       })},
    {"tables_of_better_auths_plugins",
     spoilt(postgres(), [](auto& facts) { facts.user_references.push_back({"passkey", "userId", "id"}); })},
    {"rows_that_may_not_be_read",
     spoilt(postgres(), [](auto& facts) { facts.uuid->rows = std::unexpected{"the role may not"}; }),
     {"tables.user_uuid_values", "tables.user_uuid_required", "tables.user_uuid_unique",
      "tables.user_uuid_default"}},
    {"a_version_that_may_not_be_read",
     spoilt(postgres(), [](auto& facts) { facts.tables_version.reset(); }),
     {"tables.migrations"}},
    {"a_backend_that_goes_by_the_id",
     {.facts = without_our_tables(postgres()), .user_claim = "sub"},
     {"tables.user_uuid", "tables.user_uuid_values", "tables.user_uuid_required", "tables.user_uuid_unique",
      "tables.user_uuid_default", "tables.migrations"}},
};

INSTANTIATE_TEST_SUITE_P(All, GoodDatabase, testing::ValuesIn(good_databases), name_of_case);

TEST(NoDatabase, IsAFaultWhenItCannotBeRead) {
  Report report;
  Visit visit{Policy{"http://localhost:3000", "http://localhost:3000"}, "", "", ""};
  visit.read_database = [] { return std::unexpected{"there is no file /data/app.db\n"}; };
  EXPECT_FALSE(check_database(report, visit).has_value());
  EXPECT_TRUE(report.is_at_fault("database.reachable"));
  EXPECT_FALSE(report.may_check("database.better_auth"));
}

TEST(NoDatabase, IsLeftWhenNoneIsGiven) {
  Report report;
  Visit visit{Policy{"http://localhost:3000", "http://localhost:3000"}, "", "", ""};
  visit.why_no_database = "no --database-url was given";
  EXPECT_FALSE(check_database(report, visit).has_value());
  EXPECT_EQ(report.why_without("tables.jwks"), "no --database-url was given");
}

}  // namespace
}  // namespace drawbridge::doctor
