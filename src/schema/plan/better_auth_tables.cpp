#include "schema/plan/better_auth_tables.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/plan/additions.h"
#include "schema/plan/better_auth_sql.h"

namespace drawbridge::schema::plan {
namespace {

bool contains(const std::vector<std::string>& columns, std::string_view name) {
  return std::ranges::find(columns, name) != columns.end();
}

/// A column that a table got after the first versions of Better Auth.
struct LaterColumn {
  const char* table;
  const char* name;
};
constexpr LaterColumn session_token{"session", "token"};
constexpr std::array jwks_columns{LaterColumn{"jwks", "alg"}, LaterColumn{"jwks", "crv"},
                                  LaterColumn{"jwks", "expiresAt"}};

std::string name_of(const LaterColumn& column) {
  return fmt::format("{}.{}", column.table, column.name);
}

std::string missing_columns(const std::vector<std::string>& columns, const Naming& naming) {
  if (naming.user_is_given && contains(columns, "id")) return {};  // the others may have any names
  std::vector<const char*> missing;
  for (const char* const wanted : {"id", "email", "emailVerified"}) {
    if (!contains(columns, wanted)) missing.push_back(wanted);
  }
  if (missing.empty()) return {};
  return fmt::format("table \"user\" has no column {}: it is not Better Auth's", fmt::join(missing, ", "));
}

std::string session_note(std::int64_t sessions) {
  if (sessions == 0) return {};
  return fmt::format(
      "table \"session\" had no column token: {} session{} could not be kept, so their users must sign in "
      "again",
      sessions, sessions == 1 ? "" : "s");
}

/// Those of the users that are there, or that are asked for.
IdColumn ids_of_users(const Facts& facts, const Options& options) {
  const auto users = facts.ids.find("user");
  return users != facts.ids.end() ? users->second : id_for(facts.product, options.ids.value_or(Ids::text));
}

/// What Better Auth must know of ids that are not its own texts.
std::string ids_note(const Options& options) {
  const Ids ids = options.ids.value_or(Ids::text);
  if (ids == Ids::text) return {};
  const bool is_uuid = ids == Ids::uuid;
  return fmt::format(
      "Better Auth must know about these ids. In betterAuth({{ … }}) write: advanced: {{ database: {{ "
      "generateId: \"{}\" }} }}{}",
      is_uuid ? "uuid" : "serial", is_uuid ? ", and among plugins: drawbridge({ uuid: \"user.id\" })" : "");
}

Change create_table(const Facts& facts, const Options& options, const char* table) {
  Change change{
      .name = table,
      .statements = create_sql(facts.product, table, ids_of_users(facts, options), !facts.user.id_is_uuid)};
  if (change.name == "user") change.note = ids_note(options);
  record(change.statements, facts.product, options, table, columns_expression(facts.product, table));
  return change;
}

Change add_session_token(const Facts& facts, const Options& options) {
  Change change{.name = name_of(session_token), .note = session_note(facts.tokenless_sessions)};
  change.statements.emplace_back(R"(DELETE FROM "session")");
  std::ranges::move(add_session_token_sql(facts.product), std::back_inserter(change.statements));
  record(change.statements, facts.product, options, change.name);
  return change;
}

Change add_jwks_column(const Facts& facts, const Options& options, const LaterColumn& column) {
  Change change{.name = name_of(column)};
  const char* const type =
      std::string_view{column.name} == "expiresAt" ? type_of_time(facts.product) : "text";
  change.statements.push_back(fmt::format(R"(ALTER TABLE "jwks" ADD COLUMN "{}" {})", column.name, type));
  record(change.statements, facts.product, options, change.name);
  return change;
}

/// Better Auth leaves ids to the database, which makes none for this table: a former drawbridge made it so.
Change make_ids(const Facts& facts, const std::string& table) {
  const IdColumn& users = facts.ids.at("user");
  IdColumn own = facts.ids.at(table);
  if (own.has_rows) own.type = users.type;  // rows keep their ids: a text takes a UUID that comes
  return {.name = fmt::format("{}.id", table), .statements = make_ids_sql(table, own, users)};
}

/// Numbers cannot follow the texts that are in the rows.
bool can_make_ids(const Facts& facts, const std::string& table) {
  return !facts.ids.at(table).has_rows || !facts.ids.at("user").is_counted;
}

/// What another generator made serves the API with a good `uuid`; the rest is not ours to make or repair.
bool may_change(const Facts& facts) {
  const bool is_of_another = facts.naming.is_foreign || !facts.naming.orm.empty();
  return !(is_of_another && facts.user.kind == User::Kind::table) && foreign_tables(facts).empty();
}

/// Those that are to be made. Where Better Auth has run, only its key table may be missing: the jwt plugin
/// came later.
std::vector<const char*> missing_tables(const Facts& facts, const Options& options) {
  std::vector<const char*> missing;
  const bool better_auth_is_here = facts.tables.contains("user") && facts.tables.contains("session");
  for (const char* const table : better_auth_tables) {
    const bool is_repair = std::string_view{table} == "jwks" && better_auth_is_here;
    if (!facts.tables.contains(table) && (options.with_better_auth || is_repair)) missing.push_back(table);
  }
  return missing;
}

std::string comma_separated(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto [first, last] = std::ranges::unique(names);
  names.erase(first, last);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Why a table that was added must stay, as the rest of a sentence; empty when it may go. `going` are those
/// that go with it.
std::string reason_to_stay(const Facts& facts, const std::string& table,
                           const std::vector<std::string>& going) {
  const auto rows = facts.rows.find(table);
  if (rows != facts.rows.end() && rows->second > 0) {
    return fmt::format(
        "it has {} row{} that Better Auth wrote. If you do not need them, delete them, then run this again",
        rows->second, rows->second == 1 ? "" : "s");
  }
  const std::string ours = fmt::format(",{},", facts.additions.at(table).detail.value_or(""));
  std::vector<std::string> others;
  for (const std::string& column : facts.tables.at(table)) {
    if (!ours.contains(fmt::format(",{},", column))) others.push_back(column);
  }
  if (!others.empty()) {
    return fmt::format("something else added the column {} to it. Drop that first, then run this again",
                       fmt::join(others, ", "));
  }
  std::vector<std::string> referring;
  for (const Reference& reference : facts.references) {
    if (reference.to_table == table && !contains(going, reference.table)) referring.push_back(reference.name);
  }
  if (referring.empty()) return {};
  return fmt::format("foreign keys refer to it: {}. Drop them first, then run this again",
                     comma_separated(std::move(referring)));
}

Change drop_column(const Facts& facts, const LaterColumn& column) {
  Change change{.name = name_of(column)};
  if (change.name == name_of(session_token)) change.statements = forget_session_token_sql(facts.product);
  change.statements.push_back(fmt::format(R"(ALTER TABLE "{}" DROP COLUMN "{}")", column.table, column.name));
  return change;
}

/// Why nothing is undone where all that was added is in other tables than those that are found.
std::string none_is_here(const Facts& facts) {
  std::string obstacle;
  const auto look_at = [&](const std::string& name) {
    if (obstacle.empty()) obstacle = elsewhere_obstacle(facts, name);
    return facts.additions.contains(name);
  };
  bool is_here = false;
  for (const char* const table : better_auth_tables) is_here |= look_at(table);
  for (const LaterColumn& column : {session_token, jwks_columns[0], jwks_columns[1], jwks_columns[2]}) {
    is_here |= look_at(name_of(column));
  }
  return is_here ? std::string{} : obstacle;
}

}  // namespace

std::string foreign_user(const Tables& tables, const Naming& naming) {
  const auto user = tables.find("user");
  return user == tables.end() ? std::string{} : missing_columns(user->second, naming);
}

std::string undo_obstacle(const Facts& facts) {
  if (facts.additions.empty() && facts.additions_elsewhere.empty()) return {};
  return facts.naming.obstacle.empty() ? foreign_tables(facts) : facts.naming.obstacle;
}

std::string elsewhere_obstacle(const Facts& facts, const std::string& name) {
  const auto added = facts.additions_elsewhere.find(name);
  if (added == facts.additions_elsewhere.end()) return {};
  return fmt::format(
      "{} was added to the table {}, but a different table is found now, so nothing is undone. Give schema= "
      "and user_table= as the upgrade did, or have search_path lead to that table; if it was renamed, "
      "correct the row \"{}\" of {}, or delete it",
      name, added->second, addition_row(name, added->second), additions_table);
}

std::string foreign_tables(const Facts& facts) {
  std::string found = foreign_user(facts.tables, facts.naming);
  if (found.empty()) return found;
  return found.append(
      ". Rename it, or name Better Auth's table with --user-table (DRAWBRIDGE_USER_TABLE); Better Auth's own "
      "migration creates one, getMigrations() of better-auth/db/migration");
}

std::string no_table(const User& user) {
  if (user.kind != User::Kind::other) return {};
  return "\"user\" is not a table, so foreign keys cannot refer to it";
}

bool asks_for_uuids(const Options& options) {
  return options.id_is_uuid || options.ids == Ids::uuid;
}

Facts decided(Facts facts, const Options& options) {
  if (facts.user.uuid || !asks_for_uuids(options)) return facts;
  facts.user.id_is_uuid = true;
  // Our tables refer to it, too.
  facts.ids.try_emplace("user", ids_of_users(facts, options));
  return facts;
}

std::string place_obstacle(const Facts& facts, const Options& options) {
  if (!may_change(facts)) return {};
  for (const char* const table : missing_tables(facts, options)) {
    const auto stranger = facts.naming.strangers.find(table);
    if (stranger == facts.naming.strangers.end()) continue;
    return fmt::format(
        "{}, so its name is taken. Rename it, or give Better Auth's table a different name (modelName) and "
        "run Better Auth's migration, then run this again",
        stranger->second);
  }
  return {};
}

std::vector<Change> better_auth_changes(const Facts& facts, const Options& options) {
  const Tables& tables = facts.tables;
  std::vector<Change> changes;
  if (!may_change(facts)) return changes;
  // Other programs keep sessions in a table of that name too, whose rows are not for us to end.
  const bool is_session =
      has_column(tables, "session", "userId") && has_column(tables, "session", "expiresAt");
  if (is_session && !has_column(tables, session_token.table, session_token.name)) {
    changes.push_back(add_session_token(facts, options));
  }
  for (const char* const table : missing_tables(facts, options)) {
    changes.push_back(create_table(facts, options, table));
  }
  if (facts.product == Product::postgresql) {  // SQLite alters no column
    for (const char* const table : better_auth_tables) {
      if (is_left_out(facts, table) && can_make_ids(facts, table)) changes.push_back(make_ids(facts, table));
    }
  }
  if (!tables.contains("jwks")) return named(std::move(changes), facts);
  for (const LaterColumn& column : jwks_columns) {
    if (!has_column(tables, column.table, column.name)) {
      changes.push_back(add_jwks_column(facts, options, column));
    }
  }
  return named(std::move(changes), facts);
}

Plan plan_better_auth_tables(const Facts& facts, const Options& options) {
  Plan plan{.obstacle = facts.naming.obstacle};
  if (plan.obstacle.empty()) plan.obstacle = no_table(facts.user);
  if (plan.obstacle.empty()) plan.obstacle = foreign_tables(facts);
  if (plan.obstacle.empty()) plan.obstacle = place_obstacle(facts, options);
  plan.is_refused = !plan.obstacle.empty();
  if (!plan.is_refused) plan.changes = better_auth_changes(decided(facts, options), options);
  return plan;
}

Plan plan_without_better_auth_tables(const Facts& facts) {
  Plan plan{.obstacle = undo_obstacle(facts)};
  plan.is_refused = !plan.obstacle.empty();
  if (plan.is_refused) return plan;
  std::vector<std::string> added;
  for (const char* const table : better_auth_tables) {
    if (facts.additions.contains(table)) added.emplace_back(table);
  }
  std::ranges::reverse(added);
  plan.obstacle = none_is_here(facts);
  plan.is_refused = !plan.obstacle.empty();
  if (plan.is_refused) return plan;
  for (const std::string& table : added) {
    const std::string reason =
        facts.tables.contains(table) ? reason_to_stay(facts, table, added) : std::string{};
    if (reason.empty()) continue;
    return {.obstacle = fmt::format("table \"{}\" is not dropped: {}", table, reason), .is_refused = true};
  }
  std::vector<std::string> gone = added;
  for (const LaterColumn& column : {session_token, jwks_columns[0], jwks_columns[1], jwks_columns[2]}) {
    if (!facts.additions.contains(name_of(column))) continue;
    if (has_column(facts.tables, column.table, column.name)) {
      plan.changes.push_back(drop_column(facts, column));
    }
    gone.push_back(name_of(column));
  }
  for (const std::string& table : added) {
    if (!facts.tables.contains(table)) continue;
    plan.changes.push_back({.name = table, .statements = {fmt::format(R"(DROP TABLE "{}")", table)}});
  }
  plan.changes = named(std::move(plan.changes), facts);
  forget(plan, facts, gone);
  return plan;
}

}  // namespace drawbridge::schema::plan
