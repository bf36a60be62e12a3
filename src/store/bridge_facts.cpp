#include "store/bridge_facts.h"

#include "store/postgres/bridge_facts.h"
#include "store/sqlite/bridge_facts.h"

namespace drawbridge::store {

std::expected<BridgeFacts, std::string> read_bridge_facts(const DatabaseUrl& url) {
  return url.is_postgres() ? read_postgres_facts(url.server) : read_sqlite_facts(url.file);
}

std::expected<bool, std::string> user_exists(const DatabaseUrl& url, const Uuid& uuid) {
  return url.is_postgres() ? postgres_user_exists(url.server, uuid) : sqlite_user_exists(url.file, uuid);
}

}  // namespace drawbridge::store
