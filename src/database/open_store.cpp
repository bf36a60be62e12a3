#include "database/open_store.h"

#include <algorithm>

#include "database/postgres/session.h"
#include "database/sqlite/session.h"

namespace drawbridge::database {

std::unique_ptr<Store> open_store(const DatabaseUrl& url, ThreadedStore::Options options) {
  const std::size_t threads = options.readers;
  // One for what is quickly done while another searches.
  options.readers = std::max<std::size_t>(threads, 2);
  if (!url.is_postgres()) {
    return std::make_unique<ThreadedStore>(
        [&url](Access access) { return std::make_unique<SqliteSession>(url.file, access); }, options);
  }
  // Who writes waits for the server's disk, and one need not wait for the other as on SQLite.
  options.writers = threads;
  const auto watch = std::make_shared<StallWatch>();
  const auto cancels = std::make_shared<CancelSender>();
  return std::make_unique<ThreadedStore>(
      [&](Access access) { return std::make_unique<PostgresSession>(url.server, access, watch, cancels); },
      options);
}

}  // namespace drawbridge::database
