#pragma once

// What only the commands need that have a database or serve.

#include <optional>
#include <variant>

#include <spdlog/common.h>

#include "api/quotas.h"
#include "commands/settings.h"
#include "database/database_url.h"
#include "http/event_log.h"
#include "http/server.h"
#include "redis/stored_sessions.h"
#include "schema/migrations.h"
#include "schema/stored_sessions.h"

namespace drawbridge::app {

struct LogSettings {
  spdlog::level::level_enum level = spdlog::level::info;
  http::EventLog::Format format = http::EventLog::Format::text;
};

struct Address {
  std::string host;  ///< an IPv6 address without its brackets
  std::uint16_t port;
};

/// Nothing for what is not HOST:PORT.
std::optional<Address> address_of(std::string_view text);

/// Where sessions are read that Better Auth is not asked about.
struct TableOfSessions {
  database::DatabaseUrl database;
  schema::StoredSessions options;
};
struct RedisOfSessions {
  redis::RedisUrl url;
  redis::StoredSessions options;
};
using SessionStorage = std::variant<std::monostate, TableOfSessions, RedisOfSessions>;

class ServerSettings : public Settings {
 public:
  using Settings::Settings;

  /// Group `user`: a fault where it is `sub`, since the tables of the tasks API hold UUIDs.
  void require_uuid_as_user_claim() const;

  /// Group `database`.
  database::DatabaseUrl database() const;

  /// Group `names`.
  schema::plan::Where better_auths_tables() const;

  /// Group `credentials`, whatever place it names: nothing where DRAWBRIDGE_REDIS_URL is not set.
  std::optional<RedisOfSessions> redis_of_sessions() const;

  /// Groups `credentials`, `database` and `names`: nothing where Better Auth is asked.
  SessionStorage session_storage() const;

  /// Group `server`: host, port, threads (0: one for each core), connections and the proxies in front, and
  /// allowed origins, which are the origin of BETTER_AUTH_URL where not set, or none without that.
  http::ServerOptions server() const;

  /// Group `server`: the server for /metrics, nothing where none is wanted. Not at the address of the API.
  std::optional<http::ServerOptions> metrics() const;

  /// Group `server`: whether the API shows its documentation.
  bool docs() const;

  /// Group `server`: how much one user may have.
  api::Quotas quotas() const;

  /// Group `log`.
  LogSettings log() const;

 private:
  void read_listen_address(http::ServerOptions& options) const;
  std::size_t max_connections(unsigned threads) const;
};

}  // namespace drawbridge::app
