#include "schema/sqlite/query.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

namespace drawbridge::schema {

plan::Query query_of(SQLite::Database& database) {
  return [&database](const std::string& sql) {
    plan::Rows rows;
    SQLite::Statement statement{database, sql};
    while (statement.executeStep()) {
      auto& row = rows.emplace_back();
      for (int i = 0; i < statement.getColumnCount(); ++i) {
        const SQLite::Column column = statement.getColumn(i);
        row.push_back(column.isNull() ? std::nullopt : std::optional{column.getString()});
      }
    }
    return rows;
  };
}

}  // namespace drawbridge::schema
