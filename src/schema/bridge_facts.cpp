#include "schema/bridge_facts.h"

#include <charconv>

#include <fmt/format.h>

#include "schema/bridge_facts_reader.h"
#include "schema/plan/better_auth_tables.h"
#include "schema/plan/our_tables.h"
#include "schema/postgres/bridge_facts.h"
#include "schema/sqlite/bridge_facts.h"

namespace drawbridge::schema {
namespace {

using plan::Product;
using plan::Query;

/// What the role may not read is nothing.
template <class Work>
auto where_allowed(Work work) -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const QueryRefused& refused) {
    if (!refused.is_not_allowed) throw;
    return std::nullopt;
  }
}

std::int64_t number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

CountedRows count_users(const Query& query, std::string_view condition) {
  CountedRows rows{
      .count = number(query(fmt::format(R"(SELECT count(*) FROM "user" WHERE {})", condition)).at(0).at(0)),
      .ids = {}};
  if (rows.count == 0) return rows;
  const auto found = where_allowed([&] {
    return query(
        fmt::format(R"(SELECT substr(CAST(id AS text), 1, {}) FROM "user" WHERE {} ORDER BY id LIMIT {})",
                    plan::longest_named, condition, plan::rows_named + 1));
  });
  std::vector<std::string> ids;
  for (const auto& row : found.value_or(plan::Rows{})) ids.push_back(row.at(0).value_or(""));
  rows.ids = plan::name_rows(std::move(ids));
  return rows;
}

UuidRows read_rows(Product product, const Query& query, const plan::UuidColumn& column) {
  UuidRows rows;
  if (!column.is_required) rows.without = count_users(query, "uuid IS NULL");
  rows.invalid = count_users(query, plan::invalid_uuid(product, column));
  if (!column.is_unique) rows.shared = count_users(query, plan::shared_uuid(product));
  return rows;
}

UuidColumn read_column(Product product, const Query& query, const plan::UuidColumn& found) {
  UuidColumn column{.type = found.type,
                    .is_required = found.is_required,
                    .is_unique = found.is_unique,
                    .is_made = found.is_made};
  if (product == Product::postgresql && column.type != "uuid") return column;
  try {
    column.rows = read_rows(product, query, found);
  } catch (const QueryRefused& refused) {
    column.rows = std::unexpected{refused.text};
  }
  return column;
}

void sort_references(BridgeFacts& facts, std::vector<UserReference> references) {
  for (UserReference& reference : references) {
    if (reference.to_table == "user") {
      facts.user_references.push_back(std::move(reference));
    } else if ((reference.table == "tasks" || reference.table == "tags") && reference.column == "user_id") {
      facts.other_references.push_back(std::move(reference));
    }
  }
}

/// Which column of theirs is the uuid. A role that may not read the ids leaves open whether texts are UUIDs.
plan::Facts read_users(Product product, const Query& query, const plan::Tables& tables) {
  plan::Facts facts{.product = product,
                    .version = where_allowed([&] { return plan::read_version(product, query); }).value_or(0),
                    .ids = plan::read_ids(product, query, tables),
                    .user = plan::read_user(product, query),
                    .references = plan::read_references(product, query)};
  plan::find_uuid_column(facts);
  where_allowed([&] { return plan::read_ids_of_rows(facts, query), true; });
  return facts;
}

void take_users(BridgeFacts& facts, Product product, const Query& query, plan::Facts users) {
  facts.id_is_uuid = users.user.id_is_uuid;
  facts.ids = std::move(users.ids);
  sort_references(facts, std::move(users.references));
  if (!facts.id_is_uuid || facts.ids.at("user").type == "uuid") return;
  facts.ids_that_are_no_uuids = where_allowed([&] {
                                  return count_users(query, plan::no_canonical_id(product));
                                }).value_or(CountedRows{});
}

std::optional<StoredKeys> count_keys(const Query& query, const char* column) {
  return where_allowed([&] {
    const auto counts = query(fmt::format(R"(SELECT count(*), count("{}") FROM "jwks")", column)).at(0);
    return StoredKeys{.count = number(counts.at(0)), .expiring = number(counts.at(1))};
  });
}

std::optional<StoredKeys> read_keys(const Query& query, const plan::Tables& tables) {
  for (const char* const column : {"expiresAt", "expires_at"}) {
    if (plan::has_column(tables, "jwks", column)) return count_keys(query, column);
  }
  return std::nullopt;
}

/// Whatever bytes a token brings, and however the server reads a literal.
std::string text_expression(Product product, std::string_view text) {
  std::string digits;
  for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return product == Product::sqlite ? fmt::format("CAST(x'{}' AS text)", digits)
                                    : fmt::format("convert_from(decode('{}', 'hex'), 'UTF8')", digits);
}

}  // namespace

BridgeFacts read_bridge_facts(Product product, const Query& asked, const plan::Where& where) {
  plan::Layout layout = plan::read_layout(product, asked, where);
  const Query query = plan::naming(asked, layout.naming.names);
  plan::Facts users = read_users(product, query, layout.tables);
  const plan::User& user = users.user;
  BridgeFacts facts{.product = product == Product::sqlite ? "sqlite" : "postgresql",
                    .version = plan::read_server(product, query).version};
  facts.tables = std::move(layout.tables);
  facts.naming = std::move(layout.naming);
  facts.user_is_no_table = user.kind == plan::User::Kind::other;
  facts.foreign_user = plan::foreign_user(facts.tables, facts.naming);
  if (user.uuid) facts.uuid = read_column(product, query, *user.uuid);
  take_users(facts, product, query, std::move(users));
  facts.keys = read_keys(query, facts.tables);
  facts.tables_version = where_allowed([&] { return plan::read_version(product, query); });
  facts.latest_tables_version = plan::latest_version();
  return facts;
}

bool user_exists(Product product, const Query& asked, const plan::Where& where, const NamedUser& user) {
  const plan::Layout layout = plan::read_layout(product, asked, where);
  const Query query = plan::naming(asked, layout.naming.names);
  const char* const column =
      user.is_subject ? "id" : plan::uuid_column(read_users(product, query, layout.tables));
  return !query(fmt::format(R"(SELECT 1 FROM "user" WHERE CAST({} AS text) = {})", column,
                            text_expression(product, user.text)))
              .empty();
}

std::expected<BridgeFacts, std::string> read_bridge_facts(const database::DatabaseUrl& url,
                                                          const plan::Where& where) {
  return url.is_postgres() ? read_postgres_facts(url.server, where) : read_sqlite_facts(url.file, where);
}

std::expected<bool, std::string> user_exists(const database::DatabaseUrl& url, const plan::Where& where,
                                             const NamedUser& user) {
  return url.is_postgres() ? postgres_user_exists(url.server, where, user)
                           : sqlite_user_exists(url.file, where, user);
}

}  // namespace drawbridge::schema
