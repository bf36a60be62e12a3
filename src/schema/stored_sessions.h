#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "database/database_url.h"
#include "database/session_reads.h"
#include "schema/plan/names.h"

namespace drawbridge::schema {

struct StoredSessions {
  plan::Where where{};      ///< Better Auth's tables are
  std::size_t readers = 2;  ///< threads, each with a connection
  database::SessionReads::Options reads{};
  /// How old what is known of the tables may be: a column that a plugin adds, `banned` for example, counts
  /// from then on. Tables that no longer fit are looked at again at once.
  std::chrono::milliseconds longest_known = std::chrono::minutes{1};
};

/// The sessions of the Better Auth that has its tables in this database, by connections of their own: a
/// crowd of requests with sessions takes no thread from those that read for their users. It only reads.
/// Nothing is connected yet; a database that cannot be used shows in each answer, and is used once it can be.
std::unique_ptr<SessionStore> open_stored_sessions(const database::DatabaseUrl& url,
                                                   const StoredSessions& options = {});

}  // namespace drawbridge::schema
