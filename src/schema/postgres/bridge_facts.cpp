#include "schema/postgres/bridge_facts.h"

#include <functional>

#include <fmt/format.h>

#include "database/postgres/connection.h"
#include "schema/better_auth_tables.h"
#include "schema/migrated_database.h"
#include "schema/postgres/schema.h"
#include "schema/postgres/tables.h"
#include "schema/postgres/user_table.h"

namespace drawbridge::schema {
namespace {

constexpr const char* references = R"sql(
SELECT relname, referring.attname, referred.attname
FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid
JOIN pg_attribute AS referring ON referring.attrelid = conrelid AND referring.attnum = conkey[1]
JOIN pg_attribute AS referred ON referred.attrelid = confrelid AND referred.attnum = confkey[1]
WHERE contype = 'f' AND confrelid = to_regclass('"user"') AND conparentid = 0
ORDER BY 1, 2)sql";

constexpr const char* shared = R"(uuid IN (SELECT uuid FROM "user" GROUP BY uuid HAVING count(*) > 1))";
constexpr const char* nil = "uuid = '00000000-0000-0000-0000-000000000000'";

/// A statement that fails spoils no other; what libpqxx throws becomes a value. Within 10 s.
template <class T>
std::expected<T, std::string> read(const std::string& url,
                                   const std::function<T(pqxx::transaction_base&)>& work) {
  try {
    database::StallWatch watch;
    const auto place = watch.place();
    database::PostgresConnection connection{url, database::PostgresUse::read, place.get()};
    const database::Watched watched{*place, connection.socket()};
    pqxx::nontransaction transaction{connection.raw()};
    return work(transaction);
  } catch (const pqxx::failure& failure) {
    return std::unexpected{database::describe(failure)};
  }
}

/// What the role may not read is nothing.
template <class Work>
auto where_allowed(Work work) -> std::optional<decltype(work())> {
  try {
    return work();
  } catch (const pqxx::insufficient_privilege&) {
    return std::nullopt;
  }
}

CountedRows count_users(pqxx::transaction_base& transaction, const char* condition) {
  CountedRows rows;
  rows.count = transaction.exec1(fmt::format(R"(SELECT count(*) FROM "user" WHERE {})", condition))[0]
                   .as<std::int64_t>();
  if (rows.count == 0) return rows;
  const auto ids = where_allowed([&] {
    std::vector<std::string> found;
    for (const auto& row : transaction.exec(
             fmt::format(R"(SELECT left(id::text, {}) FROM "user" WHERE {} ORDER BY id LIMIT {})",
                         longest_named, condition, rows_named + 1)))
      found.push_back(row[0].as<std::string>());
    return found;
  });
  if (ids) rows.ids = name_rows(*ids);
  return rows;
}

/// Of a column of type uuid.
UuidRows read_rows(pqxx::transaction_base& transaction, const UuidColumn& column) {
  UuidRows rows;
  if (!column.is_required) rows.without = count_users(transaction, "uuid IS NULL");
  rows.invalid = count_users(transaction, nil);
  if (!column.is_unique) rows.shared = count_users(transaction, shared);
  return rows;
}

UuidColumn read_column(pqxx::transaction_base& transaction, const PostgresUserTable& user) {
  UuidColumn column{.type = user.uuid_type,
                    .is_required = user.uuid_is_required,
                    .is_unique = user.uuid_is_unique,
                    .is_made = user.uuid_has_default};
  if (column.type != "uuid") return column;
  try {
    column.rows = read_rows(transaction, column);
  } catch (const pqxx::sql_error& error) {
    column.rows = std::unexpected{database::describe(error)};
  }
  return column;
}

std::vector<UserReference> read_references(pqxx::transaction_base& transaction) {
  std::vector<UserReference> found;
  for (const auto& row : transaction.exec(references))
    found.push_back({.table = row[0].as<std::string>(),
                     .column = row[1].as<std::string>(),
                     .to = row[2].as<std::string>()});
  return found;
}

std::optional<StoredKeys> read_keys(pqxx::transaction_base& transaction, const Tables& tables) {
  if (!has_column(tables, "jwks", "expiresAt")) return std::nullopt;
  return where_allowed([&] {
    const auto counts = transaction.exec1(R"(SELECT count(*), count("expiresAt") FROM "jwks")");
    return StoredKeys{.count = counts[0].as<std::int64_t>(), .expiring = counts[1].as<std::int64_t>()};
  });
}

/// `15.14` of `15.14 (Debian 15.14-0+deb12u1)`.
std::string server_version(pqxx::transaction_base& transaction) {
  const std::string text = transaction.exec1("SHOW server_version")[0].as<std::string>();
  return text.substr(0, text.find(' '));
}

BridgeFacts facts_of(pqxx::transaction_base& transaction) {
  const PostgresUserTable user = inspect_postgres_user_table(transaction);
  BridgeFacts facts{.product = "postgresql", .version = server_version(transaction)};
  facts.tables = read_tables(transaction);
  facts.user_is_no_table = user.is_other;
  facts.foreign_names = foreign_names(facts.tables);
  if (!user.uuid_type.empty()) facts.uuid = read_column(transaction, user);
  facts.user_references = read_references(transaction);
  facts.keys = read_keys(transaction, facts.tables);
  facts.tables_version = where_allowed([&] { return postgres_schema_version(transaction); });
  facts.latest_tables_version = latest_postgres_schema_version();
  return facts;
}

}  // namespace

std::expected<BridgeFacts, std::string> read_postgres_facts(const std::string& url) {
  return read<BridgeFacts>(url, facts_of);
}

std::expected<bool, std::string> postgres_user_exists(const std::string& url, const Uuid& uuid) {
  return read<bool>(url, [&](pqxx::transaction_base& transaction) {
    return !transaction.exec_params(database::find_user, uuid.text()).empty();
  });
}

}  // namespace drawbridge::schema
