#include <stdexcept>

#include "api/tasks/postgres_sql.h"
#include "api/tasks/task_rows.h"
#include "api/tasks/task_rules.h"
#include "api/tasks/task_tags.h"
#include "core/text/time_text.h"
#include "database/new_uuid.h"
#include "database/postgres/transaction.h"

namespace drawbridge::api {
namespace {

using Kind = database::StoreError::Kind;
namespace sql = postgres_sql;
using database::bounded_offset_of;
using database::failed;
using database::lock_user;
using database::not_found;
using database::nothing_written;
using database::PostgresRead;
using database::PostgresWork;
using database::quota_exceeded;
using database::user_unknown;
using database::UserLock;

Instant read_time(const pqxx::field& field) {
  const Instant time{std::chrono::milliseconds{field.as<std::int64_t>()}};
  if (!is_within_years(time)) throw std::range_error{"no time that can be answered"};
  return time;
}

std::optional<Instant> read_optional_time(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return read_time(field);
}

std::optional<Priority> read_priority(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  const int number = field.as<int>();
  if (number < 1 || number > 3) throw std::range_error{"no priority"};
  return static_cast<Priority>(number - 1);
}

/// As PostgreSQL reads it: what we count as year 0 it calls 1 BC.
std::string timestamptz_text(Instant time) {
  std::string text = time_text(time);
  if (text.starts_with("0000-")) text = "0001" + text.substr(4) + " BC";
  return text;
}

std::optional<std::string> optional_timestamptz(const std::optional<Instant>& time) {
  if (!time) return std::nullopt;
  return timestamptz_text(*time);
}

/// Of the columns that sql.h lists, the first of them at that place.
Task read_task(const pqxx::row& row, const Uuid& owner, int first) {
  const auto id = Uuid::parse(row[first].c_str());
  const auto tags = row[first + 9];
  return {
      .id = id.value(),
      .user_id = owner,
      .title = row[first + 1].as<std::string>(),
      .description = database::optional_text(row[first + 2]),
      .completed = row[first + 3].as<bool>(),
      .priority = read_priority(row[first + 4]),
      .due_date = read_optional_time(row[first + 5]),
      .reminder_at = read_optional_time(row[first + 6]),
      .tags = tags.is_null() ? std::vector<Tag>{} : tags_from_json({tags.c_str(), tags.size()}),
      .created_at = read_time(row[first + 7]),
      .updated_at = read_time(row[first + 8]),
  };
}

/// Runs update_task, or with one more value insert_task_*. How many rows it wrote.
template <class... More>
std::size_t write_task(PostgresConnection& connection, pqxx::transaction_base& transaction,
                       const char* statement, const Task& task, Instant now, More... more) {
  return connection
      .run(transaction, statement, task.user_id.text(), task.id.text(), task.title, task.description,
           task.completed, priority_number(task.priority), optional_timestamptz(task.due_date),
           optional_timestamptz(task.reminder_at), timestamptz_text(now), more...)
      .affected_rows();
}

/// Gives the task its tags. Whether it has more than before.
Result<Growth> tag(PostgresConnection& connection, pqxx::transaction_base& transaction, Task& task,
                   std::span<const std::int64_t> tag_ids) {
  auto written = write_tags_of(connection, transaction, task.user_id, task.id, tag_ids);
  if (!written) return std::unexpected{std::move(written.error())};
  task.tags = std::move(written->tags);
  return written->growth;
}

/// Adds the task in one transaction. Nothing when, sharing the user with others, it cannot tell whether there
/// is a place left, or, having them alone, there is none.
std::optional<Result<Task>> try_to_add(PostgresConnection& connection, Task task,
                                       const std::vector<std::int64_t>& tag_ids, Instant now,
                                       std::int64_t most, UserLock lock) {
  PostgresWork transaction{connection};
  // A foreign key refuses a user who is gone, but not one who is gone beside it, as in a restored table.
  if (!lock_user(connection, transaction, task.user_id, lock)) return user_unknown();
  const char* const insert = lock == UserLock::shared ? sql::insert_task_sharing : sql::insert_task_alone;
  if (write_task(connection, transaction, insert, task, now, most) == 0) return std::nullopt;
  if (!tag_ids.empty()) {
    const auto growth = tag(connection, transaction, task, tag_ids);
    if (!growth) return std::unexpected{growth.error()};
    const auto good = check_tags_on_tasks(connection, transaction, task.user_id, *growth, most);
    if (!good) return std::unexpected{good.error()};
  }
  transaction.commit();
  return task;
}

/// Reads the owner's task, has it changed, and writes it, in one transaction. Its tags are replaced by
/// `tag_ids` when there are some.
template <class Change>
Result<Task> in_transaction(PostgresConnection& connection, const Uuid& owner, const Uuid& id, Instant now,
                            const std::optional<std::vector<std::int64_t>>& tag_ids, std::int64_t most,
                            Change change) {
  PostgresWork transaction{connection};
  // Before the task, so that nobody who has the user waits for a task of somebody who waits for the user.
  if (tag_ids && are_counted(*tag_ids, most) && !lock_user(connection, transaction, owner, UserLock::alone)) {
    return user_unknown();
  }
  const auto rows = connection.run(transaction, sql::lock_task, owner.text(), id.text());
  if (rows.empty()) return nothing_written(connection, transaction, owner);
  Task task = read_task(rows[0], owner, 0);
  change(task);
  Growth growth = Growth::none;
  if (tag_ids) {
    const auto tagged = tag(connection, transaction, task, *tag_ids);
    if (!tagged) return std::unexpected{tagged.error()};
    growth = *tagged;
  }
  if (const auto good = check_times(task.due_date, task.reminder_at, now); !good)
    return std::unexpected{good.error()};
  if (const auto good = check_tags_on_tasks(connection, transaction, owner, growth, most); !good)
    return std::unexpected{good.error()};
  task.updated_at = now;
  write_task(connection, transaction, sql::update_task, task, now);
  transaction.commit();
  return task;
}

}  // namespace

Result<Page<Task>> find_tasks(PostgresConnection& connection, const Uuid& owner,
                              const TaskListRequest& request) {
  const database::PageRequest& page = request.page;
  if (!is_within_bounds(page)) return failed(Kind::internal, "a page or limit is out of bounds");
  const TaskFilter& filter = request.filter;
  if (!can_be_text(filter.due_after) || !can_be_text(filter.due_before)) return no_such_time();
  PostgresRead transaction{connection};
  const auto run = [&]() -> pqxx::result {
    if (asks_for_nothing(filter)) {
      const char* const text = sql::list_tasks(sql::Filter::none, request.sort_by, request.order);
      return connection.run(transaction, text, owner.text(), page.limit, bounded_offset_of(page));
    }
    std::optional<std::string> tags;
    if (!filter.any_tag_of.empty()) tags = database::array_of(filter.any_tag_of);
    std::optional<std::string> search;
    if (!filter.search.empty()) search = filter.search;
    const sql::Filter kind = search ? sql::Filter::search : sql::Filter::some;
    const char* const text = sql::list_tasks(kind, request.sort_by, request.order);
    return connection.run(transaction, text, owner.text(), page.limit, bounded_offset_of(page),
                          filter.completed, priority_number(filter.priority),
                          optional_timestamptz(filter.due_after), optional_timestamptz(filter.due_before),
                          tags, search);
  };
  const pqxx::result rows = run();
  Page<Task> result{.items = {}, .total = rows[0][0].as<std::int64_t>()};
  for (const auto& row : rows) {
    if (!row[1].is_null()) result.items.push_back(read_task(row, owner, 1));
  }
  return result;
}

Result<Task> find_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id) {
  PostgresRead transaction{connection};
  const auto rows = connection.run(transaction, sql::get_task, owner.text(), id.text());
  if (rows.empty()) return not_found();
  return read_task(rows[0], owner, 0);
}

Result<Task> add_task(PostgresConnection& connection, const Uuid& owner, const NewTask& fields, Instant now,
                      std::int64_t most) {
  if (const auto good = check_times(fields.due_date, fields.reminder_at, now); !good)
    return std::unexpected{good.error()};
  const auto id = database::new_uuid();
  if (!id) return failed(Kind::unavailable, "the operating system provides no random bytes");
  const Task task = new_task(fields, owner, *id, now);
  const bool tags_are_counted = are_counted(fields.tag_ids, most);
  for (const UserLock lock : {UserLock::shared, UserLock::alone}) {
    if (lock == UserLock::shared && tags_are_counted) continue;
    if (auto added = try_to_add(connection, task, fields.tag_ids, now, most, lock)) return *std::move(added);
  }
  return quota_exceeded(most, "tasks");
}

Result<Task> change_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id,
                         const TaskChange& change, Instant now, std::int64_t most) {
  return in_transaction(connection, owner, id, now, change.tag_ids, most,
                        [&](Task& task) { apply(change, task); });
}

Result<Task> toggle_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id, Instant now) {
  return in_transaction(connection, owner, id, now, std::nullopt, 0,
                        [](Task& task) { task.completed = !task.completed; });
}

Result<void> remove_task(PostgresConnection& connection, const Uuid& owner, const Uuid& id) {
  PostgresWork transaction{connection};
  if (connection.run(transaction, sql::delete_task, owner.text(), id.text()).affected_rows() == 0) {
    return nothing_written(connection, transaction, owner);
  }
  transaction.commit();
  return {};
}

}  // namespace drawbridge::api
