#include "schema/plan/orm.h"

#include <fmt/format.h>

namespace drawbridge::schema::plan {
namespace {

const char* drizzle_column(Product product) {
  return product == Product::postgresql ? R"(uuid: uuid("uuid").notNull().unique().defaultRandom())"
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

}  // namespace

std::string orm_obstacle(const Facts& facts) {
  const std::string& orm = facts.naming.orm;
  if (orm.empty() || facts.user.kind != User::Kind::table || is_described(facts)) return {};
  const bool is_prisma = orm == "Prisma";
  return fmt::format(
      "{} owns Better Auth's table {}: put {} into it in {}, make and run its migration ({}), then run this "
      "again. "
      "Nothing was changed; drawbridge migrate plan prints what it comes to",
      orm, named("\"user\"", facts.naming.names),
      is_prisma ? prisma_column(facts.product) : drizzle_column(facts.product),
      is_prisma ? "schema.prisma" : "Drizzle's schema file",
      is_prisma ? "npx prisma migrate dev" : "npx drizzle-kit generate, npx drizzle-kit migrate");
}

std::string note_for_orm(const Facts& facts) {
  if (!facts.naming.is_foreign) return {};
  return fmt::format(
      "{} has its names from another generator: where an ORM describes it, put the column into its schema "
      "file too, "
      "or its next push drops it. Drizzle: {}. Prisma: {}",
      named("\"user\"", facts.naming.names), drizzle_column(facts.product), prisma_column(facts.product));
}

}  // namespace drawbridge::schema::plan
