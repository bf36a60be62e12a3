#include "schema/postgres/user_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pqxx/result>

namespace drawbridge::schema {
namespace {

constexpr const char* name = "user.uuid";

constexpr const char* kind_of_table = R"sql(
SELECT relkind::text FROM pg_class WHERE oid = to_regclass('"user"'))sql";

constexpr const char* column = R"sql(
SELECT format_type(atttypid, NULL), attnotnull,
       -- A constant is no default that a second row could have.
       coalesce(pg_get_expr(adbin, adrelid) NOT LIKE '''%', false),
       EXISTS (SELECT FROM pg_index
               WHERE indrelid = attrelid AND indkey[0] = attnum AND indisunique AND indisvalid AND indimmediate
                 AND indpred IS NULL AND indnkeyatts = 1)
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = to_regclass('"user"') AND attname = 'uuid' AND NOT attisdropped)sql";

constexpr const char* referrers = R"sql(
SELECT format('%s of %s', conname, conrelid::regclass)
FROM pg_constraint JOIN pg_attribute ON attrelid = confrelid AND attnum = ANY (confkey)
WHERE contype = 'f' AND confrelid = to_regclass('"user"') AND attname = 'uuid' AND conparentid = 0
ORDER BY 1)sql";

bool is_text(const std::string& type) {
  return type == "text" || type == "character varying" || type == "character";
}

std::string row_names(pqxx::transaction_base& transaction, const std::string& condition) {
  const auto rows = transaction.exec(
      fmt::format(R"(SELECT id::text FROM "user" WHERE {} ORDER BY lower(uuid::text), id LIMIT {})",
                  condition, rows_named + 1));
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row[0].as<std::string>());
  return ids.empty() ? std::string{} : name_rows(std::move(ids));
}

/// The condition that a row's uuid is none that a token could carry.
std::string is_bad(const std::string& type) {
  constexpr const char* nil = "uuid::text = '00000000-0000-0000-0000-000000000000'";
  if (!is_text(type)) return nil;
  return fmt::format("uuid !~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' OR {}", nil);
}

std::string row_obstacle(pqxx::transaction_base& transaction, const PostgresUserTable& table) {
  if (const std::string rows = row_names(transaction, is_bad(table.uuid_type)); !rows.empty()) {
    return fmt::format("user.uuid is not a UUID in the rows with id {}: correct or clear them first", rows);
  }
  // As text, two spellings of one UUID could be in two rows.
  if (table.uuid_is_unique && !is_text(table.uuid_type)) return {};
  const std::string rows = row_names(
      transaction, R"(lower(uuid::text) IN (SELECT lower(uuid::text) FROM "user" WHERE uuid IS NOT NULL )"
                   "GROUP BY 1 HAVING count(*) > 1)");
  if (rows.empty()) return {};
  return fmt::format("user.uuid is the same in several rows, with id {}: decide whose it is first", rows);
}

std::string structure_sql(const PostgresUserTable& table) {
  std::string sql;
  if (table.uuid_type.empty()) {
    sql += "ALTER TABLE \"user\" ADD COLUMN uuid uuid;\n";
  } else if (is_text(table.uuid_type)) {
    sql += "ALTER TABLE \"user\" ALTER COLUMN uuid DROP DEFAULT;\n";
    sql += "ALTER TABLE \"user\" ALTER COLUMN uuid TYPE uuid USING uuid::uuid;\n";
  }
  if (table.uuid_type != "uuid" || !table.uuid_has_default) {
    sql += "ALTER TABLE \"user\" ALTER COLUMN uuid SET DEFAULT gen_random_uuid();\n";
  }
  return sql;
}

std::string constraint_sql(const PostgresUserTable& table) {
  std::string sql;
  if (!table.uuid_is_required) {
    // A row that somebody changed during the batches may have moved to a page that had been looked at.
    sql +=
        "LOCK TABLE \"user\" IN ACCESS EXCLUSIVE MODE;\n"
        "UPDATE \"user\" SET uuid = gen_random_uuid() WHERE uuid IS NULL;\n";
  }
  if (!table.uuid_is_unique) sql += "ALTER TABLE \"user\" ADD UNIQUE (uuid);\n";
  if (!table.uuid_is_required) sql += "ALTER TABLE \"user\" ALTER COLUMN uuid SET NOT NULL;\n";
  return sql;
}

}  // namespace

bool PostgresUserTable::complete() const {
  return exists && uuid_type == "uuid" && uuid_is_required && uuid_has_default && uuid_is_unique;
}

PostgresUserTable inspect_postgres_user_table(pqxx::transaction_base& transaction) {
  PostgresUserTable table;
  const auto kind = transaction.exec(kind_of_table);
  if (kind.empty()) return table;
  const std::string relkind = kind[0][0].as<std::string>();
  table.exists = relkind == "r" || relkind == "p";
  table.is_other = !table.exists;
  const auto found = transaction.exec(column);
  if (found.empty()) return table;
  table.uuid_type = found[0][0].as<std::string>();
  table.uuid_is_required = found[0][1].as<bool>();
  table.uuid_has_default = found[0][2].as<bool>();
  table.uuid_is_unique = found[0][3].as<bool>();
  for (const auto& row : transaction.exec(referrers)) table.referrers.push_back(row[0].as<std::string>());
  return table;
}

std::string postgres_user_obstacle(pqxx::transaction_base& transaction, const PostgresUserTable& table) {
  if (table.is_other) return "\"user\" is not a table, as Better Auth's is: foreign keys cannot refer to it";
  if (!table.exists || table.uuid_type.empty() || table.complete()) return {};
  if (table.uuid_type != "uuid" && !is_text(table.uuid_type)) {
    return fmt::format("user.uuid is of type {}: it must be uuid, or text that can become uuid",
                       table.uuid_type);
  }
  if (std::string rows = row_obstacle(transaction, table); !rows.empty()) return rows;
  if (is_text(table.uuid_type) && !table.referrers.empty()) {
    return fmt::format(
        "user.uuid is of type {} and must become uuid, but foreign keys refer to it: {}. Drop them, run this "
        "again, and add them to columns of type uuid",
        table.uuid_type, fmt::join(table.referrers, ", "));
  }
  return {};
}

std::vector<Change> postgres_user_changes(const PostgresUserTable& table, std::int64_t rows_without) {
  std::vector<Change> changes;
  if (std::string sql = structure_sql(table); !sql.empty())
    changes.push_back({.name = name, .sql = std::move(sql)});
  if (rows_without > 0) {
    changes.push_back({.name = name,
                       .sql = "UPDATE \"user\" SET uuid = gen_random_uuid() WHERE uuid IS NULL;\n",
                       .kind = Change::Kind::fill_uuids,
                       .rows = rows_without});
  }
  if (std::string sql = constraint_sql(table); !sql.empty())
    changes.push_back({.name = name, .sql = std::move(sql)});
  return changes;
}

}  // namespace drawbridge::schema
