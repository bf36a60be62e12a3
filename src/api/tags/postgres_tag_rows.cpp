#include "api/tags/postgres_sql.h"
#include "api/tags/tag_rows.h"
#include "database/postgres/transaction.h"

namespace drawbridge::api {
namespace {

using Kind = database::StoreError::Kind;
namespace sql = postgres_sql;
using database::failed;
using database::lock_user;
using database::not_found;
using database::nothing_written;
using database::PostgresRead;
using database::PostgresWork;
using database::quota_exceeded;
using database::user_unknown;
using database::UserLock;

/// Of the columns id, name, color, the first of them at that place.
Tag read_tag(const pqxx::row& row, int first = 0) {
  return {.id = row[first].as<std::int64_t>(),
          .name = row[first + 1].as<std::string>(),
          .color = database::optional_text(row[first + 2])};
}

std::unexpected<database::StoreError> name_taken() {
  return failed(Kind::conflict, "You already have a tag with that name.");
}

}  // namespace

Result<Page<Tag>> find_tags(PostgresConnection& connection, const Uuid& owner, const PageRequest& page) {
  if (!is_within_bounds(page)) return failed(Kind::internal, "a page or limit is out of bounds");
  PostgresRead transaction{connection};
  const auto rows = connection.run(transaction, sql::list_tags, owner.text(), page.limit,
                                   database::bounded_offset_of(page));
  Page<Tag> result{.items = {}, .total = rows[0][0].as<std::int64_t>()};
  for (const auto& row : rows) {
    if (!row[1].is_null()) result.items.push_back(read_tag(row, 1));
  }
  return result;
}

Result<Tag> find_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id) {
  PostgresRead transaction{connection};
  const auto rows = connection.run(transaction, sql::get_tag, owner.text(), id);
  if (rows.empty()) return not_found();
  return read_tag(rows[0]);
}

Result<Tag> add_tag(PostgresConnection& connection, const Uuid& owner, const NewTag& fields,
                    std::int64_t most) {
  PostgresWork transaction{connection};
  // A foreign key refuses a user who is gone, but not one who is gone beside it, as in a restored table.
  if (!lock_user(connection, transaction, owner, UserLock::alone)) return user_unknown();
  const auto rows = connection.run(transaction, sql::insert_tag, owner.text(), fields.name, fields.color);
  if (rows.empty()) return name_taken();
  if (most > 0 && !connection.run(transaction, sql::tag_beyond, owner.text(), most).empty()) {
    return quota_exceeded(most, "tags");
  }
  transaction.commit();
  return Tag{.id = rows[0][0].as<std::int64_t>(), .name = fields.name, .color = fields.color};
}

Result<Tag> change_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id,
                       const TagChange& change) {
  try {
    PostgresWork transaction{connection};
    const auto rows = connection.run(transaction, sql::update_tag, owner.text(), id, change.name,
                                     change.color.has_value(), change.color.value_or(std::nullopt));
    if (rows.empty()) return nothing_written(connection, transaction, owner);
    transaction.commit();
    return read_tag(rows[0]);
  } catch (const pqxx::failure& error) {
    if (!database::is_uniqueness_violation(error)) throw;
    return name_taken();
  }
}

Result<void> remove_tag(PostgresConnection& connection, const Uuid& owner, std::int64_t id) {
  PostgresWork transaction{connection};
  if (connection.run(transaction, sql::delete_tag, owner.text(), id).affected_rows() == 0) {
    return nothing_written(connection, transaction, owner);
  }
  transaction.commit();
  return {};
}

}  // namespace drawbridge::api
