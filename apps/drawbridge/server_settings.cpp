#include "server_settings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/url/authority_view.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "commands/setting_values.h"
#include "core/text/whole_number.h"
#include "metrics/routes.h"

namespace drawbridge::app {
namespace {

/// How many this process can have, once it has raised its soft limit.
std::size_t open_file_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

/// For each thread its event loop (3), a reading and a writing session (on SQLite up to 4 files each), and
/// beside these the log, the listening socket, keys and what libraries open for a moment; where sessions and
/// keys are taken, the questions to Better Auth that are under way (16), or readers of their storage; and
/// where there are metrics, their server (12).
std::size_t kept_descriptors(unsigned threads, const CredentialKinds& taken, bool shows_metrics) {
  const std::size_t asking = taken.session || taken.key ? 24 : 0;
  const std::size_t metrics = shows_metrics ? 16 : 0;
  return 32 + asking + metrics + std::size_t{8} * threads;
}

http::TrustedProxies trusted_proxies_of(const GivenSetting& given) {
  if (given.value == "none") return {};
  std::vector<http::Network> networks;
  for (const auto& text : list_of(given)) {
    const auto network = http::Network::parse(text);
    if (!network)
      fault(given.name,
            fmt::format("has {}: give addresses or networks, for example 127.0.0.1,10.0.0.0/8, or none",
                        in_quotes(text)));
    networks.push_back(*network);
  }
  return http::TrustedProxies{std::move(networks)};
}

}  // namespace

std::optional<Address> address_of(std::string_view text) {
  const auto authority = boost::urls::parse_authority(text);
  // Boost.URL's port_number() takes any number and keeps its last 16 bits.
  const auto port =
      authority && authority->has_port() ? whole_number<std::uint16_t>(authority->port(), 0) : std::nullopt;
  if (!port || authority->has_userinfo() || authority->host_address().empty()) return std::nullopt;
  return Address{authority->host_address(), *port};
}

void ServerSettings::require_uuid_as_user_claim() const {
  if (user_claim() == UserClaim::uuid) return;
  fault(find("DRAWBRIDGE_USER_CLAIM")->name,
        "is \"sub\", but the tables of the tasks API hold UUIDs: set it to uuid, or leave it out");
}

database::DatabaseUrl ServerSettings::database() const {
  const auto given = find("DATABASE_URL");
  auto url = database::DatabaseUrl::parse(given ? given->value : "sqlite:.data/drawbridge.db");
  if (!url) fault(given ? given->name : "DATABASE_URL", "cannot be used: " + url.error());
  return *std::move(url);
}

schema::plan::Where ServerSettings::better_auths_tables() const {
  const auto text_of = [this](std::string_view name) {
    const auto given = find(name);
    return given ? given->value : std::string{};
  };
  return {.schema = text_of("DRAWBRIDGE_SCHEMA"), .user_table = text_of("DRAWBRIDGE_USER_TABLE")};
}

std::optional<RedisOfSessions> ServerSettings::redis_of_sessions() const {
  const auto given = find("DRAWBRIDGE_REDIS_URL");
  if (!given) return std::nullopt;
  auto url = redis::RedisUrl::parse(given->value);
  if (!url) fault(given->name, "cannot be used: " + url.error());
  redis::StoredSessions options{.ca_file = key_source_rules().ca_file};
  if (const auto prefix = find("DRAWBRIDGE_REDIS_PREFIX"))
    options.prefix = prefix->value == "none" ? std::string{} : prefix->value;
  return RedisOfSessions{*std::move(url), std::move(options)};
}

SessionStorage ServerSettings::session_storage() const {
  switch (session_place()) {
    case SessionPlace::issuer:
    case SessionPlace::cookie:
      break;
    case SessionPlace::database:
      return TableOfSessions{database(), {.where = better_auths_tables()}};
    case SessionPlace::redis:
      if (auto redis = redis_of_sessions()) return *std::move(redis);
      fault("DRAWBRIDGE_REDIS_URL",
            "is not set, but DRAWBRIDGE_SESSIONS is redis: give Redis's URL, for example "
            "redis://localhost:6379");
  }
  return {};
}

http::ServerOptions ServerSettings::server() const {
  http::ServerOptions options;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  read_listen_address(options);
  if (const auto given = find("DRAWBRIDGE_THREADS"))
    options.threads = static_cast<unsigned>(number_of(*given, 1, 256, "threads"));
  options.allowed_origins = allowed_origins();
  options.credentials = credential_kinds();
  if (const auto given = find("DRAWBRIDGE_TRUSTED_PROXIES"))
    options.trusted_proxies = trusted_proxies_of(*given);
  options.max_connections = max_connections(options.threads);
  return options;
}

void ServerSettings::read_listen_address(http::ServerOptions& options) const {
  const auto given = find("DRAWBRIDGE_LISTEN");
  if (!given) return;
  const auto address = address_of(given->value);
  if (!address)
    fault(given->name, fmt::format("is {}: give a host and a port, for example 127.0.0.1:8000 or [::1]:8000",
                                   in_quotes(given->value)));
  options.host = address->host;
  options.port = address->port;
}

std::optional<http::ServerOptions> ServerSettings::metrics() const {
  const auto given = find("DRAWBRIDGE_METRICS");
  if (!given) return std::nullopt;
  const auto address = whole_number<std::uint16_t>(given->value, 0) ? address_of("127.0.0.1:" + given->value)
                                                                    : address_of(given->value);
  if (!address)
    fault(given->name, fmt::format("is {}: give a port on 127.0.0.1, for example 9464, or a host and a port, "
                                   "for example 10.0.0.5:9464",
                                   in_quotes(given->value)));
  http::ServerOptions api;
  read_listen_address(api);
  if (address->port != 0 && address->port == api.port)
    fault(given->name, fmt::format("is port {}, which the API uses: give a different one", address->port));
  return metrics::server_options(address->host, address->port);
}

bool ServerSettings::docs() const {
  const auto given = find("DRAWBRIDGE_DOCS");
  constexpr std::array values{std::pair{std::string_view{"on"}, true},
                              std::pair{std::string_view{"off"}, false}};
  return !given || one_of(*given, values);
}

/// Each connection takes a descriptor. Without some for the rest the program would have connections and
/// nothing to answer them with.
std::size_t ServerSettings::max_connections(unsigned threads) const {
  const std::size_t usual = http::ServerOptions{}.max_connections;
  const std::size_t kept =
      kept_descriptors(threads, credential_kinds(), find("DRAWBRIDGE_METRICS").has_value());
  const std::size_t all = open_file_limit();
  const std::size_t left = all > kept ? all - kept : 0;
  const auto given = find("DRAWBRIDGE_MAX_CONNECTIONS");
  const std::size_t wanted = given ? number_of(*given, 1, 1'000'000, "connections") : std::min(usual, left);
  if (wanted >= 1 && wanted <= left) return wanted;
  fault(given ? given->name : "DRAWBRIDGE_MAX_CONNECTIONS",
        fmt::format("cannot be {}: of the {} files that this process may open (ulimit -Hn), {} are reserved "
                    "for the database, keys and the log; raise that limit, or set {} or fewer",
                    std::max<std::size_t>(wanted, 1), all, kept, std::max<std::size_t>(left, 1)));
}

api::Quotas ServerSettings::quotas() const {
  constexpr std::uint64_t most = 1'000'000'000;
  api::Quotas quotas;
  if (const auto given = find("DRAWBRIDGE_MAX_TASKS"))
    quotas.tasks = static_cast<std::int64_t>(number_of(*given, 0, most, "tasks"));
  if (const auto given = find("DRAWBRIDGE_MAX_TAGS"))
    quotas.tags = static_cast<std::int64_t>(number_of(*given, 0, most, "tags"));
  return quotas;
}

LogSettings ServerSettings::log() const {
  using Level = spdlog::level::level_enum;
  using Format = http::EventLog::Format;
  LogSettings settings;
  constexpr std::array levels{
      std::pair{std::string_view{"off"}, Level::off}, std::pair{std::string_view{"error"}, Level::err},
      std::pair{std::string_view{"warn"}, Level::warn}, std::pair{std::string_view{"info"}, Level::info},
      std::pair{std::string_view{"debug"}, Level::debug}};
  constexpr std::array formats{std::pair{std::string_view{"text"}, Format::text},
                               std::pair{std::string_view{"json"}, Format::json}};
  if (const auto given = find("DRAWBRIDGE_LOG")) settings.level = one_of(*given, levels);
  if (const auto given = find("DRAWBRIDGE_LOG_FORMAT")) settings.format = one_of(*given, formats);
  return settings;
}

}  // namespace drawbridge::app
