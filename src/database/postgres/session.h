#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "database/postgres/cancel_sender.h"
#include "database/postgres/stall_watch.h"
#include "database/session.h"

namespace drawbridge::database {

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
  /// A session for reading refuses every change (`unavailable`), and ends its statements when nobody waits
  /// for them; behind a pooler their own limit ends them. `watch` ends the waiting for a server that stopped
  /// answering.
  PostgresSession(std::string url, Access access, const std::shared_ptr<StallWatch>& watch,
                  std::shared_ptr<CancelSender> cancels = std::make_shared<CancelSender>());
  ~PostgresSession() override;

 private:
  std::optional<StoreError> run(const Use& use) override;
  /// Why there is no connection, or nothing when there is one.
  std::optional<StoreError> connect();
  void use_connection(const Use& use);
  void absorb_cancel();

  const std::string url_;
  const Access access_;
  const std::shared_ptr<StallWatch> watch_;
  const std::shared_ptr<StallWatch::Place> place_;
  const std::shared_ptr<CancelSender> cancels_;
  std::unique_ptr<PostgresConnection> connection_;
  std::chrono::steady_clock::time_point connect_again_at_;
  std::string last_failure_;
};

}  // namespace drawbridge::database
