#pragma once

// What was added for somebody who may take it away again, written down in the database.

#include <string>
#include <utility>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

inline constexpr const char* additions_table = "drawbridge_additions";

/// Adds the statements that write down, where the options say so, that `name` was added, for example `jwks`
/// or `user.uuid`, and to which table; `detail` is an expression for what else its removal must know. What is
/// there stays.
void record(std::vector<std::string>& statements, Product product, const Options& options,
            const std::string& name, const std::string& detail = "NULL");

/// A row of the table of additions: what was added, and to which table.
std::string addition_row(const std::string& name, const std::string& place);
std::pair<std::string, std::string> read_addition_row(const std::string& row);

/// The table of Better Auth's that `name` was added to, by Better Auth's name: `user` for `user.uuid`.
std::string table_of_addition(const std::string& name);

/// An expression for the SQL that names a table of Better Auth's wherever it is looked for from.
std::string place_expression(Product product, const std::string& table);

/// Adds the statements that strike `names` out; with the last one of `facts` the table goes. They hold names
/// of tables as they are: named() comes before.
void forget(Plan& plan, const Facts& facts, const std::vector<std::string>& names);

/// SQL for a text, and for a name.
std::string literal(const std::string& text);
std::string identifier(const std::string& name);

}  // namespace drawbridge::schema::plan
