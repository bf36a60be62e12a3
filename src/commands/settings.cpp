#include "commands/settings.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/Option.hpp>
#include <fmt/format.h>

#include "commands/input.h"
#include "core/credentials/cache_cookie.h"
#include "core/credentials/session_cookie.h"
#include "core/text/ascii.h"
#include "issuer/jwks_url.h"

namespace drawbridge::app {
namespace {

/// One row for each setting: the only place that knows its names.
struct Row {
  const char* variable;
  const char* flags;  ///< empty for a secret that no command line should show to other users of the machine
  const char* value;
  const char* help;
  std::vector<SettingGroup> groups;
};

using enum SettingGroup;

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"BETTER_AUTH_URL",
       "--better-auth-url",
       "URL",
       "where Better Auth is, e.g. http://localhost:3000",
       {keys, policy, server, credentials}},
      {"BETTER_AUTH_JWKS_URL",
       "--jwks-url,--better-auth-jwks-url",
       "URL",
       "default: that URL's /api/auth/jwks",
       {keys}},
      {"BETTER_AUTH_ISSUER",
       "--issuer,--better-auth-issuer",
       "A,B",
       "the claim iss, any of these; default: the origin of BETTER_AUTH_URL",
       {policy}},
      {"BETTER_AUTH_AUDIENCE",
       "--audience,--better-auth-audience",
       "A,B",
       "the claim aud, any of these; default: the origin of BETTER_AUTH_URL",
       {policy}},
      {"DATABASE_URL",
       "--database-url",
       "URL",
       "sqlite:FILE or postgresql://…; default: sqlite:.data/drawbridge.db",
       {database}},
      {"DRAWBRIDGE_SCHEMA",
       "--schema",
       "NAME",
       "PostgreSQL's schema of Better Auth's tables; default: looked for on the search path",
       {names}},
      {"DRAWBRIDGE_USER_TABLE",
       "--user-table",
       "NAME",
       "the table that Better Auth calls user; default: user, or the only one with its columns",
       {names}},
      {"DRAWBRIDGE_LISTEN", "--listen", "HOST:PORT", "default: 127.0.0.1:8000", {server}},
      {"DRAWBRIDGE_ALLOWED_ORIGINS",
       "--allowed-origins",
       "A,B",
       "origins whose pages may call the API; default: the origin of BETTER_AUTH_URL",
       {server}},
      {"DRAWBRIDGE_CREDENTIALS",
       "--credentials",
       "A,B",
       "accepted credentials: one or more of token, session (Better Auth's cookie) and key (x-api-key); "
       "default: token",
       {credentials}},
      {"DRAWBRIDGE_SESSIONS",
       "--sessions",
       "WHERE",
       "where to look up a session: issuer (ask Better Auth), database, redis, or cookie (its signed cache; "
       "without it, ask Better Auth); default: issuer",
       {credentials}},
      {"DRAWBRIDGE_REDIS_URL", "", "", "", {credentials}},
      {"DRAWBRIDGE_REDIS_PREFIX",
       "--redis-prefix",
       "TEXT",
       "the prefix of Better Auth's keys in Redis, or none; default: better-auth:",
       {credentials}},
      {"DRAWBRIDGE_SESSION_COOKIE",
       "--session-cookie",
       "NAME",
       "default: better-auth.session_token, with __Secure- before it where the issuer is https",
       {credentials}},
      {"BETTER_AUTH_SECRET", "", "", "", {credentials}},
      {"BETTER_AUTH_SECRETS", "", "", "", {credentials}},
      {"DRAWBRIDGE_CREDENTIAL_MAX_AGE",
       "--credential-max-age",
       "SECONDS",
       "how long a session or key is accepted again without asking Better Auth, 0 to 30; default: 30",
       {credentials}},
      {"DRAWBRIDGE_MAX_CONNECTIONS",
       "--max-connections",
       "N",
       "the most connections open at once; default: 10000, or fewer if the limit on open files is lower",
       {server}},
      {"DRAWBRIDGE_TRUSTED_PROXIES",
       "--trusted-proxies",
       "A,B",
       "addresses and networks whose X-Forwarded-For is trusted, or none; default: not known",
       {server}},
      {"DRAWBRIDGE_ALGORITHMS",
       "--algorithms",
       "A,B",
       "accepted alg values; default: EdDSA, which covers Ed25519",
       {policy}},
      {"DRAWBRIDGE_CLOCK_SKEW",
       "--clock-skew",
       "SECONDS",
       "tolerance for times, 0 to 300; default: 30",
       {policy}},
      {"DRAWBRIDGE_USER_CLAIM",
       "--user-claim",
       "CLAIM",
       "the claim that identifies the user, uuid or sub; the tasks API accepts only uuid",
       {user}},
      {"DRAWBRIDGE_MAX_TOKEN_SIZE", "--max-token-size", "BYTES", "default: 16384", {policy}},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS",
       "--allow-http-hosts",
       "A,B",
       "hosts, besides loopback, whose keys may be fetched over plain http",
       {keys}},
      {"DRAWBRIDGE_CA_FILE",
       "--ca-file",
       "FILE",
       "certificate authorities to trust instead of the system's",
       {keys}},
      {"DRAWBRIDGE_SYSTEM_CA_FILE", "", "", "", {keys}},
      {"DRAWBRIDGE_KEYS_SNAPSHOT",
       "--keys-snapshot",
       "FILE",
       "keeps the keys across restarts; anyone who can write this file can sign in as anyone",
       {outage}},
      {"DRAWBRIDGE_KEYS_MAX_STALE",
       "--keys-max-stale",
       "SECONDS",
       "how long keys stay in use while Better Auth is down; default: 86400",
       {outage}},
      {"DRAWBRIDGE_REVOCATIONS",
       "--revocations",
       "MODE",
       "whether to ask Better Auth what it has revoked: preferred, required or off; default: preferred",
       {outage}},
      {"DRAWBRIDGE_REVOCATIONS_SECRET", "", "", "", {outage}},
      {"DRAWBRIDGE_EDDSA_TABLES",
       "--eddsa-tables",
       "on|off",
       "verify EdDSA with tables for each key, in about a third of libsodium's time; default: on",
       {outage}},
      {"DRAWBRIDGE_THREADS",
       "--threads",
       "N",
       "threads that serve requests; as many more, but at least 2, read the database; default: one for each "
       "core",
       {server}},
      {"DRAWBRIDGE_MAX_TASKS",
       "--max-tasks",
       "N",
       "tasks that one user may have; 0: no limit; default: 10000",
       {server}},
      {"DRAWBRIDGE_MAX_TAGS",
       "--max-tags",
       "N",
       "tags that one user may have; 0: no limit; default: 500",
       {server}},
      {"DRAWBRIDGE_LOG", "--log", "LEVEL", "off, error, warn, info or debug; default: info", {log}},
      {"DRAWBRIDGE_LOG_FORMAT", "--log-format", "FORMAT", "text or json; default: text", {log}},
      {"DRAWBRIDGE_DOCS", "--docs", "on|off", "the pages /docs and /openapi.json; default: on", {server}},
      {"DRAWBRIDGE_METRICS",
       "--metrics",
       "[HOST:]PORT",
       "where to serve /metrics for Prometheus: a port on 127.0.0.1, or HOST:PORT; default: nowhere",
       {server}},
      {"DRAWBRIDGE_TOKEN",
       "--token",
       "JWT",
       "a signed-in user's JWT, from /api/auth/token; - reads it from standard input, where others cannot "
       "see it",
       {sign_in}},
      {"DRAWBRIDGE_SESSION",
       "--session",
       "COOKIE",
       "the browser's better-auth.session_token, to get a token with; - as for --token",
       {sign_in}},
  };
  return all;
}

constexpr const char* heading =
    "Settings (a flag overrides its environment variable, which overrides --env-file)";
constexpr std::size_t max_env_file_size = 1024 * 1024;

bool all_the_same(const auto& values, const auto& seen_as) {
  return std::ranges::all_of(values,
                             [&](const auto& value) { return seen_as(value) == seen_as(values.front()); });
}

}  // namespace

Settings::Settings(CLI::App& command, std::initializer_list<SettingGroup> groups, Environment environment)
    : environment_{std::move(environment)} {
  for (const Row& row : rows()) {
    const bool needed = std::ranges::any_of(
        row.groups, [&](SettingGroup group) { return std::ranges::find(groups, group) != groups.end(); });
    if (!needed || std::string_view{row.flags}.empty()) continue;
    flags_[row.variable] = command.add_option(row.flags)
                               ->description(fmt::format("{} [{}]", row.help, row.variable))
                               ->type_name(row.value)
                               ->group(heading);
  }
  env_file_ = command.add_option("--env-file")
                  ->description("a file of NAME=value lines for variables that the environment does not set")
                  ->type_name("FILE")
                  ->group(heading);
}

std::vector<std::string> Settings::variables() {
  std::vector<std::string> names;
  for (const Row& row : rows()) names.emplace_back(row.variable);
  return names;
}

std::vector<std::string> Settings::names_in_file() const {
  read_env_file();
  std::vector<std::string> names;
  for (const auto& [name, value] : *file_) names.push_back(name);
  return names;
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
  } else if (flag != flags_.end() && !flag->second->get_default_str().empty()) {
    given = GivenSetting{flag->second->get_default_str(), flag->second->get_name()};
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
  for (const char* variable : {"DRAWBRIDGE_SYSTEM_CA_FILE", "DRAWBRIDGE_CA_FILE"})
    if (const auto given = find(variable)) source.ca_file = readable_file(*given);
  return source;
}

GivenSetting Settings::jwks_url() const {
  if (auto given = find("BETTER_AUTH_JWKS_URL")) return *std::move(given);
  return {required_better_auth().jwks_url, find("BETTER_AUTH_URL")->name};
}

std::vector<std::string> Settings::allowed_origins() const {
  if (const auto given = find("DRAWBRIDGE_ALLOWED_ORIGINS")) return origins_of(*given);
  if (const auto address = better_auth()) return {address->issuer};
  return {};
}

CredentialKinds Settings::credential_kinds() const {
  const auto given = find("DRAWBRIDGE_CREDENTIALS");
  return given ? credential_kinds_of(*given) : CredentialKinds{};
}

/// Never quoted: who took it for the setting of doctor put a secret there.
std::optional<std::string> Settings::session_cookie_name_given() const {
  const auto given = find("DRAWBRIDGE_SESSION_COOKIE");
  if (!given) return std::nullopt;
  if (read_session_cookie(given->value))
    fault(given->name, "holds a cookie's value, which is a secret: give the cookie's name");
  if (!ascii::is_http_token(given->value))
    fault(given->name,
          "is not a cookie name: give only the full name, for example __Secure-better-auth.session_token");
  return given->value;
}

/// As Better Auth: where there are versioned ones, they alone sign cookies.
std::vector<std::string> Settings::secrets() const {
  if (const auto given = find("BETTER_AUTH_SECRETS")) {
    auto versioned = read_versioned_secrets(given->value);
    if (!versioned)
      fault(given->name,
            "cannot be read: give each as VERSION:SECRET, the newest first, no version twice: 2:…,1:…");
    return *std::move(versioned);
  }
  if (auto given = find("BETTER_AUTH_SECRET")) return {std::move(given->value)};
  return {};
}

SessionPlace Settings::session_place() const {
  const auto given = credential_kinds().session ? find("DRAWBRIDGE_SESSIONS") : std::nullopt;
  constexpr std::array values{std::pair{std::string_view{"issuer"}, SessionPlace::issuer},
                              std::pair{std::string_view{"database"}, SessionPlace::database},
                              std::pair{std::string_view{"redis"}, SessionPlace::redis},
                              std::pair{std::string_view{"cookie"}, SessionPlace::cookie}};
  return given ? one_of(*given, values) : SessionPlace::issuer;
}

/// Asked where the keys come from; where their URL does not say Better Auth's, at BETTER_AUTH_URL.
RevocationSource Settings::revocations(std::string_view jwks_url) const {
  RevocationSource source;
  constexpr std::array modes{std::pair{std::string_view{"preferred"}, RevocationMode::preferred},
                             std::pair{std::string_view{"required"}, RevocationMode::required},
                             std::pair{std::string_view{"off"}, RevocationMode::off}};
  if (const auto given = find("DRAWBRIDGE_REVOCATIONS")) source.mode = one_of(*given, modes);
  if (source.mode == RevocationMode::off) return source;
  if (!jwks_url.ends_with("/jwks"))
    if (const auto address = better_auth()) source.base_url = address->base_url;
  if (const auto given = find("DRAWBRIDGE_REVOCATIONS_SECRET")) {
    const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
    if (given->value.size() > 1'024 || !std::ranges::all_of(given->value, is_visible))
      fault(given->name, "is not 1 to 1,024 visible ASCII characters: give the plugin's secret");
    source.secret = given->value;
  }
  return source;
}

/// Where the keys of tokens come from, as that is how the API reaches Better Auth: in a network of containers
/// BETTER_AUTH_URL may be an address that browsers alone can reach.
std::string Settings::base_url_to_ask() const {
  constexpr std::string_view keys = "/jwks";
  const GivenSetting jwks = jwks_url();
  if (jwks.value.ends_with(keys)) return jwks.value.substr(0, jwks.value.size() - keys.size());
  const auto given = find("BETTER_AUTH_URL");
  if (!given)
    fault("BETTER_AUTH_URL",
          "is not set, but sessions and keys are checked with Better Auth: set it, or accept only tokens "
          "(DRAWBRIDGE_CREDENTIALS=token)");
  std::string base_url = required_better_auth().base_url;
  if (const auto url = fetch::check_jwks_url(base_url, key_source_rules().allow_http_hosts); !url)
    fault(given->name, "cannot be used: " + url.error());
  return base_url;
}

CredentialSource Settings::credential_source() const {
  CredentialSource source{.kinds = credential_kinds()};
  const SessionPlace place = session_place();
  const bool reads_storage = place == SessionPlace::database || place == SessionPlace::redis;
  const bool asks = source.kinds.key || (source.kinds.session && !reads_storage);
  if (asks) source.base_url = base_url_to_ask();
  if (const auto age = asks ? find("DRAWBRIDGE_CREDENTIAL_MAX_AGE") : std::nullopt)
    source.max_age = std::chrono::seconds{number_of(*age, 0, 30, "seconds")};
  if (!source.kinds.session) return source;
  source.session_cookie = session_cookie_name_given();
  source.session_cache = place == SessionPlace::cookie;
  if (source.session_cache && source.session_cookie && !cache_cookie_name(*source.session_cookie))
    fault(
        "DRAWBRIDGE_SESSION_COOKIE",
        "does not end in session_token, so the name of the cookie that caches the session cannot be derived "
        "from it (DRAWBRIDGE_SESSIONS=cookie): name Better Auth's cookies with advanced.cookiePrefix");
  const Policy accepted = policy();
  const auto name_of = [](const std::string& issuer) { return session_cookie_name(issuer); };
  if (!source.session_cookie && !all_the_same(accepted.issuers, name_of))
    fault("DRAWBRIDGE_SESSION_COOKIE",
          "is not set, and BETTER_AUTH_ISSUER has both http and https issuers, whose cookies have different "
          "names: give the name that browsers have");
  source.secrets = secrets();
  if (reads_storage && source.secrets.empty())
    fault("BETTER_AUTH_SECRET",
          "is not set, but DRAWBRIDGE_SESSIONS reads sessions from storage: give Better Auth's secret, which "
          "exposes forged session cookies");
  source.allowed_origins = allowed_origins();
  return source;
}

UserClaim Settings::user_claim() const {
  const auto given = find("DRAWBRIDGE_USER_CLAIM");
  if (!given) return UserClaim::uuid;
  constexpr std::array values{std::pair{std::string_view{"uuid"}, UserClaim::uuid},
                              std::pair{std::string_view{"sub"}, UserClaim::sub}};
  return one_of(*given, values);
}

BetterAuth Settings::required_better_auth() const {
  auto address = better_auth();
  if (!address)
    fault("BETTER_AUTH_URL",
          "is not set: say where Better Auth is, for example BETTER_AUTH_URL=http://localhost:3000");
  return *std::move(address);
}

std::optional<std::string> Settings::value_of(std::string_view variable) const {
  auto given = find(variable);
  return given ? std::optional{std::move(given->value)} : std::nullopt;
}

KeySource Settings::key_source() const {
  KeySource source = key_source_rules();
  const GivenSetting place = jwks_url();
  const auto url = fetch::check_jwks_url(place.value, source.allow_http_hosts);
  if (!url) fault(place.name, "cannot be used: " + url.error());
  source.jwks_url = place.value;
  if (!flags_.contains("DRAWBRIDGE_KEYS_MAX_STALE")) return source;
  source.revocations = revocations(place.value);
  constexpr std::array on_or_off{std::pair{std::string_view{"on"}, true},
                                 std::pair{std::string_view{"off"}, false}};
  if (const auto given = find("DRAWBRIDGE_EDDSA_TABLES")) source.eddsa_tables = one_of(*given, on_or_off);
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
                         std::string BetterAuth::* of_address) -> std::vector<std::string> {
    if (const auto given = find(variable)) return claims_of(*given);
    if (const auto address = better_auth()) return {(*address).*of_address};
    fault(variable,
          fmt::format(
              "is not set: give {}, set the variable, or set BETTER_AUTH_URL, whose origin is the default",
              flag));
  };
  policy.issuers = claim("BETTER_AUTH_ISSUER", "--issuer", &BetterAuth::issuer);
  policy.audiences = claim("BETTER_AUTH_AUDIENCE", "--audience", &BetterAuth::audience);
  return policy;
}

}  // namespace drawbridge::app
