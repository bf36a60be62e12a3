#pragma once

// A session in Better Auth's tables, read by the statement that plan/session_statement.h writes. What the
// database's library throws goes through.

#include <optional>
#include <string>
#include <string_view>

#include "database/result.h"
#include "schema/plan/names.h"

namespace drawbridge::database {
struct SqliteConnection;
class PostgresConnection;
}  // namespace drawbridge::database

namespace drawbridge::schema {

/// The statement for the tables that are there now; why there is none is the error's text. Reads the
/// catalogue.
database::Result<std::string> session_statement_of(database::SqliteConnection& connection,
                                                   const plan::Where& where);
database::Result<std::string> session_statement_of(database::PostgresConnection& connection,
                                                   const plan::Where& where);

/// The text that the statement gives for the token, or that there is no row.
database::Result<std::optional<std::string>> session_row(database::SqliteConnection& connection,
                                                         const std::string& statement,
                                                         std::string_view token);
database::Result<std::optional<std::string>> session_row(database::PostgresConnection& connection,
                                                         const std::string& statement,
                                                         std::string_view token);

}  // namespace drawbridge::schema
