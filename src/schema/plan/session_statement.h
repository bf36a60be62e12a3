#pragma once

// How a session is read from Better Auth's tables.

#include <expected>
#include <string>

#include "schema/plan/facts.h"

namespace drawbridge::schema::plan {

/// The one statement that reads a session with its user by `session.token`: one row with one text, which
/// read_session_record() of the core reads, or none, also where the user is gone. It has one parameter, the
/// token, written as the client of the database takes it: `$1`, `:token`. It names no column that is not
/// there, and of the user none but what tokens say and what decides whether the session counts.
///
/// Where there can be no such statement, one line that says why and what to do. A layout as read_layout()
/// gives it.
std::expected<std::string, std::string> session_statement(Product product, const Layout& layout,
                                                          const std::string& parameter);

}  // namespace drawbridge::schema::plan
