// Which tables are Better Auth's, and how statements name them.

#include "schema/plan/names.h"

#include <gtest/gtest.h>

namespace drawbridge::schema::plan {
namespace {

using Columns = std::vector<std::string>;

const Columns users{"id", "email", "emailVerified"};
const Columns snake_users{"id", "email", "email_verified"};
const Columns keys{"id", "publicKey", "privateKey"};

FoundTable here(std::string name, Columns columns) {
  return {.schema = "app", .name = std::move(name), .columns = std::move(columns)};
}

const Columns accounts{"id", "account_id", "provider_id", "user_id"};

FoundTable on_path(std::string name, Columns columns) {
  return {.schema = "auth", .name = std::move(name), .is_current = false, .columns = std::move(columns)};
}

FoundTable beyond(std::string name, Columns columns) {
  return {.schema = "auth",
          .name = std::move(name),
          .is_visible = false,
          .is_current = false,
          .columns = std::move(columns)};
}

TEST(Names, of_better_auths_tables) {
  struct Case {
    std::string_view name;
    std::vector<FoundTable> found;
    Where where;
    Names names;
    std::string_view obstacle;
  };
  const Names in_auth{{"session", R"("auth"."session")"},
                      {"account", R"("auth"."account")"},
                      {"verification", R"("auth"."verification")"},
                      {"jwks", R"("auth"."jwks")"}};
  const auto with = [](Names names, const std::string& table, const std::string& sql) {
    names[table] = sql;
    return names;
  };
  const std::vector<Case> cases{
      {"nothing", {}, {}, {}, ""},
      {"its own", {here("jwks", keys), here("user", users)}, {}, {}, ""},
      {"plural", {here("users", users)}, {}, {{"user", R"("users")"}}, ""},
      {"Prisma's", {here("User", users)}, {}, {{"user", R"("User")"}}, ""},
      {"its own beside another", {here("user", users), here("users", users)}, {}, {}, ""},
      {"another program's user beside it",
       {here("user", {"id"}), here("users", users)},
       {},
       {{"user", R"("users")"}},
       ""},
      {"in lower case", {here("users", {"id", "email", "emailverified"})}, {}, {{"user", R"("users")"}}, ""},
      {"with fields of other names",
       {here("users", {"id", "email_address", "isEmailVerified"})},
       {},
       {{"user", R"("users")"}},
       ""},
      {"beside one with fields of other names",
       {here("customers", {"id", "email_address", "email_verified"}), here("users", users)},
       {},
       {{"user", R"("users")"}},
       ""},
      {"an \"Id\", which statements do not name",
       {here("Users", {"Id", "Email", "EmailVerified"})},
       {},
       {},
       ""},
      {"accounts whose users are not known",
       {here("people", {"id", "mail"}), beyond("accounts", accounts)},
       {},
       {},
       R"("auth"."accounts" is Better Auth's, but no table has the columns)"},
      {"the same, named",
       {here("people", {"id", "mail"}), beyond("accounts", accounts)},
       {.user_table = "people"},
       {{"user", R"("people")"}},
       ""},
      {"accounts of another schema than the one that is asked for",
       {here("accounts", accounts)},
       {.schema = "auth"},
       with(with(in_auth, "user", R"("auth"."user")"), "account", R"("accounts")"),
       ""},
      {"two of them", {here("people", users), here("users", users)}, {}, {}, "several tables look like"},
      {"two, one named",
       {here("people", users), here("users", users)},
       {.user_table = "people"},
       {{"user", R"("people")"}},
       ""},
      {"one named that is not there",
       {here("user", users)},
       {.user_table = "people"},
       {},
       "there is no table \"people\""},
      {"one named that is in another schema",
       {here("notes", {"id"}), beyond("people", users)},
       {.user_table = "people"},
       {},
       R"(there is no table "people", which --user-table (DRAWBRIDGE_USER_TABLE) names. There is "auth"."people": use --user-table people --schema auth (DRAWBRIDGE_SCHEMA))"},
      {"one named with its schema",
       {here("notes", {"id"}), beyond("people", users)},
       {.user_table = "auth.people"},
       {},
       R"(there is no table "auth.people", which --user-table (DRAWBRIDGE_USER_TABLE) names. There is "auth"."people": use --user-table people --schema auth (DRAWBRIDGE_SCHEMA))"},
      {"keys under their own name",
       {here("user", users), here("signing_keys", keys)},
       {},
       {{"jwks", R"("signing_keys")"}},
       ""},
      {"an app's jwks beside Better Auth's under another name",
       {here("user", users), here("jwks", {"id"}), here("signing_keys", keys)},
       {},
       {{"jwks", R"("signing_keys")"}},
       ""},
      {"a session without token",
       {here("user", users), here("session", {"userId", "expiresAt", "ipAddress"})},
       {},
       {},
       ""},
      {"a session of before beside one of today",
       {here("user", users), here("session", {"userId", "expiresAt", "ipAddress"}),
        here("sessions", {"userId", "expiresAt", "ipAddress", "token"})},
       {},
       {{"session", R"("sessions")"}},
       ""},
      {"another program's session further on the path",
       {here("user", users), on_path("session", {"userId", "expiresAt", "ipAddress", "token"}),
        here("sessions", {"userId", "expiresAt", "ipAddress", "token"})},
       {},
       {{"session", R"("sessions")"}},
       ""},
      {"further on the path", {here("notes", {"id"}), on_path("user", users)}, {}, in_auth, ""},
      {"in no schema of the path",
       {here("notes", {"id"}), beyond("user", users)},
       {},
       {},
       "Better Auth's tables are in a schema that is not on the search path"},
      {"there, named",
       {here("notes", {"id"}), beyond("user", users)},
       {.schema = "auth"},
       with(in_auth, "user", R"("auth"."user")"),
       ""},
      {"there, before one on the path",
       {here("user", users), beyond("user", users)},
       {.schema = "auth"},
       with(in_auth, "user", R"("auth"."user")"),
       ""},
      {"to be made there",
       {here("notes", {"id"})},
       {.schema = "auth"},
       with(in_auth, "user", R"("auth"."user")"),
       ""},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const Layout layout = layout_of(item.found, item.where);
    EXPECT_TRUE(layout.naming.obstacle.starts_with(item.obstacle)) << layout.naming.obstacle;
    EXPECT_EQ(layout.naming.obstacle.empty(), item.obstacle.empty()) << layout.naming.obstacle;
    if (item.obstacle.empty()) {
      EXPECT_EQ(layout.naming.names, item.names);
    }
  }
}

TEST(Names, columns_are_spelt_as_better_auth_spells_them) {
  const Layout layout = layout_of({here("users", snake_users)}, {});
  EXPECT_EQ(layout.tables.at("user"), users);
  EXPECT_TRUE(layout.naming.is_foreign);
  EXPECT_EQ(layout.naming.spellings.at("user").at("emailVerified"), "email_verified");
  EXPECT_FALSE(layout_of({here("user", users)}, {}).naming.is_foreign);
}

TEST(Names, of_better_auths_tables_that_an_app_has_taken) {
  struct Case {
    std::string_view name;
    std::vector<FoundTable> found;
    std::string why;
  };
  const auto view = [](std::string name, Columns columns) {
    FoundTable table = here(std::move(name), std::move(columns));
    table.is_table = false;
    return table;
  };
  const auto on_sqlite = [](std::string name, Columns columns) {
    return FoundTable{.name = std::move(name), .columns = std::move(columns)};
  };
  const std::string lacks_columns =
      "table \"jwks\" has no column publicKey, privateKey: it is not Better Auth's";
  const std::vector<Case> cases{
      {"in its place", {here("jwks", {"id"}), here("user", users)}, lacks_columns},
      {"a part of the columns",
       {here("jwks", {"id", "publicKey"}), here("user", users)},
       "table \"jwks\" has no column privateKey: it is not Better Auth's"},
      {"a view",
       {view("jwks", keys), here("user", users)},
       "\"jwks\" is a view, or something else that is not a table"},
      {"by SQLite's rule",
       {on_sqlite("JWKS", {"id"}), on_sqlite("user", users)},
       "table \"JWKS\" has no column publicKey, privateKey: it is not Better Auth's"},
      {"PostgreSQL's rule is another", {here("JWKS", {"id"}), here("user", users)}, ""},
      {"in a schema where it is in nobody's way", {here("jwks", {"id"}), on_path("user", users)}, ""},
      {"beside Better Auth's", {here("jwks", {"id"}), here("user", users), here("keys", keys)}, ""},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const Layout layout = layout_of(item.found, {});
    const auto stranger = layout.naming.strangers.find("jwks");
    EXPECT_EQ(stranger == layout.naming.strangers.end() ? "" : stranger->second, item.why);
    EXPECT_EQ(layout.tables.contains("jwks"), item.name == "beside Better Auth's");
  }
}

TEST(Names, an_orm_shows_by_its_migrations) {
  EXPECT_EQ(layout_of({here("user", users), beyond("__drizzle_migrations", {"id"})}, {}).naming.orm,
            "Drizzle");
  EXPECT_EQ(layout_of({here("user", users), here("_prisma_migrations", {"id"})}, {}).naming.orm, "Prisma");
  EXPECT_EQ(layout_of({here("User", users)}, {}).naming.orm, "Prisma") << "as it names a model's table";
  EXPECT_EQ(layout_of({here("users", users)}, {}).naming.orm, "");
}

TEST(Names, in_a_statement) {
  const Names names{{"user", R"("user"."user")"}, {"session", R"("user")"}};
  EXPECT_EQ(named(R"(SELECT "userId" FROM "user", "session", user)", names),
            R"(SELECT "userId" FROM "user"."user", "user", user)");
  EXPECT_EQ(named(R"(SELECT '"user"')", {}), R"(SELECT '"user"')");
  EXPECT_EQ(named(R"(SELECT '"user"', 'user' FROM "user")", {{"user", R"("it's"."a ""b""")"}}),
            R"(SELECT '"it''s"."a ""b"""', 'user' FROM "it's"."a ""b""")");
}

}  // namespace
}  // namespace drawbridge::schema::plan
