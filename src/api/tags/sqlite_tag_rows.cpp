#include <SQLiteCpp/Transaction.h>

#include "api/tags/sqlite_sql.h"
#include "api/tags/tag_rows.h"
#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"

namespace drawbridge::api {
namespace {

using Kind = database::StoreError::Kind;
namespace sql = sqlite_sql;
using database::failed;
using database::has_more_than;
using database::not_found;
using database::Query;
using database::quota_exceeded;
using database::user_unknown;

/// Of the columns id, name, color.
Tag read_tag(Query& query) {
  return {.id = query.column(0).getInt64(),
          .name = database::text(query.column(1)),
          .color = database::optional_text(query.column(2))};
}

std::optional<Tag> read_row(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
  Query query{connection.prepared(sql::get_tag)};
  if (!query.bind(":user_id", owner.text()).bind(":id", id).next()) return std::nullopt;
  return read_tag(query);
}

/// Runs a statement that writes a tag's name.
Result<void> write_name(Query& query) {
  try {
    query.run();
    return {};
  } catch (const SQLite::Exception& error) {
    if (!database::is_uniqueness_violation(error)) throw;
    return failed(Kind::conflict, "You already have a tag with that name.");
  }
}

}  // namespace

Result<Page<Tag>> find_tags(SqliteConnection& connection, const Uuid& owner, const PageRequest& page) {
  if (!is_within_bounds(page)) return failed(Kind::internal, "a page or limit is out of bounds");
  const std::string user_id = owner.text();
  const SQLite::Transaction transaction{connection.database};
  Page<Tag> result;
  {
    Query count{connection.prepared(sql::count_tags)};
    count.bind(":user_id", user_id).next();
    result.total = count.column(0).getInt64();
  }
  if (is_past(result.total, page)) return result;
  Query query{connection.prepared(sql::list_tags)};
  query.bind(":user_id", user_id).bind(":limit", page.limit).bind(":offset", offset_of(page));
  while (query.next()) result.items.push_back(read_tag(query));
  return result;
}

Result<Tag> find_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
  auto tag = read_row(connection, owner, id);
  if (!tag) return not_found();
  return *std::move(tag);
}

Result<Tag> add_tag(SqliteConnection& connection, const Uuid& owner, const NewTag& fields,
                    std::int64_t most) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  {
    Query query{connection.prepared(sql::insert_tag)};
    query.bind(":user_id", owner.text()).bind(":name", fields.name).bind(":color", fields.color);
    if (const auto written = write_name(query); !written) return std::unexpected{written.error()};
  }
  if (most > 0 && has_more_than(connection, sql::tag_beyond, owner, most)) {
    return quota_exceeded(most, "tags");
  }
  Tag tag{.id = connection.database.getLastInsertRowid(), .name = fields.name, .color = fields.color};
  transaction.commit();
  return tag;
}

Result<Tag> change_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  auto tag = read_row(connection, owner, id);
  if (!tag) return not_found();
  if (change.name) tag->name = *change.name;
  if (change.color) tag->color = *change.color;
  {
    Query query{connection.prepared(sql::update_tag)};
    query.bind(":user_id", owner.text()).bind(":id", id).bind(":name", tag->name).bind(":color", tag->color);
    if (const auto written = write_name(query); !written) return std::unexpected{written.error()};
  }
  transaction.commit();
  return *std::move(tag);
}

Result<void> remove_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  int deleted = 0;
  {
    Query query{connection.prepared(sql::delete_tag)};
    deleted = query.bind(":user_id", owner.text()).bind(":id", id).run();
  }
  if (deleted == 0) return not_found();
  transaction.commit();
  return {};
}

}  // namespace drawbridge::api
