#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "api/tasks/postgres_sql.h"
#include "api/tasks/task_tags.h"
#include "database/postgres/connection.h"

namespace drawbridge::api {

namespace sql = postgres_sql;
using database::array_of;

std::vector<Tag> tags_from_json(std::string_view json) {
  std::vector<Tag> tags;
  const boost::json::value parsed = boost::json::parse(json);
  for (const auto& item : parsed.as_array()) {
    const auto& columns = item.as_array();
    Tag tag{.id = columns[0].as_int64(), .name = std::string{columns[1].as_string()}, .color = {}};
    if (const auto* const color = columns[2].if_string()) tag.color = std::string{*color};
    tags.push_back(std::move(tag));
  }
  std::ranges::sort(tags, {}, &Tag::name);
  return tags;
}

Result<WrittenTags> write_tags_of(PostgresConnection& connection, pqxx::transaction_base& transaction,
                                  const Uuid& owner, const Uuid& task,
                                  std::span<const std::int64_t> tag_ids) {
  std::vector<Tag> tags;
  if (!tag_ids.empty()) {
    const auto rows = connection.run(transaction, sql::lock_tags, owner.text(), array_of(tag_ids));
    for (const auto& row : rows) {
      tags.push_back({.id = row[0].as<std::int64_t>(),
                      .name = row[1].as<std::string>(),
                      .color = database::optional_text(row[2])});
    }
    for (std::size_t i = 0; i < tag_ids.size(); ++i) {
      if (std::ranges::find(tags, tag_ids[i], &Tag::id) == tags.end()) return unknown_tag(i);
    }
  }
  const auto cleared = static_cast<std::size_t>(
      connection.run(transaction, sql::clear_task_tags, owner.text(), task.text()).affected_rows());
  if (!tag_ids.empty()) {
    connection.run(transaction, sql::tag_task, owner.text(), task.text(), array_of(tag_ids));
  }
  std::ranges::sort(tags, {}, &Tag::name);
  const Growth growth = tag_ids.size() > cleared ? Growth::more : Growth::none;
  return WrittenTags{.tags = std::move(tags), .growth = growth};
}

Result<void> check_tags_on_tasks(PostgresConnection& connection, pqxx::transaction_base& transaction,
                                 const Uuid& owner, Growth growth, std::int64_t most_tasks) {
  const std::int64_t most = most_tags_on_tasks(most_tasks);
  if (growth == Growth::none || most == 0) return {};
  if (!connection.run(transaction, sql::task_tag_beyond, owner.text(), most).empty())
    return too_many_tags_on_tasks(most);
  return {};
}

}  // namespace drawbridge::api
