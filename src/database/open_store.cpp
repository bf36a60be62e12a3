#include "database/open_store.h"

#include "database/postgres/session.h"
#include "database/sqlite/session.h"

namespace drawbridge::database {

std::unique_ptr<Store> open_store(const DatabaseUrl& url, ThreadedStore::Options options) {
  if (!url.is_postgres()) {
    return std::make_unique<ThreadedStore>(
        [&url](Access access) { return std::make_unique<SqliteSession>(url.file, access); }, options);
  }
  // Who writes waits for the server's disk, and one need not wait for the other as on SQLite.
  options.writers = options.readers;
  const auto watch = std::make_shared<StallWatch>();
  return std::make_unique<ThreadedStore>(
      [&url, &watch](Access access) { return std::make_unique<PostgresSession>(url.server, access, watch); },
      options);
}

}  // namespace drawbridge::database
