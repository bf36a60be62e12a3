#include "schema/plan/user_uuid.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text/ascii.h"
#include "schema/plan/additions.h"
#include "schema/plan/better_auth_sql.h"
#include "schema/plan/better_auth_tables.h"
#include "schema/plan/orm.h"
#include "schema/plan/read_facts.h"

namespace drawbridge::schema::plan {
namespace {

constexpr const char* name = "user.uuid";
// Of what was added to the column, in the table of additions.
constexpr const char* type = "user.uuid type";
constexpr const char* default_value = "user.uuid default";
constexpr const char* unique = "user.uuid unique";
constexpr const char* required = "user.uuid required";
constexpr const char* filled = "user.uuid filled";

/// Pages of 8 KiB that one batch looks at on PostgreSQL, some ten thousand users.
constexpr std::int64_t batch_pages = 200;
constexpr int batch_rows = 5'000;

// The newest constraint, where somebody else had made one too.
constexpr const char* name_of_constraint = R"((SELECT conname FROM pg_constraint
  JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
  WHERE conrelid = to_regclass('"user"') AND contype = 'u' AND attname = 'uuid' AND cardinality(conkey) = 1
  ORDER BY pg_constraint.oid DESC LIMIT 1))";

std::string alter(const std::string& change) {
  return fmt::format(R"(ALTER TABLE "user" {})", change);
}

std::string fill(Product product, const std::string& rows) {
  if (product == Product::postgresql) {
    return fmt::format("UPDATE \"user\" SET uuid = {} WHERE {}", random_uuid(product), rows);
  }
  return fmt::format("UPDATE \"user\" SET uuid =\n    {}\n  WHERE {}", random_uuid(product), rows);
}

std::vector<std::string> referring(const Facts& facts) {
  std::vector<std::string> names;
  for (const Reference& reference : facts.references) {
    if (reference.to_table == "user" && reference.to == "uuid") names.push_back(reference.name);
  }
  std::ranges::sort(names);
  return names;
}

bool is_of_the_column(const std::string& addition) {
  return addition == name || addition.starts_with(fmt::format("{} ", name));
}

std::string obstacle_in_rows(const Facts& facts) {
  const UserRows& rows = facts.user.rows;
  if (!rows.invalid.empty()) {
    return fmt::format("user.uuid is not a {}UUID in the rows with id {}: correct or clear them first",
                       facts.product == Product::sqlite ? "lower-case " : "", name_rows(rows.invalid));
  }
  if (rows.shared.empty()) return {};
  return fmt::format("user.uuid is the same in several rows, with id {}: decide first which of them keeps it",
                     name_rows(rows.shared));
}

/// What is made of SQLite's trigger and index is named for the table: in one file no two have the same name.
std::string name_for_table(const Facts& facts) {
  const auto named = facts.naming.names.find("user");
  if (named == facts.naming.names.end()) return "drawbridge_user_uuid";
  std::string made{"drawbridge_"};
  for (const char c : std::string_view{named->second}.substr(1, named->second.size() - 2)) {
    if (ascii::is_alphanumeric(c) || c == '_')
      made += c;
    else
      made += fmt::format("x{:02x}", static_cast<unsigned char>(c));
  }
  return made + "_uuid";
}

/// Column, index and trigger where they are missing. SQLite adds no NOT NULL column to a table with rows.
std::vector<std::string> sqlite_structure(const Facts& facts, const Options& options) {
  const auto& column = facts.user.uuid;
  std::vector<std::string> statements;
  if (!column) {
    statements.push_back(alter("ADD COLUMN uuid TEXT"));
    record(statements, facts.product, options, name);
  }
  if (!column || !column->is_unique) {
    statements.push_back(
        fmt::format(R"(CREATE UNIQUE INDEX {}_unique ON "user" (uuid))", name_for_table(facts)));
    record(statements, facts.product, options, unique);
  }
  if (!column || !is_filled(*column)) {
    statements.push_back(
        fmt::format("CREATE TRIGGER {} AFTER INSERT ON \"user\" WHEN NEW.uuid IS NULL\nBEGIN\n"
                    "  UPDATE \"user\" SET uuid =\n    {}\n    WHERE id = NEW.id;\nEND",
                    name_for_table(facts), random_uuid(Product::sqlite)));
    record(statements, facts.product, options, filled);
  }
  return statements;
}

/// The column, its type and its default: what each row that comes from now on has.
std::vector<std::string> postgres_structure(const Facts& facts, const Options& options) {
  const auto& column = facts.user.uuid;
  std::vector<std::string> statements;
  if (!column) {
    statements.push_back(alter("ADD COLUMN uuid uuid"));
    record(statements, facts.product, options, name);
  } else if (is_text(column->type)) {
    statements.push_back(alter("ALTER COLUMN uuid DROP DEFAULT"));
    statements.push_back(alter("ALTER COLUMN uuid TYPE uuid USING uuid::uuid"));
    record(statements, facts.product, options, type, literal(column->full_type));
  }
  if (!column || column->type != "uuid" || !column->is_made) {
    statements.push_back(alter("ALTER COLUMN uuid SET DEFAULT gen_random_uuid()"));
    const bool had_one = column && column->default_value;
    record(statements, facts.product, options, default_value,
           had_one ? literal(*column->default_value) : "NULL");
  }
  return statements;
}

std::vector<std::string> postgres_constraints(const Facts& facts, const Options& options) {
  const auto& column = facts.user.uuid;
  const bool is_required = column && column->is_required;
  std::vector<std::string> statements;
  if (!is_required) {
    // A row that somebody changed during the batches may have moved to a page that had been looked at.
    statements.emplace_back(R"(LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE)");
    if (!column || !column->is_generated) statements.push_back(fill(Product::postgresql, "uuid IS NULL"));
  }
  if (!column || !column->is_unique) {
    statements.push_back(alter("ADD UNIQUE (uuid)"));
    record(statements, facts.product, options, unique, name_of_constraint);
  }
  if (!is_required) {
    statements.push_back(alter("ALTER COLUMN uuid SET NOT NULL"));
    record(statements, facts.product, options, required);
  }
  return statements;
}

/// On PostgreSQL from the first page to what is the last one: the rows that are filled move behind it.
std::vector<std::string> batches(const Facts& facts) {
  if (facts.product == Product::sqlite) {
    return {fill(facts.product,
                 fmt::format(R"(id IN (SELECT id FROM "user" WHERE uuid IS NULL LIMIT {}))", batch_rows))};
  }
  std::vector<std::string> statements;
  for (std::int64_t page = 0; page < facts.user.pages; page += batch_pages) {
    statements.push_back(
        fill(facts.product,
             fmt::format("uuid IS NULL AND ctid >= '({},0)' AND ctid < '({},0)'", page, page + batch_pages)));
  }
  return statements;
}

void add(std::vector<Change>& changes, std::vector<std::string> statements) {
  if (!statements.empty()) changes.push_back({.name = name, .statements = std::move(statements)});
}

std::vector<std::string> undo_on_sqlite(const Facts& facts) {
  std::vector<std::string> statements;
  const std::string& trigger = facts.user.trigger;
  const std::string& index = facts.user.index;
  if (facts.additions.contains(filled) && !trigger.empty())
    statements.push_back(fmt::format("DROP TRIGGER {}", identifier(trigger)));
  if (facts.additions.contains(unique) && !index.empty())
    statements.push_back(fmt::format("DROP INDEX {}", identifier(index)));
  if (facts.additions.contains(name) && facts.user.uuid) statements.push_back(alter("DROP COLUMN uuid"));
  return statements;
}

std::vector<std::string> undo_on_postgres(const Facts& facts) {
  const auto& added = facts.additions;
  if (!facts.user.uuid) return {};
  if (added.contains(name)) return {alter("DROP COLUMN uuid")};
  std::vector<std::string> statements;
  if (added.contains(required)) statements.push_back(alter("ALTER COLUMN uuid DROP NOT NULL"));
  if (added.contains(unique)) {
    const std::string constraint = identifier(added.at(unique).detail.value_or("user_uuid_key"));
    statements.push_back(alter(fmt::format("DROP CONSTRAINT IF EXISTS {}", constraint)));
  }
  if (added.contains(default_value)) statements.push_back(alter("ALTER COLUMN uuid DROP DEFAULT"));
  if (added.contains(type)) {
    statements.push_back(alter(
        fmt::format("ALTER COLUMN uuid TYPE {} USING uuid::text", added.at(type).detail.value_or("text"))));
  }
  if (added.contains(default_value) && added.at(default_value).detail) {
    statements.push_back(
        alter(fmt::format("ALTER COLUMN uuid SET DEFAULT {}", *added.at(default_value).detail)));
  }
  return statements;
}

}  // namespace

std::string user_uuid_obstacle(const Facts& facts) {
  if (facts.user.kind == User::Kind::other) return no_table(facts.user);
  if (!facts.user.uuid || is_complete(facts)) return {};
  if (facts.user.uuid->is_generated && facts.user.rows.without > 0) {
    return fmt::format(
        "user.uuid is generated from other columns, but {} row{} no value: correct those first",
        facts.user.rows.without, facts.user.rows.without == 1 ? " has" : "s have");
  }
  if (facts.product == Product::sqlite) return obstacle_in_rows(facts);
  const std::string& is = facts.user.uuid->type;
  if (is != "uuid" && !is_text(is)) {
    return fmt::format("user.uuid has the type {}: it must be uuid, or text that can become uuid", is);
  }
  if (std::string rows = obstacle_in_rows(facts); !rows.empty()) return rows;
  const auto names = referring(facts);
  if (!is_text(is) || names.empty()) return {};
  return fmt::format(
      "user.uuid has the type {} and must become uuid, but foreign keys refer to it: {}. Drop them, run this "
      "again, and add them back to columns of type uuid",
      is, fmt::join(names, ", "));
}

std::string user_missing(const Options& options) {
  return fmt::format(
      "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, then this "
      "again, or {}",
      options.makes_tables);
}

std::vector<Change> user_uuid_changes(const Facts& facts, const Options& options) {
  if (facts.user.id_is_uuid) return {};
  std::vector<Change> changes;
  const bool is_sqlite = facts.product == Product::sqlite;
  add(changes, is_sqlite ? sqlite_structure(facts, options) : postgres_structure(facts, options));
  if (facts.user.rows.without > 0) {
    changes.push_back({.name = name,
                       .statements = {fill(facts.product, "uuid IS NULL")},
                       .batches = batches(facts),
                       .rows = facts.user.rows.without});
  }
  if (!is_sqlite) add(changes, postgres_constraints(facts, options));
  if (!changes.empty()) changes.back().note = note_for_orm(facts);
  return named(std::move(changes), facts);
}

Plan plan_user_uuid(const Facts& facts, const Options& options) {
  if (is_complete(facts) && !facts.user.id_is_uuid) return {};  // whoever made the table
  Plan plan{.obstacle = facts.naming.obstacle};
  if (plan.obstacle.empty()) plan.obstacle = user_uuid_obstacle(facts);
  if (plan.obstacle.empty()) plan.obstacle = orm_obstacle(facts);
  if (plan.obstacle.empty()) plan.obstacle = foreign_tables(facts);
  if (plan.obstacle.empty() && facts.user.kind == User::Kind::missing) plan.obstacle = user_missing(options);
  plan.is_refused = !plan.obstacle.empty();
  if (plan.is_refused) return plan;
  if (facts.user.id_is_uuid) plan.remark = id_is_the_uuid;
  plan.changes = user_uuid_changes(facts, options);
  return plan;
}

Plan plan_without_user_uuid(const Facts& facts) {
  std::vector<std::string> added;
  for (const auto& [addition, detail] : facts.additions) {
    if (is_of_the_column(addition)) added.push_back(addition);
  }
  const auto elsewhere = std::ranges::find_if(
      facts.additions_elsewhere, [](const auto& addition) { return is_of_the_column(addition.first); });
  if (added.empty() && elsewhere == facts.additions_elsewhere.end()) return {};
  Plan plan{.obstacle = undo_obstacle(facts)};
  if (plan.obstacle.empty() && added.empty()) plan.obstacle = elsewhere_obstacle(facts, elsewhere->first);
  plan.is_refused = !plan.obstacle.empty();
  if (plan.is_refused) return plan;
  if (const auto names = referring(facts); !names.empty()) {
    plan.obstacle = fmt::format(
        "user.uuid is left as it is, because foreign keys refer to it: {}. Drop them first, then run this "
        "again",
        fmt::join(names, ", "));
    plan.is_refused = true;
    return plan;
  }
  add(plan.changes, facts.product == Product::sqlite ? undo_on_sqlite(facts) : undo_on_postgres(facts));
  plan.changes = named(std::move(plan.changes), facts);
  forget(plan, facts, added);
  return plan;
}

}  // namespace drawbridge::schema::plan
