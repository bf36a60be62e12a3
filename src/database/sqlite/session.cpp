#include "database/sqlite/session.h"

#include "database/sqlite/connection.h"
#include "database/sqlite/database.h"

namespace drawbridge::database {
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

}  // namespace

SqliteSession::SqliteSession(std::filesystem::path file, Access access, std::chrono::milliseconds lock_wait)
    : file_{std::move(file)}, access_{access}, lock_wait_{lock_wait} {}

SqliteSession::~SqliteSession() = default;

std::optional<StoreError> SqliteSession::run(const Use& use) {
  try {
    if (connection_ && file_was_replaced(connection_->database)) connection_.reset();
    if (!connection_) {
      const SqliteUse purpose = access_ == Access::read ? SqliteUse::read : SqliteUse::write;
      connection_ = std::make_unique<SqliteConnection>(open_sqlite(file_, purpose, lock_wait_));
    }
    use.on_sqlite(*connection_);
    return std::nullopt;
  } catch (const SQLite::Exception& error) {
    return as_store_error(error);
  }
}

}  // namespace drawbridge::database
