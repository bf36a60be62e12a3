#pragma once

// What was added for somebody who may take it away again, written down in the database.

#include <string>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

inline constexpr const char* additions_table = "drawbridge_additions";

/// Adds the statements that write down, where the options say so, that `name` was added, for example `jwks`
/// or `user.uuid`; `detail` is an expression for what else its removal must know. What is there stays.
void record(std::vector<std::string>& statements, const Options& options, const std::string& name,
            const std::string& detail = "NULL");

/// Adds the statements that strike `names` out; with the last one of `facts` the table goes.
void forget(Plan& plan, const Facts& facts, const std::vector<std::string>& names);

/// SQL for a text, and for a name.
std::string literal(const std::string& text);
std::string identifier(const std::string& name);

}  // namespace drawbridge::schema::plan
