#include "schema/bridge_facts.h"

#include "schema/postgres/bridge_facts.h"
#include "schema/sqlite/bridge_facts.h"

namespace drawbridge::schema {

std::expected<BridgeFacts, std::string> read_bridge_facts(const database::DatabaseUrl& url) {
  return url.is_postgres() ? read_postgres_facts(url.server) : read_sqlite_facts(url.file);
}

std::expected<bool, std::string> user_exists(const database::DatabaseUrl& url, const Uuid& uuid) {
  return url.is_postgres() ? postgres_user_exists(url.server, uuid) : sqlite_user_exists(url.file, uuid);
}

}  // namespace drawbridge::schema
