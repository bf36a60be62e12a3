#include "store/sqlite/tags.h"

#include <SQLiteCpp/Transaction.h>

#include "store/sqlite/database.h"
#include "store/sqlite/sql.h"

namespace drawbridge::store {
namespace {

using Kind = StoreError::Kind;

/// Of the columns id, name, color, the first of them at that place.
Tag read_tag(Query& query, int first = 0) {
  return {.id = query.column(first).getInt64(),
          .name = query.column(first + 1).getString(),
          .color = optional_text(query.column(first + 2))};
}

std::optional<Tag> find_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
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
    if (!is_uniqueness_violation(error)) throw;
    return failed(Kind::name_taken, "the owner has a tag of that name");
  }
}

/// As json_each() reads them. They are hexadecimal digits and hyphens, so nothing is to be escaped.
std::string json_array_of_ids(std::span<const Task> tasks) {
  std::string array{"["};
  for (const Task& task : tasks) {
    if (array.size() > 1) array += ',';
    array += '"';
    array += task.id.text();
    array += '"';
  }
  return array + ']';
}

}  // namespace

Result<Page<Tag>> list_tags(SqliteConnection& connection, const Uuid& owner, const PageRequest& page) {
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

Result<Tag> get_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
  auto tag = find_tag(connection, owner, id);
  if (!tag) return not_found();
  return *std::move(tag);
}

Result<Tag> create_tag(SqliteConnection& connection, const Uuid& owner, const NewTag& fields) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  {
    Query query{connection.prepared(sql::insert_tag)};
    query.bind(":user_id", owner.text()).bind(":name", fields.name).bind(":color", fields.color);
    if (const auto written = write_name(query); !written) return std::unexpected{written.error()};
  }
  Tag tag{.id = connection.database.getLastInsertRowid(), .name = fields.name, .color = fields.color};
  transaction.commit();
  return tag;
}

Result<Tag> change_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  auto tag = find_tag(connection, owner, id);
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

Result<void> delete_tag(SqliteConnection& connection, const Uuid& owner, std::int64_t id) {
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

void read_tags_of(SqliteConnection& connection, const Uuid& owner, std::span<Task> tasks) {
  if (tasks.empty()) return;
  Query query{connection.prepared(sql::tags_of_tasks)};
  query.bind(":user_id", owner.text()).bind(":task_ids", json_array_of_ids(tasks));
  while (query.next()) tasks[query.column(0).getUInt()].tags.push_back(read_tag(query, 1));
  for (Task& task : tasks) std::ranges::sort(task.tags, {}, &Tag::name);
}

Result<void> write_tags_of(SqliteConnection& connection, const Uuid& owner, const Uuid& task,
                           std::span<const std::int64_t> tag_ids) {
  {
    Query clear{connection.prepared(sql::clear_task_tags)};
    clear.bind(":user_id", owner.text()).bind(":task_id", task.text()).run();
  }
  for (std::size_t i = 0; i < tag_ids.size(); ++i) {
    if (!find_tag(connection, owner, tag_ids[i])) {
      return std::unexpected{
          StoreError{.kind = Kind::tag_unknown, .text = "the owner has no such tag", .index = i}};
    }
    Query add{connection.prepared(sql::tag_task)};
    add.bind(":user_id", owner.text()).bind(":task_id", task.text()).bind(":tag_id", tag_ids[i]).run();
  }
  return {};
}

}  // namespace drawbridge::store
