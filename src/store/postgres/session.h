#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/postgres/stall_watch.h"
#include "store/store.h"

namespace drawbridge::store {

class PostgresConnection;

/// A Session over one connection to PostgreSQL.
///
/// It connects when it is first needed. A connection that the server has closed in the meantime is replaced
/// before anything is sent on it; one that breaks under a statement fails that call (`unavailable`) and is
/// replaced for the next. What was sent is never sent again, but for a transaction that the server itself
/// has undone in favour of another. After a connection could not be made, calls fail at once for half a
/// second, so that a crowd does not keep a struggling server down. No function throws libpqxx's exceptions.
class PostgresSession final : public Session {
 public:
  /// A session for reading refuses every change (`unavailable`). `watch` ends the waiting for a server that
  /// stopped answering.
  PostgresSession(std::string url, Access access, const std::shared_ptr<StallWatch>& watch);
  ~PostgresSession() override;

  Result<Page<Task>> list_tasks(const Identity& owner, const TaskListRequest& request) override;
  Result<Task> get_task(const Identity& owner, const Uuid& id) override;
  Result<Task> create_task(const Identity& owner, const NewTask& task, Instant now) override;
  Result<Task> change_task(const Identity& owner, const Uuid& id, const TaskChange& change,
                           Instant now) override;
  Result<Task> toggle_task(const Identity& owner, const Uuid& id, Instant now) override;
  Result<void> delete_task(const Identity& owner, const Uuid& id) override;
  Result<Page<Tag>> list_tags(const Identity& owner, const PageRequest& page) override;
  Result<Tag> get_tag(const Identity& owner, std::int64_t id) override;
  Result<Tag> create_tag(const Identity& owner, const NewTag& fields) override;
  Result<Tag> change_tag(const Identity& owner, std::int64_t id, const TagChange& change) override;
  Result<void> delete_tag(const Identity& owner, std::int64_t id) override;
  Result<void> check_ready() override;

 private:
  /// Runs `work(PostgresConnection&)` and turns what libpqxx throws into a StoreError.
  template <class T, class Work>
  Result<T> run(Work work);
  /// Runs `work(PostgresConnection&, const Uuid& owner)`.
  template <class T, class Work>
  Result<T> run_for(const Identity& owner, Work work);

  Result<void> connect();

  const std::string url_;
  const Access access_;
  const std::shared_ptr<StallWatch> watch_;
  const std::shared_ptr<StallWatch::Place> place_;
  std::unique_ptr<PostgresConnection> connection_;
  std::chrono::steady_clock::time_point connect_again_at_;
  std::string last_failure_;
};

}  // namespace drawbridge::store
