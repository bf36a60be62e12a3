#pragma once

// The SQL that makes Better Auth 1.7's tables as its own migration does, and repairs them.

#include <string>
#include <vector>

#include "schema/plan/facts.h"

namespace drawbridge::schema::plan {

/// Makes the table and its indexes; `user` has its `uuid`.
std::vector<std::string> create_sql(Product product, const std::string& table);

/// To an empty `session`; and what must go before the column can be dropped again.
std::vector<std::string> add_session_token_sql(Product product);
std::vector<std::string> forget_session_token_sql(Product product);

const char* type_of_time(Product product);

/// An expression for the names of a table's columns, with commas between them.
std::string columns_expression(Product product, const std::string& table);

/// An expression for a version 4 UUID in lower case (RFC 9562 §5.4); each row gets another.
const char* random_uuid(Product product);

}  // namespace drawbridge::schema::plan
