#include "schema/sqlite/tables.h"

#include <SQLiteCpp/Statement.h>

namespace drawbridge::schema {

Tables read_tables(SQLite::Database& database) {
  Tables tables;
  SQLite::Statement columns{
      database,
      "SELECT CASE lower(tables.name) WHEN 'user' THEN 'user' ELSE tables.name END, columns.name FROM "
      "sqlite_schema AS tables JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"};
  while (columns.executeStep())
    tables[columns.getColumn(0).getString()].push_back(columns.getColumn(1).getString());
  return tables;
}

}  // namespace drawbridge::schema
