#include "schema/plan/read_facts.h"

#include <charconv>

#include <fmt/format.h>

#include "schema/plan/additions.h"

namespace drawbridge::schema::plan {
namespace {

/// How one product is asked. A condition comes as 1 or 0.
struct Queries {
  const char* server;
  const char* tables;
  const char* user;
  const char* ids;
  const char* references;
  const char* user_of_tasks;  ///< as a statement names it
  const char* has_migrations;
  const char* name_and_order;  ///< of a row of `user`
};

// In double quotes, and there alone, a name is one of Better Auth's tables, which `named` replaces. SQLite
// takes no SQL for a name where a pragma wants one, so it is taken out of the quotes. SQLite compares
// names with the case of ASCII letters ignored, so `user` is named in Better Auth's spelling. A column that
// is hidden belongs to a virtual table; the other two kinds are generated.
constexpr Queries sqlite{
    .server = "SELECT sqlite_version()",
    .tables = R"sql(
SELECT NULL, CASE lower(tables.name) WHEN 'user' THEN 'user' ELSE tables.name END, tables.type = 'table', 1, 1,
       columns.name
FROM sqlite_schema AS tables JOIN pragma_table_xinfo(tables.name) AS columns
WHERE tables.type IN ('table', 'view') AND columns.hidden <> 1)sql",
    .user = R"sql(
SELECT tables.type = 'table', lower(columns.type), lower(columns.type), columns."notnull" = 1,
       EXISTS (SELECT 1 FROM pragma_index_list(tables.name) AS list
               WHERE list."unique" = 1 AND list.partial = 0
                 AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1
                 AND EXISTS (SELECT 1 FROM pragma_index_xinfo(list.name) AS info
                             WHERE info.key = 1 AND lower(info.name) = 'uuid' AND info.coll = 'BINARY')),
       columns.dflt_value IS NOT NULL OR columns.hidden IN (2, 3)
         OR EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'drawbridge_*_uuid'
                    AND tbl_name = tables.name COLLATE NOCASE),
       columns.dflt_value, columns.hidden IN (2, 3),
       (SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'drawbridge_*_uuid'
          AND tbl_name = tables.name COLLATE NOCASE),
       (SELECT name FROM sqlite_schema WHERE type = 'index' AND name GLOB 'drawbridge_*_uuid_unique'
          AND tbl_name = tables.name COLLATE NOCASE)
FROM sqlite_schema AS tables
LEFT JOIN pragma_table_xinfo(CASE tables.type WHEN 'table' THEN tables.name END) AS columns
  ON lower(columns.name) = 'uuid'
WHERE tables.name = replace(substr('"user"', 2, length('"user"') - 2), '""', '"') COLLATE NOCASE
  AND tables.type IN ('table', 'view'))sql",
    .ids = R"sql(
WITH written (name, sql) AS (VALUES ('user', '"user"'), ('session', '"session"'), ('account', '"account"'),
       ('verification', '"verification"'), ('jwks', '"jwks"')),
     tables (name, actual) AS (SELECT name, replace(substr(sql, 2, length(sql) - 2), '""', '"') FROM written)
SELECT tables.name, lower(columns.type), lower(columns.type) = 'integer' AND columns.pk = 1, columns.dflt_value
FROM tables JOIN pragma_table_info(tables.actual) AS columns ON lower(columns.name) = 'id')sql",
    // Without a column, the key refers to the primary key.
    .references = R"sql(
WITH written (name, sql) AS (VALUES ('user', '"user"'), ('session', '"session"'), ('account', '"account"'),
       ('verification', '"verification"'), ('jwks', '"jwks"')),
     named (name, actual) AS (SELECT name, replace(substr(sql, 2, length(sql) - 2), '""', '"') FROM written)
SELECT coalesce(referring.name, tables.name), keys."from", lower(coalesce(keys."to", 'id')),
       coalesce(referred.name, CASE lower(keys."table") WHEN 'user' THEN 'main.user' ELSE lower(keys."table") END),
       keys."from" || ' of ' || tables.name
FROM sqlite_schema AS tables JOIN pragma_foreign_key_list(tables.name) AS keys
LEFT JOIN named AS referring ON referring.actual = tables.name COLLATE NOCASE
LEFT JOIN named AS referred ON referred.actual = keys."table" COLLATE NOCASE
WHERE tables.type = 'table' ORDER BY 1, 2)sql",
    .user_of_tasks = R"sql(
SELECT '"' || replace("table", '"', '""') || '"' FROM pragma_foreign_key_list('tasks') WHERE lower("from") = 'user_id')sql",
    .has_migrations = R"sql(
SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'drawbridge_migrations')sql",
    .name_and_order = "id, uuid",
};

// Asked of the catalogue, which every role may read. A constant is no default that a second row could have.
// A domain counts as the type that it restricts.
constexpr Queries postgres{
    .server = R"sql(
SELECT current_setting('server_version'), current_setting('server_version_num'),
       current_setting('server_encoding'), (to_regcollation('"und-x-icu"') IS NOT NULL)::int,
       (current_schema() IS NOT NULL)::int)sql",
    // What may be Better Auth's is looked for in every schema.
    .tables = R"sql(
SELECT nspname, relname, (relkind IN ('r', 'p'))::int,
       (pg_table_is_visible(pg_class.oid) AND nspname = ANY (current_schemas(false)))::int,
       coalesce(nspname = current_schema(), false)::int, attname
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped
  AND nspname <> 'information_schema' AND nspname !~ '^pg_'
  AND (nspname = ANY (current_schemas(false)) OR nspname = {schema}
       OR relname IN ('__drizzle_migrations', '_prisma_migrations')
       OR pg_class.oid IN (SELECT attrelid FROM pg_attribute WHERE lower(replace(attname, '_', '')) IN
                             ('emailverified', 'isemailverified', 'providerid')))
ORDER BY nspname, relname, attnum)sql",
    .user = R"sql(
SELECT (relkind IN ('r', 'p'))::int, format_type(coalesce(nullif(typbasetype, 0), atttypid), NULL),
       format_type(atttypid, atttypmod), attnotnull::int,
       EXISTS (SELECT FROM pg_index
               WHERE indrelid = attrelid AND indkey[0] = attnum AND indisunique AND indisvalid AND indimmediate
                 AND indpred IS NULL AND indnkeyatts = 1)::int,
       coalesce(pg_get_expr(adbin, adrelid) NOT LIKE '''%', false)::int, pg_get_expr(adbin, adrelid),
       (attgenerated <> '')::int, NULL, NULL
FROM pg_class
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'uuid' AND NOT attisdropped
LEFT JOIN pg_type ON pg_type.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE pg_class.oid = to_regclass('"user"'))sql",
    .ids = R"sql(
SELECT tables.name,
       CASE typbasetype WHEN 0 THEN format_type(atttypid, atttypmod) ELSE format_type(typbasetype, typtypmod) END,
       (attidentity <> '' OR coalesce(expression LIKE 'nextval(%', false))::int,
       CASE WHEN expression NOT LIKE '''%' AND expression NOT LIKE 'nextval(%' THEN expression END
FROM (VALUES ('user', to_regclass('"user"')), ('session', to_regclass('"session"')),
  ('account', to_regclass('"account"')), ('verification', to_regclass('"verification"')),
  ('jwks', to_regclass('"jwks"'))) AS tables (name, oid)
JOIN pg_attribute ON attrelid = tables.oid AND attname = 'id' AND NOT attisdropped
JOIN pg_type ON pg_type.oid = atttypid
LEFT JOIN LATERAL (SELECT pg_get_expr(adbin, adrelid) AS expression FROM pg_attrdef
                   WHERE adrelid = attrelid AND adnum = attnum) AS made ON true)sql",
    // conparentid: that of a partition is named with its table's.
    .references = R"sql(
SELECT CASE conrelid WHEN to_regclass('"user"') THEN 'user' WHEN to_regclass('"session"') THEN 'session'
         WHEN to_regclass('"account"') THEN 'account' ELSE referring.relname END, here.attname, there.attname,
       CASE confrelid WHEN to_regclass('"user"') THEN 'user' WHEN to_regclass('"session"') THEN 'session'
         WHEN to_regclass('"account"') THEN 'account' WHEN to_regclass('"verification"') THEN 'verification'
         WHEN to_regclass('"jwks"') THEN 'jwks'
         ELSE CASE WHEN referred.relname IN ('user', 'session', 'account', 'verification', 'jwks')
           THEN format('%s.%I', referred.relnamespace::regnamespace, referred.relname) ELSE referred.relname END END,
       format('%s of %s', conname, conrelid::regclass)
FROM pg_constraint
CROSS JOIN LATERAL unnest(conkey, confkey) AS keys (here, there)
JOIN pg_class AS referring ON referring.oid = conrelid
JOIN pg_class AS referred ON referred.oid = confrelid
JOIN pg_attribute AS here ON here.attrelid = conrelid AND here.attnum = keys.here
JOIN pg_attribute AS there ON there.attrelid = confrelid AND there.attnum = keys.there
WHERE contype = 'f' AND conparentid = 0 AND (confrelid IN (to_regclass('"user"'), to_regclass('"session"'),
    to_regclass('"account"'), to_regclass('"verification"'), to_regclass('"jwks"'))
  OR conrelid IN (to_regclass('tasks'), to_regclass('tags')))
ORDER BY 1, 2)sql",
    .user_of_tasks = R"sql(
SELECT confrelid::regclass::text FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND conrelid = to_regclass('tasks') AND cardinality(conkey) = 1 AND attname = 'user_id')sql",
    .has_migrations = "SELECT (to_regclass('drawbridge_migrations') IS NOT NULL)::int",
    .name_and_order = "id::text, lower(uuid::text)",
};

constexpr const char* pages_of = "SELECT pg_relation_size('{}') / current_setting('block_size')::bigint";

const Queries& queries_of(Product product) {
  return product == Product::sqlite ? sqlite : postgres;
}

std::int64_t number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

bool flag(const std::optional<std::string>& text) {
  return text == "1";
}

constexpr const char* nil = "00000000-0000-0000-0000-000000000000";

/// Compared as text, so only the lower-case form will do.
std::string canonical_on_sqlite(std::string_view column) {
  std::string pattern;
  for (const std::size_t digits : {8U, 4U, 4U, 4U, 12U}) {
    if (!pattern.empty()) pattern += '-';
    for (std::size_t i = 0; i < digits; ++i) pattern += "[0-9a-f]";
  }
  return fmt::format("typeof({0}) = 'text' AND length({0}) = 36 AND {0} GLOB '{1}' AND {0} <> '{2}'", column,
                     pattern, nil);
}

std::int64_t count(const Query& query, const std::string& from) {
  return number(query(fmt::format("SELECT count(*) FROM {}", from)).at(0).at(0));
}

std::int64_t count_pages(const Query& query, std::string_view table) {
  return number(query(fmt::format(pages_of, table)).at(0).at(0));
}

/// Of our tables. By an index where they are of the latest version.
Tasks read_tasks(Product product, const Query& query, const Tables& tables, int version) {
  // Before we made it, a table of that name is somebody else's.
  if (version == 0 || !tables.contains("tasks")) return {};
  const bool has_folded = has_column(tables, "tasks", "title_folded");
  Tasks tasks{.unfolded = count(query, has_folded ? "tasks WHERE title_folded IS NULL" : "tasks")};
  if (product == Product::postgresql && tasks.unfolded > 0) tasks.pages = count_pages(query, "tasks");
  return tasks;
}

std::vector<std::string> ids_where(Product product, const Query& query, const std::string& condition) {
  std::vector<std::string> ids;
  for (const auto& row : query(fmt::format(R"(SELECT {} FROM "user" WHERE {} ORDER BY 2, 1 LIMIT {})",
                                           queries_of(product).name_and_order, condition, rows_named + 1))) {
    ids.push_back(row.at(0).value_or(""));
  }
  return ids;
}

std::string schema_fault(Product product, const Query& query, const Where& where) {
  if (where.schema.empty()) return {};
  if (product == Product::sqlite) return "SQLite has no schemas: leave --schema (DRAWBRIDGE_SCHEMA) out";
  const auto found =
      query(fmt::format("SELECT count(*) FROM pg_namespace WHERE nspname = {}", literal(where.schema)));
  if (flag(found.at(0).at(0))) return {};
  return fmt::format(
      "there is no schema {}, which --schema (DRAWBRIDGE_SCHEMA) names: create it, or correct the name",
      identifier(where.schema));
}

bool exists(const Query& query, const std::string& from) {
  return number(query(fmt::format("SELECT CAST(EXISTS (SELECT 1 FROM {}) AS integer)", from)).at(0).at(0)) ==
         1;
}

bool holds_texts(const IdColumn& id) {
  return !id.is_counted && (id.type.contains("text") || id.type.contains("char"));
}

/// What was added to that table is not for the tables that are found to lose. Where none is found in its
/// place and it is gone, it is nowhere.
bool is_elsewhere(const Facts& facts, const Query& asked, const std::string& name, const std::string& place) {
  if (place.empty()) return false;
  const std::string table = table_of_addition(name);
  const bool is_sqlite = facts.product == Product::sqlite;
  if (facts.tables.contains(table)) {
    const Query query = naming(asked, facts.naming.names);
    const auto found = query(fmt::format("SELECT {}", place_expression(facts.product, table))).at(0).at(0);
    return found != place;
  }
  // The name is one that was written down, and none for `named`.
  return flag(
      asked(fmt::format(fmt::runtime(is_sqlite ? R"(SELECT count(*) FROM sqlite_schema WHERE type = 'table'
  AND '"' || replace(name, '"', '""') || '"' = {} COLLATE NOCASE)"
                                               : "SELECT (to_regclass({}) IS NOT NULL)::int"),
                        literal(place)))
          .at(0)
          .at(0));
}

/// What our tables refer to already, where they do.
std::optional<bool> tasks_refer_to_id(const Facts& facts) {
  if (facts.version == 0) return std::nullopt;  // a table of that name is somebody else's
  for (const Reference& reference : facts.references)
    if (reference.table == "tasks" && reference.column == "user_id" && reference.to_table == "user")
      return reference.to == "id";
  return std::nullopt;
}

/// Whether values of that type can be, or become, UUIDs.
bool holds_uuids(Product product, const UuidColumn& column) {
  return product == Product::sqlite || column.type == "uuid" || is_text(column.type);
}

}  // namespace

bool is_text(const std::string& type) {
  return type == "text" || type == "character varying" || type == "character";
}

std::string invalid_uuid(Product product, const UuidColumn& column) {
  if (product == Product::sqlite) {
    return fmt::format("uuid IS NOT NULL AND NOT ({})", canonical_on_sqlite("uuid"));
  }
  if (!is_text(column.type)) return fmt::format("uuid::text = '{}'", nil);
  return fmt::format("uuid !~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' OR uuid::text = '{}'",
                     nil);
}

std::string no_canonical_id(Product product) {
  if (product == Product::sqlite) return fmt::format("NOT ({})", canonical_on_sqlite("id"));
  return fmt::format("id !~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' OR id = '{}'", nil);
}

const char* shared_uuid(Product product) {
  if (product == Product::sqlite) {
    return R"(uuid IN (SELECT uuid FROM "user" WHERE uuid IS NOT NULL GROUP BY uuid HAVING count(*) > 1))";
  }
  return R"(lower(uuid::text) IN
  (SELECT lower(uuid::text) FROM "user" WHERE uuid IS NOT NULL GROUP BY 1 HAVING count(*) > 1))";
}

Server read_server(Product product, const Query& query) {
  const auto row = query(queries_of(product).server).at(0);
  const std::string version = row.at(0).value_or("");
  if (product == Product::sqlite) return {.version = version};
  // `15.14` of `15.14 (Debian 15.14-0+deb12u1)`.
  return {.version = version.substr(0, version.find(' ')),
          .number = static_cast<int>(number(row.at(1))),
          .encoding = row.at(2).value_or(""),
          .has_icu = flag(row.at(3)),
          .has_schema = flag(row.at(4))};
}

Layout read_layout(Product product, const Query& query, const Where& where) {
  std::vector<FoundTable> found;
  for (const auto& row : query(fmt::format(fmt::runtime(queries_of(product).tables),
                                           fmt::arg("schema", literal(where.schema))))) {
    const auto schema = row.at(0).value_or("");
    const auto name = row.at(1).value_or("");
    if (found.empty() || found.back().name != name || found.back().schema != schema) {
      found.push_back({.schema = schema,
                       .name = name,
                       .is_table = flag(row.at(2)),
                       .is_visible = flag(row.at(3)),
                       .is_current = flag(row.at(4))});
    }
    found.back().columns.push_back(row.at(5).value_or(""));
  }
  Layout layout = layout_of(found, where);
  if (std::string fault = schema_fault(product, query, where); !fault.empty())
    layout.naming.obstacle = std::move(fault);
  return layout;
}

Query naming(const Query& query, const Names& names) {
  if (names.empty()) return query;
  return [query, names](const std::string& sql) { return query(named(sql, names)); };
}

User read_user(Product product, const Query& query) {
  User user;
  const Rows rows = query(queries_of(product).user);
  if (rows.empty()) return user;
  const auto& row = rows.front();
  user.kind = flag(row.at(0)) ? User::Kind::table : User::Kind::other;
  if (user.kind == User::Kind::other || !row.at(1)) return user;
  user.uuid = UuidColumn{.type = *row.at(1),
                         .full_type = row.at(2).value_or(""),
                         .is_required = flag(row.at(3)),
                         .is_unique = flag(row.at(4)),
                         .is_made = flag(row.at(5)),
                         .is_generated = flag(row.at(7)),
                         .default_value = row.at(6)};
  user.trigger = row.at(8).value_or("");
  user.index = row.at(9).value_or("");
  return user;
}

std::vector<Reference> read_references(Product product, const Query& query) {
  std::vector<Reference> references;
  for (const auto& row : query(queries_of(product).references)) {
    references.push_back({.table = row.at(0).value_or(""),
                          .column = row.at(1).value_or(""),
                          .to = row.at(2).value_or(""),
                          .to_table = row.at(3).value_or(""),
                          .name = row.at(4).value_or("")});
  }
  return references;
}

int read_version(Product product, const Query& query) {
  if (!flag(query(queries_of(product).has_migrations).at(0).at(0))) return 0;
  return static_cast<int>(
      number(query("SELECT coalesce(max(version), 0) FROM drawbridge_migrations").at(0).at(0)));
}

std::map<std::string, IdColumn> read_ids(Product product, const Query& query, const Tables& tables) {
  std::map<std::string, IdColumn> ids;
  for (const auto& row : query(queries_of(product).ids)) {
    const std::string table = row.at(0).value_or("");
    if (!tables.contains(table)) continue;  // an app's, which has the name alone
    ids[table] = {.type = row.at(1).value_or(""), .is_counted = flag(row.at(2)), .default_value = row.at(3)};
  }
  return ids;
}

void find_uuid_column(Facts& facts) {
  User& user = facts.user;
  if (user.kind != User::Kind::table || user.uuid) return;
  const auto id = facts.ids.find("user");
  user.id_is_uuid = tasks_refer_to_id(facts).value_or(id != facts.ids.end() && id->second.type == "uuid");
}

void read_ids_of_rows(Facts& facts, const Query& query) {
  User& user = facts.user;
  const auto id = facts.ids.find("user");
  if (user.kind != User::Kind::table || user.uuid || user.id_is_uuid || id == facts.ids.end() ||
      !holds_texts(id->second))
    return;
  for (const auto& row : query(fmt::format(R"(SELECT id FROM "user" WHERE {} LIMIT {})",
                                           no_canonical_id(facts.product), rows_named + 1))) {
    user.rows.ids_that_are_no_uuids.push_back(row.at(0).value_or(""));
  }
  if (tasks_refer_to_id(facts)) return;
  user.id_is_uuid = user.rows.ids_that_are_no_uuids.empty() && exists(query, R"("user")");
}

Facts read_readiness(Product product, const Query& query) {
  Facts facts{.product = product, .version = read_version(product, query)};
  // Whose rows our tasks are says their foreign key; before there is one, the columns.
  const Rows user = facts.version > 0 ? query(queries_of(product).user_of_tasks) : Rows{};
  if (user.empty()) {
    facts.naming = read_layout(product, query, {}).naming;
  } else {
    facts.naming.names.emplace("user", user.front().at(0).value_or(""));
  }
  const Query here = naming(query, facts.naming.names);
  facts.user = read_user(product, here);
  if (facts.user.kind != User::Kind::table || facts.user.uuid) return facts;
  facts.ids = read_ids(product, here, {{"user", {}}});
  facts.references = read_references(product, here);
  find_uuid_column(facts);
  return facts;
}

Facts read_our_tables(Product product, const Query& query) {
  Facts facts = read_readiness(product, query);
  facts.tables = read_layout(product, query, {}).tables;
  facts.tasks = read_tasks(product, query, facts.tables, facts.version);
  return facts;
}

Facts read_schema(Product product, const Query& query, const Where& where) {
  Layout layout = read_layout(product, query, where);
  const Query here = naming(query, layout.naming.names);
  Facts facts{.product = product,
              .version = read_version(product, query),
              .tables = std::move(layout.tables),
              .naming = std::move(layout.naming),
              .ids = {},
              .user = read_user(product, here),
              .references = read_references(product, here)};
  facts.ids = read_ids(product, here, facts.tables);
  find_uuid_column(facts);
  for (auto& [table, id] : facts.ids) {
    if (is_left_out(facts, table)) id.has_rows = exists(here, fmt::format(R"("{}")", table));
  }
  if (facts.tables.contains("session") && !has_column(facts.tables, "session", "token")) {
    facts.tokenless_sessions = count(here, R"("session")");
  }
  return facts;
}

void read_user_rows(Facts& facts, const Query& asked) {
  const Query query = naming(asked, facts.naming.names);
  User& user = facts.user;
  const Product product = facts.product;
  if (user.kind != User::Kind::table) return;
  read_ids_of_rows(facts, query);
  if (user.id_is_uuid || (product == Product::postgresql && is_complete(facts))) return;
  user.rows.without = count(query, user.uuid ? R"("user" WHERE uuid IS NULL)" : R"("user")");
  if (product == Product::postgresql) user.pages = count_pages(query, R"("user")");
  if (!user.uuid || !holds_uuids(product, *user.uuid) || !has_column(facts.tables, "user", "id")) return;
  user.rows.invalid = ids_where(product, query, invalid_uuid(product, *user.uuid));
  // As text, two spellings of one UUID could be in two rows.
  if (can_be_referenced(facts)) return;
  user.rows.shared = ids_where(product, query, shared_uuid(product));
}

Facts read_facts(Product product, const Query& query, const Where& where) {
  Facts facts = read_schema(product, query, where);
  facts.server = read_server(product, query);
  facts.tasks = read_tasks(product, query, facts.tables, facts.version);
  read_user_rows(facts, query);
  return facts;
}

void read_additions(Facts& facts, const Query& asked) {
  const Query query = naming(asked, facts.naming.names);
  if (!facts.tables.contains(additions_table)) return;
  for (const auto& row : query(fmt::format("SELECT name, detail FROM {} ORDER BY name", additions_table))) {
    const auto [name, place] = read_addition_row(row.at(0).value_or(""));
    if (is_elsewhere(facts, asked, name, place)) {
      facts.additions_elsewhere.emplace(name, place);
      continue;
    }
    facts.additions.insert_or_assign(name, Addition{.detail = row.at(1), .place = place});
    if (facts.tables.contains(name)) facts.rows[name] = count(query, fmt::format(R"("{}")", name));
  }
}

}  // namespace drawbridge::schema::plan
