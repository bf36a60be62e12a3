#include "store/postgres/tags.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/failures.h"
#include "store/postgres/sql.h"

namespace drawbridge::store {
namespace {

using Kind = StoreError::Kind;
namespace sql = postgres_sql;

/// Of the columns id, name, color, the first of them at that place.
Tag read_tag(const pqxx::row& row, int first = 0) {
  return {.id = row[first].as<std::int64_t>(),
          .name = row[first + 1].as<std::string>(),
          .color = optional_text(row[first + 2])};
}

std::unexpected<StoreError> name_taken() {
  return failed(Kind::name_taken, "the owner has a tag of that name");
}

}  // namespace

bool user_exists(PostgresConnection& connection, pqxx::transaction_base& transaction, const Uuid& owner) {
  return !connection.run(transaction, sql::find_user, owner.text()).empty();
}

std::unexpected<StoreError> nothing_written(PostgresConnection& connection,
                                            pqxx::transaction_base& transaction, const Uuid& owner) {
  return user_exists(connection, transaction, owner) ? not_found() : user_unknown();
}

std::string array_of(std::span<const std::int64_t> ids) {
  return fmt::format("{{{}}}", fmt::join(ids, ","));
}

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

Result<Page<Tag>> list_tags(PostgresConnection& connection, const Uuid& owner, const PageRequest& page) {
  if (!is_within_bounds(page)) return failed(Kind::internal, "a page or limit is out of bounds");
  pqxx::nontransaction transaction{connection.raw()};
  const auto rows =
      connection.run(transaction, sql::list_tags, owner.text(), page.limit, bounded_offset_of(page));
  Page<Tag> result{.items = {}, .total = rows[0][0].as<std::int64_t>()};
  for (const auto& row : rows) {
    if (!row[1].is_null()) result.items.push_back(read_tag(row, 1));
  }
  return result;
}

Result<Tag> get_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id) {
  pqxx::nontransaction transaction{connection.raw()};
  const auto rows = connection.run(transaction, sql::get_tag, owner.text(), id);
  if (rows.empty()) return not_found();
  return read_tag(rows[0]);
}

Result<Tag> create_tag(PostgresConnection& connection, const Uuid& owner, const NewTag& fields) {
  pqxx::work transaction{connection.raw()};
  // A foreign key refuses a user who is gone, but not one who is gone beside it, as in a restored table.
  if (!user_exists(connection, transaction, owner)) return user_unknown();
  const auto rows = connection.run(transaction, sql::insert_tag, owner.text(), fields.name, fields.color);
  if (rows.empty()) return name_taken();
  transaction.commit();
  return Tag{.id = rows[0][0].as<std::int64_t>(), .name = fields.name, .color = fields.color};
}

Result<Tag> change_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change) {
  try {
    pqxx::work transaction{connection.raw()};
    const auto rows = connection.run(transaction, sql::update_tag, owner.text(), id, change.name,
                                     change.color.has_value(), change.color.value_or(std::nullopt));
    if (rows.empty()) return nothing_written(connection, transaction, owner);
    transaction.commit();
    return read_tag(rows[0]);
  } catch (const pqxx::failure& error) {
    if (!is_uniqueness_violation(error)) throw;
    return name_taken();
  }
}

Result<void> delete_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id) {
  pqxx::work transaction{connection.raw()};
  if (connection.run(transaction, sql::delete_tag, owner.text(), id).affected_rows() == 0) {
    return nothing_written(connection, transaction, owner);
  }
  transaction.commit();
  return {};
}

Result<std::vector<Tag>> write_tags_of(PostgresConnection& connection, pqxx::transaction_base& transaction,
                                       const Uuid& owner, const Uuid& task,
                                       std::span<const std::int64_t> tag_ids) {
  std::vector<Tag> tags;
  if (!tag_ids.empty()) {
    const auto rows = connection.run(transaction, sql::lock_tags, owner.text(), array_of(tag_ids));
    for (const auto& row : rows) tags.push_back(read_tag(row));
    for (std::size_t i = 0; i < tag_ids.size(); ++i) {
      if (std::ranges::find(tags, tag_ids[i], &Tag::id) != tags.end()) continue;
      return std::unexpected{
          StoreError{.kind = Kind::tag_unknown, .text = "the owner has no such tag", .index = i}};
    }
  }
  connection.run(transaction, sql::clear_task_tags, owner.text(), task.text());
  if (!tag_ids.empty()) {
    connection.run(transaction, sql::tag_task, owner.text(), task.text(), array_of(tag_ids));
  }
  std::ranges::sort(tags, {}, &Tag::name);
  return tags;
}

}  // namespace drawbridge::store
