#include "schema/postgres/tables.h"

#include <pqxx/result>

namespace drawbridge::schema {

Tables read_tables(pqxx::transaction_base& transaction) {
  Tables tables;
  const auto rows = transaction.exec(
      "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid "
      "WHERE relkind IN ('r', 'p') AND pg_table_is_visible(pg_class.oid) AND relnamespace = "
      "current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum");
  for (const auto& row : rows) tables[row[0].as<std::string>()].push_back(row[1].as<std::string>());
  return tables;
}

}  // namespace drawbridge::schema
