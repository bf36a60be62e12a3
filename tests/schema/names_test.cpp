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
      {"keys under their own name",
       {here("user", users), here("signing_keys", keys)},
       {},
       {{"jwks", R"("signing_keys")"}},
       ""},
      {"further on the path", {here("notes", {"id"}), on_path("user", users)}, {}, in_auth, ""},
      {"in no schema of the path",
       {here("notes", {"id"}), beyond("user", users)},
       {},
       {},
       "Better Auth's tables are in another schema"},
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
  EXPECT_TRUE(layout.naming.has_snake_case);
  EXPECT_FALSE(layout_of({here("user", users)}, {}).naming.is_foreign);
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
}

}  // namespace
}  // namespace drawbridge::schema::plan
