#pragma once

// What a SqliteSession does with tags; store.h says what each function promises. They throw
// SQLite::Exception, which the session translates.

#include "store/sqlite/connection.h"

namespace drawbridge::store {

Result<Page<Tag>> list_tags(SqliteConnection& connection, const Uuid& owner, const PageRequest& page);
Result<Tag> get_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id);
Result<Tag> create_tag(SqliteConnection& connection, const Uuid& owner, const NewTag& fields);
Result<Tag> change_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change);
Result<void> delete_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id);

/// Gives each task its tags, by name.
void read_tags_of(SqliteConnection& connection, const Uuid& owner, std::span<Task> tasks);

/// Replaces the tags of the owner's task, inside a transaction of the caller's: `tag_unknown` leaves it to be
/// rolled back.
Result<void> write_tags_of(SqliteConnection& connection, const Uuid& owner, const Uuid& task,
                           std::span<const std::int64_t> tag_ids);

}  // namespace drawbridge::store
