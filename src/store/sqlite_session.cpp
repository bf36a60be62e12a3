#include "store/sqlite_session.h"

#include <map>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "store/new_uuid.h"
#include "store/sqlite_database.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_sql.h"
#include "store/sqlite_user_table.h"
#include "store/time_text.h"

namespace drawbridge::store {

struct SqliteSession::Connection {
  SQLite::Database database;
  /// By their text, which is a constant of sqlite_sql.h. Destroyed before the database.
  std::map<const char*, SQLite::Statement> statements{};

  SQLite::Statement& prepared(const char* sql) {
    return statements.try_emplace(sql, database, sql).first->second;
  }
};

namespace {

using Kind = StoreError::Kind;

std::unexpected<StoreError> failed(Kind kind, std::string text) {
  return std::unexpected{StoreError{.kind = kind, .text = std::move(text)}};
}

std::unexpected<StoreError> not_found() {
  return failed(Kind::not_found, "the owner has no such task");
}

std::unexpected<StoreError> user_unknown() {
  return failed(Kind::user_unknown, "the owner is no longer in table \"user\"");
}

StoreError as_store_error(const SQLite::Exception& error) {
  if (is_foreign_key_violation(error)) return user_unknown().error();
  if (is_constraint_violation(error)) {
    return {.kind = Kind::internal,
            .text = "the database refuses a value that should have been refused before"};
  }
  return {.kind = Kind::unavailable, .text = describe(error)};
}

/// A row that no writer of ours makes.
[[noreturn]] void throw_unreadable_row() {
  throw SQLite::Exception{"unreadable row", SQLITE_CORRUPT};
}

/// One use of a prepared statement. Reset at the end, whatever happens: a statement left in mid-row would
/// hold its view of the database and keep the WAL file growing.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_{statement} {}
  ~Query() { statement_.tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <class T>
  Query& bind(const char* name, const T& value) {
    statement_.bind(name, value);
    return *this;
  }
  template <class T>
  Query& bind(const char* name, const std::optional<T>& value) {
    if (value) {
      statement_.bind(name, *value);
    } else {
      statement_.bind(name);
    }
    return *this;
  }
  bool next() { return statement_.executeStep(); }
  int run() { return statement_.exec(); }
  SQLite::Column column(int index) { return statement_.getColumn(index); }

 private:
  SQLite::Statement& statement_;
};

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

bool user_exists(SQLite::Statement& statement, const Uuid& owner) {
  Query query{statement};
  return query.bind(":user_id", owner.text()).next();
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

std::unexpected<StoreError> no_owner() {
  return failed(Kind::internal, "the identity has no uuid, which the policy must require");
}

std::unexpected<StoreError> not_ready(std::string text) {
  return failed(Kind::unavailable, std::move(text));
}

Result<void> ready(SQLite::Database& database) {
  const int version = schema_version(database);
  if (version > latest_schema_version()) {
    return not_ready(
        fmt::format("the database has version {} of the tables and this program knows {}: use a newer "
                    "drawbridge",
                    version, latest_schema_version()));
  }
  const UserTable user = inspect_user_table(database);
  if (!user.exists) {
    return not_ready(
        "Better Auth's table \"user\" is not in this database: run Better Auth's migration on it");
  }
  if (!user.can_be_referenced()) {
    return not_ready("Better Auth's table \"user\" has no unique column uuid: run drawbridge migrate up");
  }
  if (version < latest_schema_version()) {
    return not_ready(
        fmt::format("the database has version {} of the tables and needs {}: run drawbridge migrate up",
                    version, latest_schema_version()));
  }
  return {};
}

}  // namespace

SqliteSession::SqliteSession(std::filesystem::path file, Access access, std::chrono::milliseconds lock_wait)
    : file_{std::move(file)}, access_{access}, lock_wait_{lock_wait} {}

SqliteSession::~SqliteSession() = default;

template <class T, class Work>
Result<T> SqliteSession::run(Work work) {
  try {
    if (connection_ && file_was_replaced(connection_->database)) connection_.reset();
    if (!connection_) {
      const SqliteUse use = access_ == Access::read ? SqliteUse::read : SqliteUse::write;
      connection_ = std::make_unique<Connection>(open_sqlite(file_, use, lock_wait_));
    }
    return work(*connection_);
  } catch (const SQLite::Exception& error) {
    return std::unexpected{as_store_error(error)};
  }
}

Result<TaskPage> SqliteSession::list_tasks(const Identity& owner, const PageRequest& page) {
  if (!owner.uuid()) return no_owner();
  if (page.page < 1 || page.limit < 1 || page.limit > 100) {
    return failed(Kind::internal, "a page or limit is out of bounds");
  }
  return run<TaskPage>([&](Connection& connection) -> Result<TaskPage> {
    const std::string user_id = owner.uuid()->text();
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
    result.items = read_tasks(query, *owner.uuid());
    return result;
  });
}

Result<Task> SqliteSession::get_task(const Identity& owner, const Uuid& id) {
  if (!owner.uuid()) return no_owner();
  return run<Task>([&](Connection& connection) -> Result<Task> {
    auto task = find_task(connection.prepared(sql::get_task), *owner.uuid(), id);
    if (!task) return not_found();
    return std::move(*task);
  });
}

Result<Task> SqliteSession::create_task(const Identity& owner, const NewTask& fields, Instant now) {
  if (!owner.uuid()) return no_owner();
  const auto times = times_of(fields.due_date, fields.reminder_at, now);
  if (!times) return std::unexpected{times.error()};
  const auto id = new_uuid();
  if (!id) return failed(Kind::unavailable, "the system gives no random bytes");
  const Task task{.id = *id,
                  .user_id = *owner.uuid(),
                  .title = fields.title,
                  .description = fields.description,
                  .completed = fields.completed,
                  .priority = fields.priority,
                  .due_date = fields.due_date,
                  .reminder_at = fields.reminder_at,
                  .tags = {},
                  .created_at = now,
                  .updated_at = now};
  return run<Task>([&](Connection& connection) -> Result<Task> {
    SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
    if (!user_exists(connection.prepared(sql::find_user), task.user_id)) return user_unknown();
    {
      Query query{connection.prepared(sql::insert_task)};
      bind_task(query, task, *times);
      query.run();
    }
    transaction.commit();
    return task;
  });
}

Result<Task> SqliteSession::change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                                        Instant now) {
  if (!owner.uuid()) return no_owner();
  return run<Task>([&](Connection& connection) -> Result<Task> {
    SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
    if (!user_exists(connection.prepared(sql::find_user), *owner.uuid())) return user_unknown();
    auto task = find_task(connection.prepared(sql::get_task), *owner.uuid(), id);
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
  });
}

Result<void> SqliteSession::delete_task(const Identity& owner, const Uuid& id) {
  if (!owner.uuid()) return no_owner();
  return run<void>([&](Connection& connection) -> Result<void> {
    SQLite::Transaction transaction{connection.database, SQLite::TransactionBehavior::IMMEDIATE};
    if (!user_exists(connection.prepared(sql::find_user), *owner.uuid())) return user_unknown();
    int deleted = 0;
    {
      Query query{connection.prepared(sql::delete_task)};
      deleted = query.bind(":user_id", owner.uuid()->text()).bind(":id", id.text()).run();
    }
    if (deleted == 0) return not_found();
    transaction.commit();
    return {};
  });
}

Result<void> SqliteSession::check_ready() {
  return run<void>([](Connection& connection) { return ready(connection.database); });
}

}  // namespace drawbridge::store
