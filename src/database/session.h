#pragma once

// One connection to a database, and the owner rule: no row without an Identity.

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <type_traits>

#include "drawbridge/identity.h"
#include "drawbridge/uuid.h"

#include "database/result.h"

namespace drawbridge::database {

struct SqliteConnection;
class PostgresConnection;

/// What a session is for.
enum class Access { read, write };

/// How long reading for one request may take.
inline constexpr std::chrono::milliseconds longest_statement{2'000};

/// When a session gives up what it is asked to read.
struct WorkLimit {
  std::chrono::steady_clock::time_point ends_by = std::chrono::steady_clock::time_point::max();
  std::stop_token gone{};  ///< whoever waits for the answer

  bool is_reached() const { return gone.stop_requested() || std::chrono::steady_clock::now() >= ends_by; }
};

/// One connection. Used by one thread at a time; every call may block on the disk or the network.
///
/// Work is a callable that takes whichever connection is behind the session, as
/// `[](auto& connection, const Uuid& owner)`; the functions that it calls are overloaded for each database,
/// so that one which a database lacks does not compile. It returns a Result. What the database throws becomes
/// the session's error.
class Session {
 public:
  virtual ~Session() = default;

  /// Holds for what is asked from now on. A session for writing has no other limits than its database's, so
  /// that no change is given up half done.
  void limit(WorkLimit limit) { limit_ = std::move(limit); }

  /// Runs `work(connection, owner)` for the owner that the Identity names, which only a verified credential
  /// gives. Every row of a user is reached through here and nowhere else, so no path, body or query can name
  /// an owner.
  template <class Work>
  auto for_owner(const Identity& owner, Work work)
      -> std::invoke_result_t<Work&, SqliteConnection&, const Uuid&> {
    if (!owner.uuid()) {
      return failed(StoreError::Kind::internal, "the identity has no uuid, which the policy must require");
    }
    return without_owner([&](auto& connection) { return work(connection, *owner.uuid()); });
  }

  /// Runs `work(connection)`, which looks at the schema alone, or for the session that says who the owner is.
  template <class Work>
  auto without_owner(Work work) -> std::invoke_result_t<Work&, SqliteConnection&> {
    std::optional<std::invoke_result_t<Work&, SqliteConnection&>> result;
    const auto use = [&](auto& connection) { result.emplace(work(connection)); };
    if (auto failure = run({.on_sqlite = std::ref(use), .on_postgres = std::ref(use)})) {
      return std::unexpected{*std::move(failure)};
    }
    return *std::move(result);
  }

 protected:
  struct Use {
    std::function<void(SqliteConnection&)> on_sqlite;
    std::function<void(PostgresConnection&)> on_postgres;
  };
  /// Carries out the one that fits; what went wrong, or nothing.
  virtual std::optional<StoreError> run(const Use& use) = 0;

  const WorkLimit& limit() const { return limit_; }
  /// What a read fails with that was given up.
  StoreError given_up() const {
    if (limit_.gone.stop_requested()) {
      return {.kind = StoreError::Kind::unavailable, .text = "no request is waiting for the answer any more"};
    }
    return {.kind = StoreError::Kind::timed_out, .text = "reading took longer than allowed"};
  }

 private:
  WorkLimit limit_{};
};

}  // namespace drawbridge::database
