#include "store/sqlite_tasks.h"

#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include "store/new_uuid.h"
#include "store/sqlite_sql.h"
#include "store/time_text.h"

namespace drawbridge::store {
namespace {

using Kind = StoreError::Kind;

std::unexpected<StoreError> not_found() {
  return failed(Kind::not_found, "the owner has no such task");
}

/// A row that no writer of ours makes.
[[noreturn]] void throw_unreadable_row() {
  throw SQLite::Exception{"unreadable row", SQLITE_CORRUPT};
}

std::optional<std::string> optional_text(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getString();
}

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
  return static_cast<Priority>(column.getInt() - 1);
}

std::optional<int> priority_number(const std::optional<Priority>& priority) {
  if (!priority) return std::nullopt;
  return static_cast<int>(*priority) + 1;
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
      .title = query.column(1).getString(),
      .description = optional_text(query.column(2)),
      .completed = query.column(3).getInt() != 0,
      .priority = read_priority(query.column(4)),
      .due_date = read_optional_time(query.column(5)),
      .reminder_at = read_optional_time(query.column(6)),
      .tags = {},
      .created_at = read_time(query.column(7)),
      .updated_at = read_time(query.column(8)),
  };
}

/// Rows of a join with the tags, one for each tag or one without: the rows of a task follow each other.
std::vector<Task> read_tasks(Query& query, const Uuid& owner) {
  std::vector<Task> tasks;
  std::string last_id;
  while (query.next()) {
    std::string id = query.column(0).getString();
    if (tasks.empty() || id != last_id) tasks.push_back(read_task(query, owner));
    last_id = std::move(id);
    if (query.column(9).isNull()) continue;
    tasks.back().tags.push_back({.id = query.column(9).getInt64(),
                                 .name = query.column(10).getString(),
                                 .color = optional_text(query.column(11))});
  }
  return tasks;
}

std::optional<Task> find_task(SQLite::Statement& statement, const Uuid& owner, const Uuid& id) {
  Query query{statement};
  query.bind(":user_id", owner.text()).bind(":id", id.text());
  std::vector<Task> tasks = read_tasks(query, owner);
  if (tasks.empty()) return std::nullopt;
  return std::move(tasks.front());
}

/// The values of a task that are written as text, checked.
struct TaskTimes {
  std::optional<std::string> due_date;
  std::optional<std::string> reminder_at;
  std::string now;
};

Result<TaskTimes> times_of(const std::optional<Instant>& due_date, const std::optional<Instant>& reminder_at,
                           Instant now) {
  if (due_date && reminder_at && *reminder_at >= *due_date) {
    return failed(Kind::reminder_not_before_due, "reminder_at is not before due_date");
  }
  const auto text = [](const std::optional<Instant>& time) { return time ? time_text(*time) : std::nullopt; };
  TaskTimes times{.due_date = text(due_date), .reminder_at = text(reminder_at), .now = {}};
  const auto now_text = time_text(now);
  if (!now_text || times.due_date.has_value() != due_date.has_value() ||
      times.reminder_at.has_value() != reminder_at.has_value()) {
    return failed(Kind::internal, "a time is outside the years 0 to 9999");
  }
  times.now = *now_text;
  return times;
}

void apply(const TaskChange& change, Task& task) {
  if (change.title) task.title = *change.title;
  if (change.description) task.description = *change.description;
  if (change.completed) task.completed = *change.completed;
  if (change.priority) task.priority = *change.priority;
  if (change.due_date) task.due_date = *change.due_date;
  if (change.reminder_at) task.reminder_at = *change.reminder_at;
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

}  // namespace

Result<TaskPage> list_tasks(SqliteConnection& connection, const Uuid& owner, const PageRequest& page) {
  if (page.page < 1 || page.limit < 1 || page.limit > 100) {
    return failed(Kind::internal, "a page or limit is out of bounds");
  }
  const std::string user_id = owner.text();
  // One view of the database for both queries, so that the total goes with the page.
  const SQLite::Transaction transaction{connection.database};
  TaskPage result;
  {
    Query count{connection.prepared(sql::count_tasks)};
    count.bind(":user_id", user_id).next();
    result.total = count.column(0).getInt64();
  }
  if (page.page - 1 > result.total / page.limit) return result;
  Query query{connection.prepared(sql::list_tasks)};
  query.bind(":user_id", user_id).bind(":limit", page.limit).bind(":offset", (page.page - 1) * page.limit);
  result.items = read_tasks(query, owner);
  return result;
}

Result<Task> get_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id) {
  auto task = find_task(connection.prepared(sql::get_task), owner, id);
  if (!task) return not_found();
  return std::move(*task);
}

Result<Task> create_task(SqliteConnection& connection, const Uuid& owner, const NewTask& fields,
                         Instant now) {
  const auto times = times_of(fields.due_date, fields.reminder_at, now);
  if (!times) return std::unexpected{times.error()};
  const auto id = new_uuid();
  if (!id) return failed(Kind::unavailable, "the system gives no random bytes");
  const Task task{.id = *id,
                  .user_id = owner,
                  .title = fields.title,
                  .description = fields.description,
                  .completed = fields.completed,
                  .priority = fields.priority,
                  .due_date = fields.due_date,
                  .reminder_at = fields.reminder_at,
                  .tags = {},
                  .created_at = now,
                  .updated_at = now};
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  {
    Query query{connection.prepared(sql::insert_task)};
    bind_task(query, task, *times);
    query.run();
  }
  transaction.commit();
  return task;
}

Result<Task> change_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id,
                         const TaskChange& change, Instant now) {
  SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
  if (!user_exists(connection, owner)) return user_unknown();
  auto task = find_task(connection.prepared(sql::get_task), owner, id);
  if (!task) return not_found();
  apply(change, *task);
  const auto times = times_of(task->due_date, task->reminder_at, now);
  if (!times) return std::unexpected{times.error()};
  task->updated_at = now;
  {
    Query query{connection.prepared(sql::update_task)};
    bind_task(query, *task, *times);
    query.run();
  }
  transaction.commit();
  return std::move(*task);
}

Result<void> delete_task(SqliteConnection& connection, const Uuid& owner, const Uuid& id) {
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

}  // namespace drawbridge::store
