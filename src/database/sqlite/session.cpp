#include "database/sqlite/session.h"

#include <new>

#include <sqlite3.h>

#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"

namespace drawbridge::database {
namespace {

using Kind = StoreError::Kind;

/// The progress handler's steps: some tenths of a millisecond.
constexpr int steps_between_looks = 1'000;

/// While it lives, the connection's statements end when the limit is reached. SQLite asks on the thread that
/// runs the statement, so that no other statement can be meant.
class Limited {
 public:
  Limited(SQLite::Database& database, const WorkLimit& limit) : handle_{database.getHandle()} {
    sqlite3_progress_handler(
        handle_, steps_between_looks,
        [](void* given) { return static_cast<const WorkLimit*>(given)->is_reached() ? 1 : 0; },
        const_cast<WorkLimit*>(&limit));
  }
  ~Limited() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

 private:
  sqlite3* handle_;
};

bool is_interruption(const SQLite::Exception& error) {
  return (error.getErrorCode() & 0xFF) == SQLITE_INTERRUPT;
}

StoreError as_store_error(const SQLite::Exception& error) {
  if (is_foreign_key_violation(error)) return user_unknown().error();
  if (is_constraint_violation(error)) {
    return {.kind = Kind::internal,
            .text = "the database refused a value that should have been refused earlier"};
  }
  return {.kind = Kind::unavailable, .text = describe(error)};
}

}  // namespace

SqliteSession::SqliteSession(std::filesystem::path file, Access access, std::chrono::milliseconds lock_wait)
    : file_{std::move(file)}, access_{access}, lock_wait_{lock_wait} {}

SqliteSession::~SqliteSession() = default;

std::optional<StoreError> SqliteSession::run(const Use& use) {
  if (limit().is_reached()) return given_up();
  try {
    if (connection_ && file_was_replaced(connection_->database)) connection_.reset();
    if (!connection_) {
      const SqliteUse purpose = access_ == Access::read ? SqliteUse::read : SqliteUse::write;
      connection_ = std::make_unique<SqliteConnection>(open_sqlite(file_, purpose, lock_wait_));
    }
    std::optional<Limited> limited;
    if (access_ == Access::read) limited.emplace(connection_->database, limit());
    use.on_sqlite(*connection_);
    return std::nullopt;
  } catch (const SQLite::Exception& error) {
    leave_no_transaction();
    return is_interruption(error) ? given_up() : as_store_error(error);
  } catch (const std::bad_alloc&) {
    leave_no_transaction();
    return no_memory();
  }
}

void SqliteSession::leave_no_transaction() {
  // Its end may have been given up, too.
  if (connection_ && sqlite3_get_autocommit(connection_->database.getHandle()) == 0) connection_.reset();
}

}  // namespace drawbridge::database
