// database.* and tables.*: what the backend needs of the tables, and in what they are otherwise.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "doctor/database_file_check.h"
#include "doctor/sections.h"
#include "doctor/table_names.h"
#include "doctor/user_id_checks.h"

namespace drawbridge::doctor {
namespace {

using schema::BridgeFacts;
using schema::CountedRows;
using schema::UserReference;

constexpr const char* make_better_auths =
    "run drawbridge migrate up --with-better-auth (in Python: better_auth_tables.upgrade(op) in an Alembic "
    "revision), or Better Auth's own migration";
constexpr const char* make_uuid =
    "run drawbridge migrate up (in Python: hybrid_id.upgrade(op) in an Alembic revision)";
constexpr const char* compare_databases =
    "compare DATABASE_URL with the database in Better Auth's configuration; in a container, check what is "
    "mounted there";
constexpr std::size_t longest_line = 256;

/// What remembers migrations, of any backend.
constexpr std::array bookkeeping{"drawbridge_migrations", "drawbridge_additions", "alembic_version",
                                 "sqlite_sequence",       "kysely_migration",     "kysely_migration_lock"};

/// How what Better Auth lacks is made, where our migration makes it, and where it leaves that to others.
std::string make_what_is_missing(const BridgeFacts& facts) {
  if (!is_of_another_generator(facts)) return make_better_auths;
  return "regenerate the ORM's schema file with Better Auth's command (npx auth generate), and run the ORM's "
         "migration";
}

bool is_one_of(const auto& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

std::string product_name(const BridgeFacts& facts) {
  return fmt::format("{} {}", facts.product == "sqlite" ? "SQLite" : "PostgreSQL",
                     display_text(facts.version));
}

/// As generators write it that spell columns so: `expires_at`.
std::string snake_case(std::string_view column) {
  std::string spelt;
  for (const char c : column) {
    if (c >= 'A' && c <= 'Z') {
      spelt += '_';
      spelt += static_cast<char>(c - 'A' + 'a');
    } else {
      spelt += c;
    }
  }
  return spelt;
}

std::vector<std::string> missing_columns(const BridgeFacts& facts, const std::string& table,
                                         std::initializer_list<const char*> wanted) {
  const auto& columns = facts.tables.at(table);
  std::vector<std::string> missing;
  for (const char* const column : wanted)
    if (!is_one_of(columns, column) && !is_one_of(columns, snake_case(column))) missing.emplace_back(column);
  return missing;
}

void judge_unreadable(Report& report, const std::string& error) {
  report.fault("database.reachable", display_text(error, longest_line),
               "the database is not running, DATABASE_URL has the wrong address, or the database refuses its "
               "user or password; a relative SQLite path starts at the working directory",
               "start the database, or correct DATABASE_URL or --database-url: sqlite:///path/app.db, "
               "postgresql://user@host/name");
}

bool has_good_uuid(const BridgeFacts& facts) {
  return facts.uuid && facts.uuid->is_unique && (facts.product == "sqlite" || facts.uuid->type == "uuid");
}

void judge_foreign_user(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "database.better_auth";
  const std::string summary = display_text(facts.foreign_user, longest_line);
  if (has_good_uuid(facts)) {
    report.warning(id, summary,
                   "another program created the table, or Better Auth's configuration maps its names",
                   "check that it has Better Auth's columns, or name Better Auth's table with --user-table "
                   "(DRAWBRIDGE_USER_TABLE)");
  } else {
    report.fault(id, summary, "the table belongs to another program, or DATABASE_URL names another database",
                 fmt::format("name Better Auth's table with --user-table (DRAWBRIDGE_USER_TABLE), or {}",
                             compare_databases));
  }
}

void judge_no_user(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "database.better_auth";
  const std::string summary =
      facts.tables.empty()
          ? std::string{"the database is empty"}
          : fmt::format("there is no table \"user\" among the database's {} tables", facts.tables.size());
  if (report.stands("jwks.not_empty"))
    report.fault(id, summary, "Better Auth has a database and works, so DATABASE_URL names a different one",
                 compare_databases);
  else
    report.fault(id, summary,
                 "Better Auth's migration has not run on this database, or DATABASE_URL does not name Better "
                 "Auth's database",
                 fmt::format("{}; if they are the same, {}", compare_databases, make_better_auths));
}

void judge_missing_tables(Report& report, const BridgeFacts& facts, const std::vector<std::string>& missing) {
  constexpr std::string_view id = "database.better_auth";
  const std::string summary = fmt::format("there is no table {}", fmt::join(missing, ", "));
  // Better Auth, which works, may keep sessions and verifications elsewhere.
  if (report.stands("jwks.status") && !is_one_of(missing, "account"))
    report.warning(id, summary,
                   "Better Auth keeps this data in a secondary storage, or no one can sign in until the "
                   "tables are created",
                   fmt::format("without a secondaryStorage, {}", make_what_is_missing(facts)));
  else
    report.fault(id, summary, "Better Auth's migration did not finish, so no one can sign in",
                 make_what_is_missing(facts));
}

void judge_better_auth(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "database.better_auth";
  if (facts.user_is_no_table)
    return report.fault(id, "\"user\" is a view, or something else that is not a table",
                        "Better Auth needs a table there, and foreign keys can reference only tables",
                        fmt::format("rename it; then {}", make_better_auths));
  if (!facts.naming.obstacle.empty())
    return report.fault(id, display_text(facts.naming.obstacle, longest_line),
                        "PostgreSQL's search path points elsewhere, or the names match more than one table",
                        "set DRAWBRIDGE_SCHEMA or DRAWBRIDGE_USER_TABLE for both doctor and migrate");
  if (!facts.foreign_user.empty()) return judge_foreign_user(report, facts);
  if (!facts.tables.contains("user")) return judge_no_user(report, facts);
  std::vector<std::string> missing;
  for (const char* const table : {"session", "account", "verification"})
    if (!facts.tables.contains(table)) missing.emplace_back(table);
  if (!missing.empty()) return judge_missing_tables(report, facts, missing);
  const std::string names = other_names(facts);
  report.ok(id, names.empty() ? "Better Auth's tables exist"
                              : fmt::format("Better Auth's tables exist: {}", names));
}

void judge_jwks(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.jwks";
  if (!facts.tables.contains("jwks")) {
    const std::string summary =
        fmt::format("there is no table jwks: {}",
                    facts.product == "sqlite" ? "no such table: jwks" : R"(relation "jwks" does not exist)");
    if (report.stands("jwks.not_empty"))
      return report.warning(id, summary,
                            "Better Auth publishes keys anyway: it keeps them elsewhere, through the jwt "
                            "plugin's adapter, or DATABASE_URL does not name Better Auth's database",
                            compare_databases);
    return report.fault(id, summary,
                        "Better Auth's migration ran before the jwt plugin was added, so Better Auth can "
                        "neither sign a token nor publish a key",
                        make_what_is_missing(facts));
  }
  const auto missing = missing_columns(
      facts, "jwks", {"id", "publicKey", "privateKey", "createdAt", "expiresAt", "alg", "crv"});
  if (missing.empty()) return report.ok(id, "jwks has Better Auth's columns");
  report.fault(id, fmt::format("jwks has no column {}", fmt::join(missing, ", ")),
               "the table is from an older Better Auth, or was created by hand", make_what_is_missing(facts));
}

void judge_session_token(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.session_token";
  if (!facts.tables.contains("session")) return report.leave(id, "there is no table session");
  if (missing_columns(facts, "session", {"token"}).empty())
    return report.ok(id, "session has the column token");
  report.fault(id,
               facts.product == "sqlite" ? "session has no column token: no such column: token"
                                         : R"(column "token" of relation "session" does not exist)",
               "the table is from an older Better Auth, or was created by hand: Better Auth finds sessions "
               "by their token, so no one is signed in",
               fmt::format("{}; existing sessions end, and their users must sign in again",
                           make_what_is_missing(facts)));
}

bool is_text(const std::string& type) {
  return type.starts_with("text") || type.starts_with("char") || type.starts_with("varchar");
}

void judge_wrong_type(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid";
  const std::string summary =
      fmt::format("user.uuid is of type {}, but it must be uuid", display_text(facts.uuid->type));
  std::vector<std::string> referring;
  for (const UserReference& reference : facts.user_references)
    if (reference.to == "uuid")
      referring.push_back(display_text(fmt::format("{}.{}", reference.table, reference.column)));
  if (!is_text(facts.uuid->type))
    report.fault(id, summary, "the column was created by hand, and its values cannot be converted to UUIDs",
                 fmt::format("ALTER TABLE {} RENAME COLUMN uuid TO old_uuid; then {}: every user gets a UUID",
                             user_table(facts), make_uuid));
  else
    report.fault(
        id, summary,
        "Better Auth's own migration creates a text column, which a column of type uuid cannot reference",
        referring.empty()
            ? fmt::format("{}: the values are kept", make_uuid)
            : fmt::format("drop the foreign keys of {}, {}, and add them again on columns of type uuid",
                          fmt::join(referring, ", "), make_uuid));
}

void judge_uuid(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid";
  if (!facts.uuid)
    return report.fault(
        id, "user has no column uuid",
        fmt::format("Better Auth's own id is {}; tokens, paths and the API's tables use a UUID, which has "
                    "not been added yet",
                    facts.ids.contains("user") && facts.ids.at("user").is_counted ? "a number" : "text"),
        fmt::format("{}, and add the plugin drawbridge() from @drawbridge/better-auth", make_uuid));
  // SQLite stores a text in a column of any type.
  if (facts.product != "sqlite" && facts.uuid->type != "uuid") return judge_wrong_type(report, facts);
  report.ok(id, fmt::format("user.uuid exists and is of type {}", display_text(facts.uuid->type)));
}

std::string text_of(const CountedRows& rows, std::string_view what) {
  return fmt::format("{} {} {}{}", rows.count, rows.count == 1 ? "user" : "users", what,
                     rows.ids.empty() ? "" : fmt::format(" (id {})", display_text(rows.ids, longest_line)));
}

/// How somebody takes a value out, so that the migration gives another.
std::string clear_uuid(const BridgeFacts& facts) {
  if (facts.uuid->is_required)
    return fmt::format("UPDATE {} SET uuid = 'a new UUID' WHERE id = 'the id', for each of them",
                       user_table(facts));
  return fmt::format("UPDATE {} SET uuid = NULL WHERE id = 'the id', for each of them; then {}",
                     user_table(facts), make_uuid);
}

void judge_values(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid_values";
  if (!facts.uuid->rows) return report.leave(id, display_text(facts.uuid->rows.error(), longest_line));
  const auto& [without, invalid, shared] = *facts.uuid->rows;
  std::vector<std::string> seen;
  if (invalid.count > 0) seen.push_back(text_of(invalid, "whose uuid is not a lower-case UUID"));
  if (shared.count > 0) seen.push_back(text_of(shared, "whose uuid another user has, too"));
  if (without.count > 0) seen.push_back(text_of(without, "without a uuid"));
  const std::string summary = fmt::format("{}", fmt::join(seen, ", "));
  if (invalid.count > 0)
    report.fault(id, summary,
                 "the values were entered by hand or by an import; a token cannot contain such a value, or "
                 "the API cannot find it",
                 fmt::format("UPDATE {} SET uuid = lower(uuid) where only the case is wrong, otherwise {}",
                             user_table(facts), clear_uuid(facts)));
  else if (shared.count > 0)
    report.fault(id, summary,
                 "rows were copied with their uuid, and nothing keeps it unique: the API treats such users "
                 "as one, so they see each other's data",
                 fmt::format("decide which user keeps it; for the others, {}", clear_uuid(facts)));
  else if (without.count > 0)
    report.fault(id, summary,
                 "they signed up before the column existed, or something other than Better Auth's plugin "
                 "added them: their tokens have no uuid",
                 make_uuid);
  else
    report.ok(id, "every user has their own UUID");
}

void judge_required(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid_required";
  const auto& uuid = *facts.uuid;
  if (uuid.is_required) return report.ok(id, "user.uuid is NOT NULL");
  if (!uuid.is_made)
    return report.fault(id, "user.uuid may be null, and nothing fills it in",
                        "users who sign up without Better Auth's plugin, or are imported, get no uuid and no "
                        "token that the API accepts",
                        make_uuid);
  // SQLite cannot add NOT NULL to a table with rows.
  if (facts.product == "sqlite") return report.ok(id, "a trigger or a default fills user.uuid in");
  report.warning(id, "user.uuid may be null", "a row with an explicit NULL bypasses the column's default",
                 make_uuid);
}

void judge_unique(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid_unique";
  if (facts.uuid->is_unique) return report.ok(id, "user.uuid is unique");
  report.fault(
      id, "user.uuid is not unique for all rows, by exact comparison",
      "it has no unique index of its own: no table can reference it, and two users could share one uuid",
      make_uuid);
}

void judge_default(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.user_uuid_default";
  if (facts.uuid->is_made) return report.ok(id, "a row inserted without a uuid gets one");
  // As Better Auth's migration makes it, and no default can be added there.
  if (facts.product == "sqlite") return report.ok(id, "a row inserted without a uuid is refused");
  report.warning(id, "user.uuid has no default",
                 "without Better Auth's plugin, sign-up fails (MISSING_FIELD), and so does any other program "
                 "that adds a user",
                 make_uuid);
}

std::string name_of(const UserReference& reference) {
  return display_text(fmt::format("{}.{}", reference.table, reference.column));
}

/// The statements that turn one around, to be read by a person first.
std::string turn_around(const UserReference& reference, const BridgeFacts& facts) {
  return fmt::format(
      "ALTER TABLE {0} ADD COLUMN owner {2} REFERENCES {3} (uuid) ON DELETE CASCADE; UPDATE {0} SET owner = "
      "(SELECT uuid FROM {3} AS owners WHERE owners.id = {0}.{1}); ALTER TABLE {0} DROP COLUMN {1}; ALTER "
      "TABLE {0} RENAME COLUMN owner TO {1}",
      quoted_in_sql(reference.table), quoted_in_sql(reference.column),
      facts.product == "sqlite" ? "TEXT" : "uuid", user_table(facts));
}

/// Of the tables whose columns are known; what another backend's name their users by is not.
std::vector<UserReference> not_referring(const BridgeFacts& facts) {
  std::vector<UserReference> found;
  for (const char* const table : {"tasks", "tags"}) {
    const auto columns = facts.tables.find(table);
    if (columns == facts.tables.end() || !is_one_of(columns->second, "user_id")) continue;
    const bool refers = std::ranges::any_of(facts.user_references, [&](const UserReference& key) {
      return key.table == table && key.column == "user_id";
    });
    if (!refers) found.push_back({.table = table, .column = "user_id", .to = {}});
  }
  return found;
}

/// Loses no row and no value: where one is nobody's the database refuses.
std::string reference_to_user(const std::string& table, const BridgeFacts& facts) {
  const char* const column = facts.id_is_uuid ? "id" : "uuid";
  if (facts.product == "sqlite")
    return fmt::format(
        "ALTER TABLE {0} ADD COLUMN owner TEXT REFERENCES {1} ({2}) ON DELETE CASCADE; UPDATE {0} SET owner "
        "= user_id; ALTER TABLE {0} DROP COLUMN user_id; ALTER TABLE {0} RENAME COLUMN owner TO user_id",
        table, user_table(facts), column);
  return fmt::format(
      "ALTER TABLE {0} ALTER COLUMN user_id TYPE {3} USING user_id::{3}, ADD FOREIGN KEY (user_id) "
      "REFERENCES {1} ({2}) ON DELETE CASCADE",
      table, user_table(facts), column, facts.id_is_uuid ? facts.ids.at("user").type : "uuid");
}

void judge_not_referring(Report& report, const std::vector<UserReference>& loose, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.foreign_keys";
  // To what is not unique nothing can refer.
  if (!report.stands("tables.user_uuid_unique"))
    return report.leave(id, report.why_without("tables.user_uuid_unique"));
  std::vector<std::string> names;
  std::vector<std::string> statements;
  for (const UserReference& reference : loose) {
    names.push_back(name_of(reference));
    statements.push_back(reference_to_user(reference.table, facts));
  }
  report.warning(id,
                 fmt::format("{} {} no foreign key to {}", fmt::join(names, ", "),
                             names.size() == 1 ? "has" : "have", column_of_users(facts)),
                 "the database accepts rows of users who do not exist, and keeps the rows of deleted users",
                 fmt::format("if it contains the users' uuids: {}", fmt::join(statements, "; ")));
}

void judge_foreign_keys(Report& report, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.foreign_keys";
  if (!facts.other_references.empty()) return judge_own_users(report, facts);
  std::vector<UserReference> wrong;
  for (const UserReference& reference : facts.user_references)
    if (!facts.id_is_uuid && reference.to != "uuid" && !is_better_auths(reference.table))
      wrong.push_back(reference);
  if (wrong.empty()) {
    const auto loose = not_referring(facts);
    if (!loose.empty()) return judge_not_referring(report, loose, facts);
    return report.ok(id, facts.id_is_uuid ? "user.id is the uuid, and the backend's tables reference it"
                                          : "none of the backend's tables references user.id");
  }
  std::vector<std::string> names;
  std::ranges::transform(wrong, std::back_inserter(names), name_of);
  const std::string summary = fmt::format("{} {} user.id, not user.uuid", fmt::join(names, ", "),
                                          names.size() == 1 ? "references" : "reference");
  const auto first = std::ranges::find_if(wrong, [](const UserReference& key) { return is_ours(key.table); });
  if (first != wrong.end())
    report.fault(id, summary,
                 "the table was created for Better Auth's text id, but tokens and paths identify the user by "
                 "uuid: the API never finds its rows, and the database refuses new ones",
                 turn_around(*first, facts));
  else
    report.warning(id, summary,
                   "tokens and paths identify the user by uuid: an API with these tables finds no rows, "
                   "unless it looks up the id for each request",
                   fmt::format("if your own backend owns the table: {}", turn_around(wrong[0], facts)));
}

/// Tables that some other backend has made.
std::vector<std::string> tables_of_others(const BridgeFacts& facts) {
  std::vector<std::string> names;
  for (const auto& [name, columns] : facts.tables)
    if (name != "user" && !is_better_auths(name) && !is_one_of(bookkeeping, name))
      names.push_back(display_text(name));
  return names;
}

void judge_no_tables(Report& report, const Visit& visit, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.migrations";
  constexpr const char* summary = "the tables of the tasks API do not exist";
  // Which the same migration fixes.
  for (const char* const root :
       {"tables.user_uuid_values", "tables.user_uuid_required", "tables.user_uuid_unique"})
    if (report.is_at_fault(root)) return report.leave(id, report.why_without(root));
  if (visit.api_path != tasks_path)
    report.ok(id, fmt::format(
                      "the API has its own paths, such as {}, and does not need the tables of the tasks API",
                      visit.api_path));
  else if (const auto others = tables_of_others(facts); !others.empty())
    report.ok(id, fmt::format("another backend's tables exist, such as {}", others.front()));
  else if (facts.product == "sqlite")
    report.warning(id, summary,
                   "drawbridge serve creates them when it starts, so it has not started on this file yet; "
                   "your own backend does not need them",
                   "start drawbridge serve with this DATABASE_URL, or run drawbridge migrate up");
  else
    report.fault(id, summary, "the migration has not run on this database, and drawbridge serve waits for it",
                 "run drawbridge migrate up; your own backend creates its own tables instead, for example "
                 "with Alembic");
}

void judge_migrations(Report& report, const Visit& visit, const BridgeFacts& facts) {
  constexpr std::string_view id = "tables.migrations";
  if (!facts.tables_version) return report.leave(id, "the table drawbridge_migrations cannot be read");
  const int version = *facts.tables_version;
  const int latest = facts.latest_tables_version;
  if (version == 0) return judge_no_tables(report, visit, facts);
  const std::string summary = fmt::format(
      "the tables of the tasks API have version {}, but this program expects {}", version, latest);
  if (version < latest)
    report.fault(id, summary, "the program is newer than the tables, and its migration has not run",
                 "run drawbridge migrate up");
  else if (version > latest)
    report.fault(id, summary, "a newer drawbridge has migrated the database",
                 "use that newer drawbridge here, too");
  else
    report.ok(id, fmt::format("the tables of the tasks API have version {}, the latest", version));
}

/// What a backend that goes by Better Auth's own id has no use for.
void check_uuid(Report& report, const Visit& visit, const BridgeFacts& facts) {
  if (goes_by_subject(visit)) {
    report.leave("tables.user_uuid", "DRAWBRIDGE_USER_CLAIM is sub: the backend identifies users by user.id");
    return judge_foreign_keys_by_id(report, facts);
  }
  if (facts.id_is_uuid) {
    judge_id_as_uuid(report, facts);
    judge_foreign_keys(report, facts);
    if (report.may_check("tables.migrations")) judge_migrations(report, visit, facts);
    return;
  }
  judge_uuid(report, facts);
  if (report.may_check("tables.user_uuid_values")) judge_values(report, facts);
  if (report.may_check("tables.user_uuid_required")) judge_required(report, facts);
  if (report.may_check("tables.user_uuid_unique")) judge_unique(report, facts);
  if (report.may_check("tables.user_uuid_default")) judge_default(report, facts);
  judge_foreign_keys(report, facts);
  if (report.may_check("tables.migrations")) judge_migrations(report, visit, facts);
}

}  // namespace

std::optional<BridgeFacts> check_database(Report& report, const Visit& visit) {
  if (!visit.read_database) {
    report.leave("database.reachable", visit.why_no_database);
    return std::nullopt;
  }
  const auto facts = visit.read_database();
  if (!facts) {
    judge_unreadable(report, facts.error());
    return std::nullopt;
  }
  report.ok("database.reachable", fmt::format("{} can be read{}", product_name(*facts),
                                              facts->is_pooled ? ", through a connection pooler" : ""));
  judge_database_file(report, *facts);
  judge_better_auth(report, *facts);
  if (!report.stands("database.better_auth")) return *facts;
  judge_jwks(report, *facts);
  judge_session_token(report, *facts);
  judge_ids(report, *facts);
  check_uuid(report, visit, *facts);
  return *facts;
}

}  // namespace drawbridge::doctor
