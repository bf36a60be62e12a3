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

#include "commands/setting_values.h"
#include "core/text/whole_number.h"

namespace drawbridge::app {
namespace {

void read_listen_address(const GivenSetting& given, http::ServerOptions& options) {
  const auto authority = boost::urls::parse_authority(given.value);
  // Boost.URL's port_number() takes any number and keeps its last 16 bits.
  const auto port =
      authority && authority->has_port() ? whole_number<std::uint16_t>(authority->port(), 0) : std::nullopt;
  if (!port || authority->has_userinfo() || authority->host_address().empty())
    fault(given.name, fmt::format("is {}: give a host and a port, for example 127.0.0.1:8000 or [::1]:8000",
                                  in_quotes(given.value)));
  options.host = authority->host_address();
  options.port = *port;
}

}  // namespace

UserClaim ServerSettings::user_claim() const {
  const auto given = find("DRAWBRIDGE_USER_CLAIM");
  if (!given) return UserClaim::uuid;
  constexpr std::array values{std::pair{std::string_view{"uuid"}, UserClaim::uuid},
                              std::pair{std::string_view{"sub"}, UserClaim::sub}};
  const UserClaim claim = one_of(*given, values);
  if (claim == UserClaim::sub)
    fault(given->name,
          "is \"sub\", but the tables of the tasks API hold UUIDs: set it to uuid, or leave it out");
  return claim;
}

database::DatabaseUrl ServerSettings::database() const {
  const auto given = find("DATABASE_URL");
  auto url = database::DatabaseUrl::parse(given ? given->value : "sqlite:.data/drawbridge.db");
  if (!url) fault(given ? given->name : "DATABASE_URL", "cannot be used: " + url.error());
  return *std::move(url);
}

http::ServerOptions ServerSettings::server() const {
  http::ServerOptions options;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  if (const auto given = find("DRAWBRIDGE_LISTEN")) read_listen_address(*given, options);
  if (const auto given = find("DRAWBRIDGE_THREADS"))
    options.threads = static_cast<unsigned>(number_of(*given, 1, 256, "threads"));
  if (const auto given = find("DRAWBRIDGE_ALLOWED_ORIGINS"))
    options.allowed_origins = origins_of(*given);
  else if (const auto address = better_auth())
    options.allowed_origins = {address->issuer};
  return options;
}

bool ServerSettings::docs() const {
  const auto given = find("DRAWBRIDGE_DOCS");
  constexpr std::array values{std::pair{std::string_view{"on"}, true},
                              std::pair{std::string_view{"off"}, false}};
  return !given || one_of(*given, values);
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
