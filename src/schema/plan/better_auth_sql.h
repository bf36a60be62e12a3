#pragma once

// The SQL that makes Better Auth 1.7's tables as its own migration does, and repairs them.

#include <string>
#include <vector>

#include "schema/plan/plan.h"

namespace drawbridge::schema::plan {

/// Makes the table and its indexes, with such an id; `user` has a `uuid` where it is said so.
std::vector<std::string> create_sql(Product product, const std::string& table, const IdColumn& id,
                                    bool has_uuid);

/// The ids that Better Auth's option `generateId` asks for.
IdColumn id_for(Product product, Ids ids);

/// Gives the ids of a table that is there those of `id`.
std::vector<std::string> make_ids_sql(const std::string& table, const IdColumn& own, const IdColumn& id);

/// To an empty `session`; and what must go before the column can be dropped again.
std::vector<std::string> add_session_token_sql(Product product);
std::vector<std::string> forget_session_token_sql(Product product);

const char* type_of_time(Product product);

/// An expression for the names of a table's columns, with commas between them.
std::string columns_expression(Product product, const std::string& table);

/// An expression for a version 4 UUID in lower case (RFC 9562 §5.4); each row gets another.
const char* random_uuid(Product product);

}  // namespace drawbridge::schema::plan
