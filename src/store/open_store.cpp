#include "store/open_store.h"

#include "store/sqlite_session.h"

namespace drawbridge::store {

std::unique_ptr<Store> open_store(const DatabaseUrl& url, ThreadedStore::Options options) {
  return std::make_unique<ThreadedStore>(
      [&url](Access access) { return std::make_unique<SqliteSession>(url.file, access); }, options);
}

}  // namespace drawbridge::store
