#pragma once

// Better Auth's table `user` on PostgreSQL and its column `uuid`, which is to be
// `uuid NOT NULL DEFAULT gen_random_uuid()`, and unique. What is to be done is derived from what is there.

#include <cstdint>
#include <string>
#include <vector>

#include <pqxx/transaction_base>

#include "schema/migrated_database.h"

namespace drawbridge::schema {

struct PostgresUserTable {
  bool exists = false;    ///< as a table
  bool is_other = false;  ///< as a view or something else that no foreign key can refer to
  std::string uuid_type;  ///< of the column `uuid`, for example `uuid` or `text`; empty when there is none
  bool uuid_is_required = false;
  bool uuid_has_default = false;
  bool uuid_is_unique = false;
  std::vector<std::string> referrers;  ///< foreign keys that refer to it

  bool complete() const;
};

/// Looks at the catalogue only. Throws pqxx::failure, as does everything here.
PostgresUserTable inspect_postgres_user_table(pqxx::transaction_base& transaction);

/// One line when a person must act before the column can be as it should; rows are named by their ids. Reads
/// every row, unless the table is complete.
std::string postgres_user_obstacle(pqxx::transaction_base& transaction, const PostgresUserTable& table);

/// What completes it, in order; empty when it is complete. `rows_without` counts the rows without a uuid.
std::vector<Change> postgres_user_changes(const PostgresUserTable& table, std::int64_t rows_without);

/// The column as a new table has it.
inline constexpr const char* postgres_uuid_column = "uuid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE";

}  // namespace drawbridge::schema
