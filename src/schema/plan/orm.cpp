#include "schema/plan/orm.h"

#include <string_view>

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

/// With the name of the constraint where one is there: Drizzle would make another, and ask whether to empty
/// the table for it.
std::string drizzle_column(Product product, std::string_view constraint = "") {
  return product == Product::postgresql
             ? fmt::format(R"(uuid: uuid("uuid").notNull().unique({}).defaultRandom())", constraint)
             : R"(uuid: text("uuid").unique())";
}

const char* prisma_column(Product product) {
  return product == Product::postgresql
             ? R"sql(uuid String @unique @default(dbgenerated("gen_random_uuid()")) @db.Uuid)sql"
             : "uuid String? @unique";
}

/// Values and triggers are no schema file's, so that the rest may be done.
bool is_described(const Facts& facts) {
  return facts.product == Product::postgresql ? is_complete(facts) : can_be_referenced(facts);
}

/// As PostgreSQL names what is made without a name, in quotes.
std::string constraint_of_uuid(const Facts& facts) {
  const std::string table = named("\"user\"", facts.naming.names);
  const auto begin = table.rfind('"', table.size() - 2) + 1;
  return fmt::format("\"{}_uuid_key\"", std::string_view{table}.substr(begin, table.size() - 1 - begin));
}

/// A text, as the generators of Better Auth's schema files write it.
bool has_other_type(const Facts& facts) {
  return facts.product == Product::postgresql && facts.user.uuid && facts.user.uuid->type != "uuid";
}

/// Of such a change Prisma makes a new column without the values, and Drizzle one that PostgreSQL refuses.
std::string other_type(const Facts& facts, bool is_prisma) {
  return fmt::format(
      "{} owns Better Auth's table {}, whose column uuid has the type {}: put {} in its place in {}, and "
      "generate the migration without running it ({}). Its own statements would {}: replace those for uuid "
      "with the ALTER TABLE lines of drawbridge migrate plan, run it ({}), then run this again. Nothing was "
      "changed",
      facts.naming.orm, named("\"user\"", facts.naming.names), facts.user.uuid->type,
      is_prisma ? prisma_column(facts.product) : drizzle_column(facts.product),
      is_prisma ? "schema.prisma" : "Drizzle's schema file",
      is_prisma ? "npx prisma migrate dev --create-only" : "npx drizzle-kit generate",
      is_prisma ? "drop every user's UUID" : "be refused by PostgreSQL",
      is_prisma ? "npx prisma migrate dev" : "npx drizzle-kit migrate");
}

}  // namespace

std::string orm_obstacle(const Facts& facts) {
  const std::string& orm = facts.naming.orm;
  if (orm.empty() || facts.user.kind != User::Kind::table || is_described(facts)) return {};
  const bool is_prisma = orm == "Prisma";
  if (has_other_type(facts)) return other_type(facts, is_prisma);
  return fmt::format(
      "{} owns Better Auth's table {}: add {} to it in {}, generate and run the migration ({}), then run "
      "this again. Nothing was changed; drawbridge migrate plan prints the SQL that results",
      orm, named("\"user\"", facts.naming.names),
      is_prisma ? prisma_column(facts.product) : drizzle_column(facts.product),
      is_prisma ? "schema.prisma" : "Drizzle's schema file",
      is_prisma ? "npx prisma migrate dev" : "npx drizzle-kit generate, npx drizzle-kit migrate");
}

std::string note_for_orm(const Facts& facts) {
  if (!facts.naming.is_foreign || is_described(facts)) return {};
  return fmt::format(
      "{} has names from a different generator: if an ORM describes it, add the column to its schema file "
      "too, or its next push drops the column. Drizzle: {}. Prisma: {}",
      named("\"user\"", facts.naming.names), drizzle_column(facts.product, constraint_of_uuid(facts)),
      prisma_column(facts.product));
}

}  // namespace drawbridge::schema::plan
