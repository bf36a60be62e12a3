#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "api/tasks/sqlite_sql.h"
#include "api/tasks/task_rows.h"
#include "api/tasks/task_rules.h"
#include "api/tasks/task_tags.h"
#include "core/text/time_text.h"
#include "database/letter_case.h"
#include "database/new_uuid.h"
#include "database/sqlite/connection.h"

namespace drawbridge::api {
namespace {

using Kind = database::StoreError::Kind;
namespace sql = sqlite_sql;
using database::bounded_offset_of;
using database::failed;
using database::has_more_than;
using database::not_found;
using database::Query;
using database::quota_exceeded;
using database::throw_unreadable_row;
using database::user_unknown;

Instant read_time(const SQLite::Column& column) {
  const auto time = time_from_text({column.getText(), static_cast<std::size_t>(column.getBytes())});
  if (!time) throw_unreadable_row();
  return *time;
}

std::optional<Instant> read_optional_time(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return read_time(column);
}

std::optional<Priority> read_priority(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  const int number = column.getInt();
  if (number < 1 || number > 3) throw_unreadable_row();
  return static_cast<Priority>(number - 1);
}

Uuid read_uuid(const SQLite::Column& column) {
  const auto uuid = Uuid::parse({column.getText(), static_cast<std::size_t>(column.getBytes())});
  if (!uuid) throw_unreadable_row();
  return *uuid;
}

Task read_task(Query& query, const Uuid& owner) {
  return {
      .id = read_uuid(query.column(0)),
      .user_id = owner,
      .title = database::text(query.column(1)),
      .description = database::optional_text(query.column(2)),
      .completed = query.column(3).getInt() != 0,
      .priority = read_priority(query.column(4)),
      .due_date = read_optional_time(query.column(5)),
      .reminder_at = read_optional_time(query.column(6)),
      .tags = {},
      .created_at = read_time(query.column(7)),
      .updated_at = read_time(query.column(8)),
  };
}

std::optional<Task> read_row(SqliteConnection& connection, const Uuid& owner, const Uuid& id) {
  std::optional<Task> task;
  {
    Query query{connection.prepared(sql::get_task)};
    if (!query.bind(":user_id", owner.text()).bind(":id", id.text()).next()) return std::nullopt;
    task = read_task(query, owner);
  }
  read_tags_of(connection, owner, {&*task, 1});
  return task;
}

std::optional<std::string> optional_time_text(const std::optional<Instant>& time) {
  if (!time) return std::nullopt;
  return time_text(*time);
}

/// The values of a task that are written as text, checked.
struct TaskTimes {
  std::optional<std::string> due_date;
  std::optional<std::string> reminder_at;
  std::string now;
};

Result<TaskTimes> times_of(const std::optional<Instant>& due_date, const std::optional<Instant>& reminder_at,
                           Instant now) {
  if (const auto good = check_times(due_date, reminder_at, now); !good) return std::unexpected{good.error()};
  return TaskTimes{.due_date = optional_time_text(due_date),
                   .reminder_at = optional_time_text(reminder_at),
                   .now = time_text(now)};
}

void bind_task(Query& query, const Task& task, const TaskTimes& times) {
  query.bind(":user_id", task.user_id.text())
      .bind(":id", task.id.text())
      .bind(":title", task.title)
      .bind(":description", task.description)
      .bind(":completed", task.completed ? 1 : 0)
      .bind(":priority", priority_number(task.priority))
      .bind(":due_date", times.due_date)
      .bind(":reminder_at", times.reminder_at)
      .bind(":now", times.now);
}

/// Texts that are given to a task, as search and order compare them. They are made before the transaction
/// that writes them begins: while it lasts, nobody else writes.
struct FoldedTexts {
  std::optional<std::string> title{};
  std::optional<std::optional<std::string>> description{};
};

std::optional<std::string> folded(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return database::letter_case_folded(*text);
}

FoldedTexts folded_texts_of(const NewTask& fields) {
  return {.title = folded(fields.title), .description = folded(fields.description)};
}

FoldedTexts folded_texts_of(const TaskChange& change) {
  FoldedTexts texts{.title = folded(change.title)};
  if (change.description) texts.description = folded(*change.description);
  return texts;
}

void bind_folded(Query& query, const Task& task, const FoldedTexts& given) {
  query.bind(":title_folded", given.title ? given.title : folded(task.title))
      .bind(":description_folded", given.description ? *given.description : folded(task.description));
}

/// What a filter's parameters are bound to.
struct FilterValues {
  std::optional<int> completed;
  std::optional<int> priority;
  std::optional<std::string> due_after;
  std::optional<std::string> due_before;
  std::optional<std::string> tags;
  std::optional<std::string> search;
};

sql::Filter kind_of(const TaskFilter& filter) {
  return asks_for_nothing(filter) ? sql::Filter::none : sql::Filter::some;
}

Result<FilterValues> values_of(const TaskFilter& filter) {
  FilterValues values{};
  if (filter.completed) values.completed = *filter.completed ? 1 : 0;
  values.priority = priority_number(filter.priority);
  if (!can_be_text(filter.due_after) || !can_be_text(filter.due_before)) return no_such_time();
  values.due_after = optional_time_text(filter.due_after);
  values.due_before = optional_time_text(filter.due_before);
  if (!filter.any_tag_of.empty()) values.tags = fmt::format("[{}]", fmt::join(filter.any_tag_of, ","));
  if (!filter.search.empty()) values.search = database::letter_case_folded(filter.search);
  return values;
}

/// Binds what a statement for some or no filter has parameters for.
void bind_filter(Query& query, sql::Filter filter, const FilterValues& values) {
  if (filter == sql::Filter::none) return;
  query.bind(":completed", values.completed)
      .bind(":priority", values.priority)
      .bind(":due_after", values.due_after)
      .bind(":due_before", values.due_before)
      .bind(":tags", values.tags)
      .bind(":search", values.search);
}

std::int64_t count_tasks(SqliteConnection& connection, const std::string& user_id, sql::Filter filter,
                         const FilterValues& values) {
  Query query{connection.prepared(sql::count_tasks(filter))};
  bind_filter(query.bind(":user_id", user_id), filter, values);
  query.next();
  return query.column(0).getInt64();
}

/// Writes a task that was read and changed in the same transaction, and gives it back as it now is.
Result<Task> rewrite_task(SqliteConnection& connection, Task task, const FoldedTexts& texts, Instant now) {
  const auto times = times_of(task.due_date, task.reminder_at, now);
  if (!times) return std::unexpected{times.error()};
  task.updated_at = now;
  {
    Query query{connection.prepared(sql::update_task)};
    bind_task(query, task, *times);
    query.run();
  }
  if (!texts.title && !texts.description) return task;
  Query query{connection.prepared(sql::fold_task)};
  bind_folded(query.bind(":user_id", task.user_id.text()).bind(":id", task.id.text()), task, texts);
  query.run();
  return task;
}

Result<Growth> replace_tags(SqliteConnection& connection, Task& task, std::span<const std::int64_t> tag_ids) {
  const auto growth = write_tags_of(connection, task.user_id, task.id, tag_ids);
  if (!growth) return growth;
  task.tags.clear();
  read_tags_of(connection, task.user_id, {&task, 1});
  return growth;
}

/// Reads the owner's task, has it changed, and writes it, in one transaction. `change` says whether the task
/// has more tags than before.
template <class Change>
Result<Task> in_transaction(SqliteConnection& connection, const Uuid& owner, const Uuid& id,
                            const FoldedTexts& texts, Instant now, std::int64_t most, Change change) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  auto task = read_row(connection, owner, id);
  if (!task) return not_found();
  const Result<Growth> growth = change(*task);
  if (!growth) return std::unexpected{growth.error()};
  auto written = rewrite_task(connection, *std::move(task), texts, now);
  if (!written) return written;
  if (const auto good = check_tags_on_tasks(connection, owner, *growth, most); !good)
    return std::unexpected{good.error()};
  transaction.commit();
  return written;
}

}  // namespace

Result<Page<Task>> find_tasks(SqliteConnection& connection, const Uuid& owner,
                              const TaskListRequest& request) {
  const database::PageRequest& page = request.page;
  if (!is_within_bounds(page)) return failed(Kind::internal, "a page or limit is out of bounds");
  const auto values = values_of(request.filter);
  if (!values) return std::unexpected{values.error()};
  const std::string user_id = owner.text();
  // One view of the database for all queries, so that the total and the tags go with the page.
  const SQLite::Transaction transaction{connection.database};
  Page<Task> result;
  const sql::Filter filter = kind_of(request.filter);
  {
    Query query{connection.prepared(sql::list_tasks(filter, request.sort_by, request.order))};
    bind_filter(query.bind(":user_id", user_id), filter, *values);
    query.bind(":limit", page.limit).bind(":offset", bounded_offset_of(page));
    while (query.next()) result.items.push_back(read_task(query, owner));
  }
  // The last page says itself how many there are: a search that finds little reads all texts once.
  const auto listed = static_cast<std::int64_t>(result.items.size());
  const bool is_last = listed < page.limit && (listed > 0 || page.page == 1);
  result.total = is_last ? offset_of(page) + listed : count_tasks(connection, user_id, filter, *values);
  read_tags_of(connection, owner, result.items);
  return result;
}

Result<Task> find_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id) {
  const SQLite::Transaction transaction{connection.database};
  auto task = read_row(connection, owner, id);
  if (!task) return not_found();
  return *std::move(task);
}

Result<Task> add_task(SqliteConnection& connection, const Uuid& owner, const NewTask& fields, Instant now,
                      std::int64_t most) {
  const auto times = times_of(fields.due_date, fields.reminder_at, now);
  if (!times) return std::unexpected{times.error()};
  const auto id = database::new_uuid();
  if (!id) return failed(Kind::unavailable, "the operating system provides no random bytes");
  Task task = new_task(fields, owner, *id, now);
  const FoldedTexts texts = folded_texts_of(fields);
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  if (most > 0 && has_more_than(connection, sql::task_beyond, owner, most - 1)) {
    return quota_exceeded(most, "tasks");
  }
  {
    Query query{connection.prepared(sql::insert_task)};
    bind_task(query, task, *times);
    bind_folded(query, task, texts);
    query.run();
  }
  if (!fields.tag_ids.empty()) {
    const auto growth = replace_tags(connection, task, fields.tag_ids);
    if (!growth) return std::unexpected{growth.error()};
    if (const auto good = check_tags_on_tasks(connection, owner, *growth, most); !good)
      return std::unexpected{good.error()};
  }
  transaction.commit();
  return task;
}

Result<Task> change_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id,
                         const TaskChange& change, Instant now, std::int64_t most) {
  return in_transaction(connection, owner, id, folded_texts_of(change), now, most,
                        [&](Task& task) -> Result<Growth> {
                          apply(change, task);
                          if (!change.tag_ids) return Growth::none;
                          return replace_tags(connection, task, *change.tag_ids);
                        });
}

Result<Task> toggle_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id, Instant now) {
  return in_transaction(connection, owner, id, {}, now, 0, [](Task& task) -> Result<Growth> {
    task.completed = !task.completed;
    return Growth::none;
  });
}

Result<void> remove_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  int deleted = 0;
  {
    Query query{connection.prepared(sql::delete_task)};
    deleted = query.bind(":user_id", owner.text()).bind(":id", id.text()).run();
  }
  if (deleted == 0) return not_found();
  transaction.commit();
  return {};
}

}  // namespace drawbridge::api
