#pragma once

// The rows of tags, in each database; as task_rows.h.

#include <cstdint>
#include <span>

#include "drawbridge/uuid.h"

#include "api/tags/tag.h"
#include "database/page.h"
#include "database/result.h"

namespace drawbridge::database {
struct SqliteConnection;
class PostgresConnection;
}  // namespace drawbridge::database

namespace drawbridge::api {

using database::Page;
using database::PageRequest;
using database::PostgresConnection;
using database::Result;
using database::SqliteConnection;

/// By name, in the order of code points. Past the end: no items.
Result<Page<Tag>> find_tags(SqliteConnection&, const Uuid& owner, const PageRequest&);
Result<Page<Tag>> find_tags(PostgresConnection&, const Uuid& owner, const PageRequest&);

Result<Tag> find_tag(SqliteConnection&, const Uuid& owner, std::int64_t id);
Result<Tag> find_tag(PostgresConnection&, const Uuid& owner, std::int64_t id);

/// An id is never used again. A name that another tag of the owner has is a `conflict`; one more tag for an
/// owner who has `most` is `quota_exceeded`, where that is not 0.
Result<Tag> add_tag(SqliteConnection&, const Uuid& owner, const NewTag&, std::int64_t most = 0);
Result<Tag> add_tag(PostgresConnection&, const Uuid& owner, const NewTag&, std::int64_t most = 0);

Result<Tag> change_tag(SqliteConnection&, const Uuid& owner, std::int64_t id, const TagChange&);
Result<Tag> change_tag(PostgresConnection&, const Uuid& owner, std::int64_t id, const TagChange&);

/// Takes it off the tasks that have it.
Result<void> remove_tag(SqliteConnection&, const Uuid& owner, std::int64_t id);
Result<void> remove_tag(PostgresConnection&, const Uuid& owner, std::int64_t id);

}  // namespace drawbridge::api
