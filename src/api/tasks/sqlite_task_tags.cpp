#include <algorithm>

#include "api/tags/tag_rows.h"
#include "api/tasks/sqlite_sql.h"
#include "api/tasks/task_tags.h"
#include "database/sqlite/connection.h"

namespace drawbridge::api {
namespace {

namespace sql = sqlite_sql;
using database::Query;

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

void read_tags_of(SqliteConnection& connection, const Uuid& owner, std::span<Task> tasks) {
  if (tasks.empty()) return;
  Query query{connection.prepared(sql::tags_of_tasks)};
  query.bind(":user_id", owner.text()).bind(":task_ids", json_array_of_ids(tasks));
  while (query.next()) {
    tasks[query.column(0).getUInt()].tags.push_back({.id = query.column(1).getInt64(),
                                                     .name = database::text(query.column(2)),
                                                     .color = database::optional_text(query.column(3))});
  }
  for (Task& task : tasks) std::ranges::sort(task.tags, {}, &Tag::name);
}

Result<Growth> write_tags_of(SqliteConnection& connection, const Uuid& owner, const Uuid& task,
                             std::span<const std::int64_t> tag_ids) {
  std::size_t cleared = 0;
  {
    Query clear{connection.prepared(sql::clear_task_tags)};
    cleared =
        static_cast<std::size_t>(clear.bind(":user_id", owner.text()).bind(":task_id", task.text()).run());
  }
  for (std::size_t i = 0; i < tag_ids.size(); ++i) {
    if (!find_tag(connection, owner, tag_ids[i])) return unknown_tag(i);
    Query add{connection.prepared(sql::tag_task)};
    add.bind(":user_id", owner.text()).bind(":task_id", task.text()).bind(":tag_id", tag_ids[i]).run();
  }
  return tag_ids.size() > cleared ? Growth::more : Growth::none;
}

Result<void> check_tags_on_tasks(SqliteConnection& connection, const Uuid& owner, Growth growth,
                                 std::int64_t most_tasks) {
  const std::int64_t most = most_tags_on_tasks(most_tasks);
  if (growth == Growth::none || most == 0) return {};
  if (database::has_more_than(connection, sql::task_tag_beyond, owner, most))
    return too_many_tags_on_tasks(most);
  return {};
}

}  // namespace drawbridge::api
