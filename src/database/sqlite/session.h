#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "database/session.h"

namespace drawbridge::database {

/// A Session over one SQLite file.
///
/// The file is opened when it is first needed, and again when the one at that path is another: a database
/// that was missing, locked, damaged or exchanged is used as soon as it is well, without a restart. The file
/// is never made here. No function throws SQLite's exceptions.
class SqliteSession final : public Session {
 public:
  /// A session for reading refuses every change (`unavailable`) and keeps to its limit. A write waits at most
  /// `lock_wait` for a lock that another connection, Better Auth's for example, holds; reads need none.
  SqliteSession(std::filesystem::path file, Access access,
                std::chrono::milliseconds lock_wait = std::chrono::seconds{5});
  ~SqliteSession() override;

 private:
  std::optional<StoreError> run(const Use& use) override;
  void leave_no_transaction();

  std::filesystem::path file_;
  Access access_;
  std::chrono::milliseconds lock_wait_;
  std::unique_ptr<SqliteConnection> connection_;
};

}  // namespace drawbridge::database
