// What was written down as added, and to which table.

#include "schema/plan/additions.h"

#include <gtest/gtest.h>

namespace drawbridge::schema::plan {
namespace {

TEST(Additions, are_not_taken_from_another_table) {
  Facts facts{.product = Product::postgresql, .tables = {{"user", {"id", "email", "emailVerified", "uuid"}}}};
  facts.user = {.kind = User::Kind::table, .uuid = UuidColumn{.type = "uuid"}};
  facts.naming.names = {{"user", "b.\"user\""}};
  facts.additions_elsewhere = {{"user.uuid", "a.\"user\""}, {"jwks", "a.jwks"}};
  for (const auto& [plan, because] :
       {std::pair{plan_without_user_uuid(facts),
                  "user.uuid was added to the table a.\"user\", but a different"},
        {plan_without_better_auth_tables(facts), "jwks was added to the table a.jwks, but a different"}}) {
    EXPECT_TRUE(plan.is_refused);
    EXPECT_TRUE(plan.changes.empty());
    EXPECT_TRUE(plan.obstacle.starts_with(because)) << plan.obstacle;
  }
  facts.additions = {{"user.uuid", {.place = "b.\"user\""}}};
  const Plan plan = plan_without_user_uuid(facts);
  ASSERT_EQ(plan.changes.size(), 2U);
  EXPECT_EQ(plan.changes[0].statements, std::vector<std::string>{R"(ALTER TABLE b."user" DROP COLUMN uuid)"});
  EXPECT_EQ(
      plan.changes[1].statements,
      std::vector<std::string>{R"(DELETE FROM drawbridge_additions WHERE name = 'user.uuid of b."user"')"})
      << "what is elsewhere stays written down";
}

TEST(Additions, say_what_and_where_in_one_text) {
  const std::string row = addition_row("user.uuid type", R"("my of"."user")");
  EXPECT_EQ(row, R"(user.uuid type of "my of"."user")");
  EXPECT_EQ(read_addition_row(row),
            (std::pair<std::string, std::string>{"user.uuid type", R"("my of"."user")"}));
  EXPECT_EQ(read_addition_row("jwks"), (std::pair<std::string, std::string>{"jwks", ""})) << "as formerly";
  EXPECT_EQ(table_of_addition("user.uuid type"), "user");
  EXPECT_EQ(table_of_addition("jwks"), "jwks");
}

}  // namespace
}  // namespace drawbridge::schema::plan
