#include "schema/plan/our_tables.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace drawbridge::schema::plan {
namespace {

std::span<const Step> steps_of(Product product) {
  return product == Product::sqlite ? sqlite_steps() : postgres_steps();
}

constexpr const char* sqlite_migrations = R"sql(CREATE TABLE IF NOT EXISTS drawbridge_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT)sql";

constexpr const char* postgres_migrations = R"sql(CREATE TABLE IF NOT EXISTS drawbridge_migrations (
  version integer PRIMARY KEY,
  name text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
))sql";

std::string write_down(Product product, const Step& step) {
  if (product == Product::postgresql) {
    return fmt::format("INSERT INTO drawbridge_migrations (version, name) VALUES ({}, '{}')", step.version,
                       step.name);
  }
  return fmt::format(
      "INSERT INTO drawbridge_migrations (version, name, applied_at)\n"
      "  VALUES ({}, '{}', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
      step.version, step.name);
}

void replace_all(std::string& text, std::string_view old, std::string_view by) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size()))
    text.replace(at, old.size(), by);
}

/// The steps refer to `user.uuid`; here to `user.id`, in columns of its type.
std::string with_references_to_id(const Facts& facts, std::string statement) {
  replace_all(statement, R"(REFERENCES "user" (uuid))", R"(REFERENCES "user" (id))");
  const auto id = facts.ids.find("user");
  if (facts.product == Product::postgresql && id != facts.ids.end())
    replace_all(statement, "user_id uuid NOT NULL", fmt::format("user_id {} NOT NULL", id->second.type));
  return statement;
}

Change change_of(const Facts& facts, const Step& step) {
  Change change{.name = name_of(step)};
  change.statements.emplace_back(facts.product == Product::sqlite ? sqlite_migrations : postgres_migrations);
  for (const std::string& statement : step.statements) {
    change.statements.push_back(facts.user.id_is_uuid ? with_references_to_id(facts, statement) : statement);
  }
  change.statements.push_back(write_down(facts.product, step));
  return change;
}

/// Folds the texts of rows that nobody has folded. On SQLite the function is this program's alone: a person
/// with the program `sqlite3` folds what SQLite itself can, and the rest is folded when it is read.
Change fold_texts_of(const Facts& facts) {
  constexpr int batch_rows = 500;
  constexpr std::int64_t batch_pages = 10;
  constexpr const char* fold =
      "UPDATE tasks SET title_folded = letter_case_folded(title), description_folded = "
      "letter_case_folded(description)\n  WHERE title_folded IS NULL";
  Change change{.name = fold_texts, .rows = facts.tasks.unfolded};
  if (facts.product == Product::sqlite) {
    change.statements = {
        "/* Texts that are not ASCII are left to drawbridge migrate up. */\n"
        "UPDATE tasks SET title_folded = lower(title), description_folded = lower(description)\n"
        "  WHERE title_folded IS NULL AND length(title) = length(CAST(title AS BLOB))\n"
        "    AND coalesce(length(description) = length(CAST(description AS BLOB)), true)"};
    change.batches = {fmt::format(
        "{} AND rowid IN (SELECT rowid FROM tasks WHERE title_folded IS NULL LIMIT {})", fold, batch_rows)};
    return change;
  }
  change.statements = {fold};
  // From the first page on, and in the end whatever somebody changed meanwhile, which moved it.
  for (std::int64_t page = 0; page < facts.tasks.pages; page += batch_pages) {
    change.batches.push_back(
        fmt::format("{} AND ctid >= '({},0)' AND ctid < '({},0)'", fold, page, page + batch_pages));
  }
  change.batches.emplace_back(fold);
  return change;
}

}  // namespace

std::string made_too_early(const Facts& facts) {
  const bool refer_to_uuid = std::ranges::any_of(facts.references, [](const Reference& key) {
    return key.table == "tasks" && key.to_table == "user" && key.to == "uuid";
  });
  if (facts.version == 0 || facts.user.uuid || !refer_to_uuid) return {};
  return "if the plugin is drawbridge({ uuid: \"user.id\" }), drop the tables of the tasks API, which were "
         "created before Better Auth's and refer to user.uuid (DROP TABLE task_tags; DROP TABLE tags; DROP "
         "TABLE tasks; DROP TABLE drawbridge_migrations), and run drawbridge migrate up --uuid user.id";
}

std::string name_of(const Step& step) {
  return fmt::format("{} {}", step.version, step.name);
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const Step& step : sqlite_steps()) names.push_back(name_of(step));
  return names;
}

int latest_version() {
  return sqlite_steps().back().version;
}

std::vector<Change> our_changes(const Facts& facts) {
  std::vector<Change> changes;
  for (const Step& step : steps_of(facts.product)) {
    if (step.version > facts.version) changes.push_back(change_of(facts, step));
  }
  if (facts.tasks.unfolded > 0) changes.push_back(fold_texts_of(facts));
  return named(std::move(changes), facts);
}

std::string others_tables(const Facts& facts) {
  if (facts.version > 0) return {};
  std::vector<std::string> found;
  for (const char* const table : {"tasks", "tags", "task_tags"})
    if (facts.tables.contains(table)) found.emplace_back(table);
  if (found.empty()) return {};
  const bool is_one = found.size() == 1;
  return fmt::format(
      "there {} {} already, which drawbridge did not create, so it cannot create those of its tasks API. For "
      "your own API, run drawbridge migrate up --only user; to serve drawbridge's tasks API, rename {} first",
      is_one ? "is a table" : "are tables", fmt::join(found, ", "), is_one ? "it" : "them");
}

std::string newer_database(int version) {
  if (version <= latest_version()) return {};
  return fmt::format(
      "the database has version {} of the tables, but this program knows only {}: use a newer drawbridge",
      version, latest_version());
}

std::string readiness_fault(const Facts& facts) {
  if (std::string newer = newer_database(facts.version); !newer.empty()) return newer;
  if (!facts.naming.obstacle.empty()) return facts.naming.obstacle;
  if (facts.user.kind == User::Kind::missing) {
    return "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it, then "
           "drawbridge migrate up";
  }
  if (!can_be_referenced(facts)) {
    const std::string early = made_too_early(facts);
    return fmt::format(
        "Better Auth's table \"user\" has no unique column uuid{}: run drawbridge migrate up{}{}",
        facts.product == Product::sqlite ? "" : " of type uuid", early.empty() ? "" : "; or, ", early);
  }
  if (facts.version == latest_version()) return {};
  return fmt::format("the database has version {} of the tables and needs {}: run drawbridge migrate up",
                     facts.version, latest_version());
}

}  // namespace drawbridge::schema::plan
