#include "schema/session_row.h"

#include "database/sqlite/connection.h"
#include "schema/plan/session_statement.h"
#include "schema/sqlite/query.h"

namespace drawbridge::schema {

using database::Result;

Result<std::string> session_statement_of(database::SqliteConnection& connection, const plan::Where& where) {
  auto statement = plan::session_statement(
      plan::Product::sqlite, plan::read_layout(plan::Product::sqlite, query_of(connection.database), where),
      ":token");
  if (!statement) return database::failed(database::StoreError::Kind::unavailable, statement.error());
  return *std::move(statement);
}

Result<std::optional<std::string>> session_row(database::SqliteConnection& connection,
                                               const std::string& statement, std::string_view token) {
  database::Query query{connection.prepared_as_written(statement)};
  query.bind(":token", std::string{token});
  if (!query.next()) return std::nullopt;
  return database::optional_text(query.column(0));
}

}  // namespace drawbridge::schema
