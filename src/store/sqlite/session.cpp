#include "store/sqlite/session.h"

#include <fmt/format.h>

#include "store/sqlite/connection.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/tags.h"
#include "store/sqlite/tasks.h"
#include "store/sqlite/user_table.h"

namespace drawbridge::store {
namespace {

using Kind = StoreError::Kind;

StoreError as_store_error(const SQLite::Exception& error) {
  if (is_foreign_key_violation(error)) return user_unknown().error();
  if (is_constraint_violation(error)) {
    return {.kind = Kind::internal,
            .text = "the database refuses a value that should have been refused before"};
  }
  return {.kind = Kind::unavailable, .text = describe(error)};
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
      connection_ = std::make_unique<SqliteConnection>(open_sqlite(file_, use, lock_wait_));
    }
    return work(*connection_);
  } catch (const SQLite::Exception& error) {
    return std::unexpected{as_store_error(error)};
  }
}

template <class T, class Work>
Result<T> SqliteSession::run_for(const Identity& owner, Work work) {
  if (!owner.uuid()) return failed(Kind::internal, "the identity has no uuid, which the policy must require");
  return run<T>([&](SqliteConnection& connection) { return work(connection, *owner.uuid()); });
}

Result<Page<Task>> SqliteSession::list_tasks(const Identity& owner, const TaskListRequest& request) {
  return run_for<Page<Task>>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::list_tasks(connection, user, request);
  });
}

Result<Task> SqliteSession::get_task(const Identity& owner, const Uuid& id) {
  return run_for<Task>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::get_task(connection, user, id);
  });
}

Result<Task> SqliteSession::create_task(const Identity& owner, const NewTask& fields, Instant now) {
  return run_for<Task>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::create_task(connection, user, fields, now);
  });
}

Result<Task> SqliteSession::change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                                        Instant now) {
  return run_for<Task>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::change_task(connection, user, id, change, now);
  });
}

Result<Task> SqliteSession::toggle_task(const Identity& owner, const Uuid& id, Instant now) {
  return run_for<Task>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::toggle_task(connection, user, id, now);
  });
}

Result<void> SqliteSession::delete_task(const Identity& owner, const Uuid& id) {
  return run_for<void>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::delete_task(connection, user, id);
  });
}

Result<Page<Tag>> SqliteSession::list_tags(const Identity& owner, const PageRequest& page) {
  return run_for<Page<Tag>>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::list_tags(connection, user, page);
  });
}

Result<Tag> SqliteSession::get_tag(const Identity& owner, std::int64_t id) {
  return run_for<Tag>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::get_tag(connection, user, id);
  });
}

Result<Tag> SqliteSession::create_tag(const Identity& owner, const NewTag& fields) {
  return run_for<Tag>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::create_tag(connection, user, fields);
  });
}

Result<Tag> SqliteSession::change_tag(const Identity& owner, std::int64_t id, const TagChange& change) {
  return run_for<Tag>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::change_tag(connection, user, id, change);
  });
}

Result<void> SqliteSession::delete_tag(const Identity& owner, std::int64_t id) {
  return run_for<void>(owner, [&](SqliteConnection& connection, const Uuid& user) {
    return store::delete_tag(connection, user, id);
  });
}

Result<void> SqliteSession::check_ready() {
  return run<void>([](SqliteConnection& connection) { return ready(connection.database); });
}

}  // namespace drawbridge::store
