#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "store/store.h"

namespace drawbridge::store {

struct SqliteConnection;

/// A Session over one SQLite file.
///
/// The file is opened when it is first needed, and again when the one at that path is another: a database
/// that was missing, locked, damaged or exchanged is used as soon as it is well, without a restart. The file
/// is never made here. No function throws SQLite's exceptions.
class SqliteSession final : public Session {
 public:
  /// A session for reading refuses every change (`unavailable`). A write waits at most `lock_wait` for a lock
  /// that another connection, Better Auth's for example, holds; reads need none.
  SqliteSession(std::filesystem::path file, Access access,
                std::chrono::milliseconds lock_wait = std::chrono::seconds{5});
  ~SqliteSession() override;

  Result<Page<Task>> list_tasks(const Identity& owner, const TaskListRequest& request) override;
  Result<Task> get_task(const Identity& owner, const Uuid& id) override;
  Result<Task> create_task(const Identity& owner, const NewTask& task, Instant now) override;
  Result<Task> change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                           Instant now) override;
  Result<void> delete_task(const Identity& owner, const Uuid& id) override;
  Result<Task> toggle_task(const Identity& owner, const Uuid& id, Instant now) override;
  Result<Page<Tag>> list_tags(const Identity& owner, const PageRequest& page) override;
  Result<Tag> get_tag(const Identity& owner, std::int64_t id) override;
  Result<Tag> create_tag(const Identity& owner, const NewTag& fields) override;
  Result<Tag> change_tag(const Identity& owner, std::int64_t id, const TagChange& change) override;
  Result<void> delete_tag(const Identity& owner, std::int64_t id) override;
  Result<void> check_ready() override;

 private:
  /// Runs `work(SqliteConnection&)` and turns what SQLite throws into a StoreError.
  template <class T, class Work>
  Result<T> run(Work work);
  /// Runs `work(SqliteConnection&, const Uuid& owner)`.
  template <class T, class Work>
  Result<T> run_for(const Identity& owner, Work work);

  std::filesystem::path file_;
  Access access_;
  std::chrono::milliseconds lock_wait_;
  std::unique_ptr<SqliteConnection> connection_;
};

}  // namespace drawbridge::store
