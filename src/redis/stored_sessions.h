#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "database/session_reads.h"
#include "redis/redis_url.h"

namespace drawbridge::redis {

struct StoredSessions {
  /// Before each key: that of @better-auth/redis-storage.
  std::string prefix{"better-auth:"};
  /// A PEM file of authorities to trust instead of the system's, for `rediss://`.
  std::optional<std::filesystem::path> ca_file{};
  std::size_t readers = 2;  ///< threads, each with a connection
  database::SessionReads::Options reads{};
};

/// The sessions of the Better Auth whose secondary storage this Redis is: `<prefix><token>`, and
/// `<prefix>revoked-sessions-before-<userId>`. It only reads, and what it does not find there is no session:
/// where Better Auth itself would then look into its database (`storeSessionInDatabase`), read that instead.
///
/// Nothing is connected yet. A server that cannot be reached shows in each answer, is left alone for half a
/// second, and is used once it can be; a connection that was closed while it rested costs no answer.
std::unique_ptr<SessionStore> open_stored_sessions(const RedisUrl& url, const StoredSessions& options = {});

}  // namespace drawbridge::redis
