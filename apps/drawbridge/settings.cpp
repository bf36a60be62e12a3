#include "settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/Option.hpp>
#include <boost/url/authority_view.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "core/hints.h"
#include "fetch/jwks_url.h"
#include "input.h"

namespace drawbridge::app {
namespace {

/// One row for each setting: the only place that knows its names.
struct Row {
  const char* variable;
  const char* flags;
  const char* value;
  const char* help;
  std::vector<SettingGroup> groups;
};

using enum SettingGroup;

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"BETTER_AUTH_URL",
       "--better-auth-url",
       "URL",
       "where Better Auth is, e.g. http://localhost:3000",
       {keys, policy, server}},
      {"BETTER_AUTH_JWKS_URL",
       "--jwks-url,--better-auth-jwks-url",
       "URL",
       "default: that URL's /api/auth/jwks",
       {keys}},
      {"BETTER_AUTH_ISSUER",
       "--issuer,--better-auth-issuer",
       "TEXT",
       "the claim iss; default: the origin of BETTER_AUTH_URL",
       {policy}},
      {"BETTER_AUTH_AUDIENCE",
       "--audience,--better-auth-audience",
       "TEXT",
       "the claim aud; default: the origin of BETTER_AUTH_URL",
       {policy}},
      {"DATABASE_URL",
       "--database-url",
       "URL",
       "sqlite:FILE or postgresql://…; default: sqlite:.data/drawbridge.db",
       {database}},
      {"DRAWBRIDGE_LISTEN", "--listen", "HOST:PORT", "default: 127.0.0.1:8000", {server}},
      {"DRAWBRIDGE_ALLOWED_ORIGINS",
       "--allowed-origins",
       "A,B",
       "pages that may call; default: the origin of BETTER_AUTH_URL",
       {server}},
      {"DRAWBRIDGE_ALGORITHMS", "--algorithms", "A,B", "accepted alg values; default: EdDSA", {policy}},
      {"DRAWBRIDGE_CLOCK_SKEW",
       "--clock-skew",
       "SECONDS",
       "tolerance for times, 0 to 300; default: 30",
       {policy}},
      {"DRAWBRIDGE_USER_CLAIM", "--user-claim", "CLAIM", "who the user is; the API takes uuid only", {user}},
      {"DRAWBRIDGE_MAX_TOKEN_SIZE", "--max-token-size", "BYTES", "default: 16384", {policy}},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS",
       "--allow-http-hosts",
       "A,B",
       "hosts, beside loopback, from which keys may come over plain http",
       {keys}},
      {"DRAWBRIDGE_CA_FILE",
       "--ca-file",
       "FILE",
       "certificate authorities to trust instead of the system's",
       {keys}},
      {"DRAWBRIDGE_KEYS_SNAPSHOT",
       "--keys-snapshot",
       "FILE",
       "keeps the keys over a restart; who can write it can sign in as anyone",
       {outage}},
      {"DRAWBRIDGE_KEYS_MAX_STALE",
       "--keys-max-stale",
       "SECONDS",
       "how long keys serve while Better Auth is down; default: 86400",
       {outage}},
      {"DRAWBRIDGE_THREADS",
       "--threads",
       "N",
       "threads that serve, and as many that read the database; default: one for each core",
       {server}},
      {"DRAWBRIDGE_LOG", "--log", "LEVEL", "off, error, warn, info or debug; default: info", {log}},
      {"DRAWBRIDGE_LOG_FORMAT", "--log-format", "FORMAT", "text or json; default: text", {log}},
  };
  return all;
}

constexpr const char* heading = "Settings (a flag wins over its environment variable, that over --env-file)";
constexpr std::size_t max_env_file_size = 1024 * 1024;

[[noreturn]] void fault(std::string_view name, std::string_view what) {
  throw SettingFault{fmt::format("{} {}", name, what)};
}

std::string in_quotes(std::string_view value) {
  return '"' + display_text(value) + '"';
}

/// A whole decimal number within the bounds, and nothing else.
std::uint64_t number_of(const GivenSetting& given, std::uint64_t least, std::uint64_t most,
                        std::string_view unit) {
  std::uint64_t number = 0;
  const char* const end = given.value.data() + given.value.size();
  const auto [stop, error] = std::from_chars(given.value.data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most)
    fault(given.name, fmt::format("is {}: give a whole number of {} from {} to {}", in_quotes(given.value),
                                  unit, least, most));
  return number;
}

/// The items between the commas, blanks around them dropped.
std::vector<std::string> list_of(const GivenSetting& given) {
  std::vector<std::string> items;
  std::string_view rest = given.value;
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find_last_not_of(' ') + 1);
    if (item.empty())
      fault(given.name,
            fmt::format("is {}: there is nothing beside one of the commas", in_quotes(given.value)));
    items.emplace_back(item);
    if (comma == rest.size()) return items;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<Algorithm> algorithms_of(const GivenSetting& given) {
  std::vector<Algorithm> algorithms;
  for (const std::string& name : list_of(given)) {
    const auto algorithm = algorithm_named(name);
    if (!algorithm)
      fault(
          given.name,
          fmt::format("names {}, which Drawbridge does not verify: give some of EdDSA, ES256, ES384, ES512, "
                      "RS256, RS384, RS512, PS256, PS384, PS512",
                      in_quotes(name)));
    if (std::ranges::find(algorithms, *algorithm) == algorithms.end()) algorithms.push_back(*algorithm);
  }
  return algorithms;
}

/// A claim's value is compared byte by byte, so that what surrounds it by mistake would refuse every token.
std::string claim_of(const GivenSetting& given) {
  const auto foreign = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (foreign(given.value.front()) || foreign(given.value.back()))
    fault(given.name, fmt::format("is {}: take away the white space around it", in_quotes(given.value)));
  return given.value;
}

std::vector<std::string> hosts_of(const GivenSetting& given) {
  std::vector<std::string> hosts = list_of(given);
  for (const std::string& host : hosts) {
    const auto authority = boost::urls::parse_authority(host);
    if (!authority || authority->has_userinfo() || authority->has_port() || host.contains('*'))
      fault(given.name,
            fmt::format("names {}: give host names alone, without http://, port or *", in_quotes(host)));
  }
  return hosts;
}

/// Origins as a browser sends them (RFC 6454 §6.2), since they are compared byte by byte.
std::vector<std::string> origins_of(const GivenSetting& given) {
  std::vector<std::string> origins = list_of(given);
  for (const std::string& origin : origins) {
    if (origin.contains('*') || origin == "null")
      fault(given.name, fmt::format("names {}, which would let any page in: list each origin, for example "
                                    "https://app.example.com",
                                    in_quotes(origin)));
    const auto address = BetterAuth::at(origin);
    if (!address)
      fault(given.name, fmt::format("names {}, which is no origin: give for example https://app.example.com",
                                    in_quotes(origin)));
    if (address->issuer != origin)
      fault(given.name, fmt::format("names {}, but a browser sends the origin as {}: write it so",
                                    in_quotes(origin), in_quotes(address->issuer)));
  }
  return origins;
}

std::filesystem::path readable_file(const GivenSetting& given) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(given.value, error) || access(given.value.c_str(), R_OK) != 0)
    fault(given.name,
          fmt::format("is {}: there is no such file, or it cannot be read", in_quotes(given.value)));
  return given.value;
}

std::filesystem::path file_to_write(const GivenSetting& given) {
  const std::filesystem::path file{given.value};
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    fault(given.name, fmt::format("is {}: that is a directory; name a file in it", in_quotes(given.value)));
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), error))
    fault(given.name,
          fmt::format("is {}: there is no such directory to write it to", in_quotes(given.value)));
  return file;
}

/// Boost.URL's port_number() takes any number and keeps its last 16 bits.
std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

void read_listen_address(const GivenSetting& given, http::ServerOptions& options) {
  const auto authority = boost::urls::parse_authority(given.value);
  const auto port = authority && authority->has_port() ? port_of(authority->port()) : std::nullopt;
  if (!port || authority->has_userinfo() || authority->host_address().empty())
    fault(given.name, fmt::format("is {}: give a host and a port, for example 127.0.0.1:8000 or [::1]:8000",
                                  in_quotes(given.value)));
  options.host = authority->host_address();
  options.port = *port;
}

template <typename Value, std::size_t size>
Value one_of(const GivenSetting& given, const std::array<std::pair<std::string_view, Value>, size>& values) {
  std::string names;
  for (const auto& [name, value] : values) {
    if (name == given.value) return value;
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  fault(given.name, fmt::format("is {}: give one of {}", in_quotes(given.value), names));
}

}  // namespace

Settings::Settings(CLI::App& command, std::initializer_list<SettingGroup> groups, Environment environment)
    : environment_{std::move(environment)} {
  for (const Row& row : rows()) {
    const bool needed = std::ranges::any_of(
        row.groups, [&](SettingGroup group) { return std::ranges::find(groups, group) != groups.end(); });
    if (!needed) continue;
    flags_[row.variable] = command.add_option(row.flags)
                               ->description(fmt::format("{} [{}]", row.help, row.variable))
                               ->type_name(row.value)
                               ->group(heading);
  }
  env_file_ = command.add_option("--env-file")
                  ->description("a file of NAME=value lines for what the environment lacks")
                  ->type_name("FILE")
                  ->group(heading);
}

std::optional<std::string> Settings::process_environment(const std::string& variable) {
  const char* const value = std::getenv(variable.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>{value};
}

void Settings::read_env_file() const {
  if (file_) return;
  file_.emplace();
  if (env_file_->count() == 0) return;
  const std::string path = env_file_->results().front();
  const auto text = read_file(path, max_env_file_size);
  if (!text) fault("--env-file", fmt::format("{}: {}", in_quotes(path), text.error()));
  auto variables = parse_env_file(*text);
  if (!variables) fault("--env-file", fmt::format("{}, {}", in_quotes(path), variables.error()));
  file_ = *std::move(variables);
}

std::optional<GivenSetting> Settings::find(std::string_view variable) const {
  read_env_file();
  std::optional<GivenSetting> given;
  const auto flag = flags_.find(variable);
  if (flag != flags_.end() && flag->second->count() > 0) {
    given = GivenSetting{flag->second->results().front(), flag->second->get_name()};
  } else if (auto value = environment_(std::string{variable})) {
    given = GivenSetting{*std::move(value), std::string{variable}};
  } else if (const auto entry = file_->find(variable); entry != file_->end()) {
    given = GivenSetting{entry->second, std::string{variable}};
  }
  if (given && given->value.empty()) fault(given->name, "is empty: give it a value, or leave it out");
  return given;
}

std::optional<BetterAuth> Settings::better_auth() const {
  const auto given = find("BETTER_AUTH_URL");
  if (!given) return std::nullopt;
  auto address = BetterAuth::at(given->value);
  if (!address) fault(given->name, "cannot be used: " + address.error());
  return *std::move(address);
}

KeySource Settings::key_source_rules() const {
  KeySource source;
  if (const auto given = find("DRAWBRIDGE_ALLOW_HTTP_HOSTS")) source.allow_http_hosts = hosts_of(*given);
  if (const auto given = find("DRAWBRIDGE_CA_FILE")) source.ca_file = readable_file(*given);
  return source;
}

GivenSetting Settings::jwks_url() const {
  if (auto given = find("BETTER_AUTH_JWKS_URL")) return *std::move(given);
  const auto address = better_auth();
  if (!address)
    fault("BETTER_AUTH_URL",
          "is not set: say where Better Auth is, for example BETTER_AUTH_URL=http://localhost:3000");
  return {address->jwks_url, find("BETTER_AUTH_URL")->name};
}

KeySource Settings::key_source() const {
  KeySource source = key_source_rules();
  const GivenSetting place = jwks_url();
  const auto url = fetch::check_jwks_url(place.value, source.allow_http_hosts);
  if (!url) fault(place.name, "cannot be used: " + url.error());
  source.jwks_url = place.value;
  if (!flags_.contains("DRAWBRIDGE_KEYS_MAX_STALE")) return source;
  if (const auto given = find("DRAWBRIDGE_KEYS_SNAPSHOT")) source.snapshot = file_to_write(*given);
  if (const auto given = find("DRAWBRIDGE_KEYS_MAX_STALE"))
    source.max_stale = std::chrono::seconds{number_of(*given, 1, 30 * 86'400, "seconds")};
  return source;
}

Policy Settings::signature_policy() const {
  Policy policy{{}, {}};
  if (const auto given = find("DRAWBRIDGE_ALGORITHMS")) policy.algorithms = algorithms_of(*given);
  if (const auto given = find("DRAWBRIDGE_CLOCK_SKEW"))
    policy.clock_skew = std::chrono::seconds{number_of(*given, 0, 300, "seconds")};
  if (const auto given = find("DRAWBRIDGE_MAX_TOKEN_SIZE"))
    policy.max_token_size = number_of(*given, 1, 1024 * 1024, "bytes");
  return policy;
}

Policy Settings::policy() const {
  Policy policy = signature_policy();
  const auto claim = [&](std::string_view variable, std::string_view flag,
                         std::string BetterAuth::* of_address) -> std::string {
    if (const auto given = find(variable)) return claim_of(*given);
    if (const auto address = better_auth()) return (*address).*of_address;
    fault(variable, fmt::format("is not set: give {}, or set it, or set BETTER_AUTH_URL, whose origin it is "
                                "by default",
                                flag));
  };
  policy.issuer = claim("BETTER_AUTH_ISSUER", "--issuer", &BetterAuth::issuer);
  policy.audience = claim("BETTER_AUTH_AUDIENCE", "--audience", &BetterAuth::audience);
  return policy;
}

UserClaim Settings::user_claim() const {
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

store::DatabaseUrl Settings::database() const {
  const auto given = find("DATABASE_URL");
  auto url = store::DatabaseUrl::parse(given ? given->value : "sqlite:.data/drawbridge.db");
  if (!url) fault(given ? given->name : "DATABASE_URL", "cannot be used: " + url.error());
  return *std::move(url);
}

http::ServerOptions Settings::server() const {
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

LogSettings Settings::log() const {
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
