#pragma once

// Better Auth's table `user` and the one thing that the bridge needs of it: a column `uuid` that identifies
// each user. What is to be done is derived from what is there, since Better Auth or a person may have done it
// already.

#include <cstdint>
#include <string>

#include <SQLiteCpp/Database.h>

namespace drawbridge::schema {

/// What `user` looks like.
struct UserTable {
  bool exists = false;
  bool has_uuid = false;        ///< the column is there
  std::string uuid_type;        ///< as it was declared, in lower case
  bool uuid_is_unique = false;  ///< and a unique index of it alone, which a foreign key needs
  bool uuid_is_required = false;
  bool uuid_is_made = false;  ///< by a default, or by a trigger
  bool is_view = false;

  /// A new row cannot be without.
  bool uuid_is_filled() const { return uuid_is_required || uuid_is_made; }

  /// Our tables may refer to it.
  bool can_be_referenced() const { return uuid_is_unique; }
};

/// Looks at the schema only; fast. Throws SQLite::Exception, as does everything here.
UserTable inspect_user_table(SQLite::Database& database);

/// What `user.uuid` lacks.
struct UserUuidState {
  UserTable table;
  std::int64_t rows_without = 0;
  /// One line when a person must act first: it is no table, or rows have a uuid that is not a lower-case UUID
  /// or is another row's too; their ids are named.
  std::string obstacle;

  bool complete() const;
};

/// Reads every row.
UserUuidState inspect_user_uuid(SQLite::Database& database);

/// Conditions on a row: its uuid is not one that a token could carry and our tables would store; it is
/// another row's too.
std::string invalid_user_uuid_sql();
const char* shared_user_uuid_sql();

/// The SQL that adds column, index and trigger where they are missing; empty when nothing is.
std::string user_uuid_sql(const UserTable& table);

/// The SQL that gives a uuid to at most `limit` rows that have none; all of them for a limit below 0.
std::string fill_user_uuid_sql(std::int64_t limit);

/// An expression for a version 4 UUID in lower case (RFC 9562 §5.4); each row gets another.
const char* random_uuid_sql();

}  // namespace drawbridge::schema
