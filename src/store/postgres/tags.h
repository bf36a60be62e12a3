#pragma once

// What a PostgresSession does with tags; store.h says what each function promises. They throw pqxx::failure,
// which the session translates.

#include <span>
#include <string_view>

#include "store/postgres/connection.h"

namespace drawbridge::store {

Result<Page<Tag>> list_tags(PostgresConnection& connection, const Uuid& owner, const PageRequest& page);
Result<Tag> get_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id);
Result<Tag> create_tag(PostgresConnection& connection, const Uuid& owner, const NewTag& fields);
Result<Tag> change_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change);
Result<void> delete_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id);

/// Whether the owner is still in Better Auth's table.
bool user_exists(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner);
/// What a write of a row that is not there fails with: `not_found`, or `user_unknown`.
std::unexpected<StoreError> nothing_written(PostgresConnection& connection,
                                            pqxx::transaction_base& transaction, const Uuid& owner);

/// An array of bigint as PostgreSQL reads it.
std::string array_of(std::span<const std::int64_t> ids);

/// Reads tags as list_tasks() in sql.h gives them, sorted by name.
std::vector<Tag> tags_from_json(std::string_view json);

/// Replaces the tags of a task that this transaction has made or locked; gives them by name, or
/// `tag_unknown`.
Result<std::vector<Tag>> write_tags_of(PostgresConnection& connection, pqxx::transaction_base& transaction,
                                       const Uuid& owner, const Uuid& task,
                                       std::span<const std::int64_t> tag_ids);

}  // namespace drawbridge::store
