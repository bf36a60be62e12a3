#pragma once

#include <pqxx/transaction_base>

#include "schema/better_auth_tables.h"

namespace drawbridge::schema {

/// Those of the schema in which Better Auth and this program make theirs. Of the catalogue, which every role
/// may read. Throws pqxx::failure.
Tables read_tables(pqxx::transaction_base& transaction);

}  // namespace drawbridge::schema
