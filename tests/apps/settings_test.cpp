#include <fstream>
#include <thread>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

#include "server_settings.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::app {
namespace {

using enum SettingGroup;
using Variables = std::map<std::string, std::string>;

/// A command with every group, given these variables and these arguments.
class Given {
 public:
  explicit Given(Variables variables, std::vector<std::string> arguments = {})
      : settings_{app_,
                  {keys, outage, policy, user, credentials, database, names, server, log},
                  [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
                    const auto found = variables.find(name);
                    return found == variables.end() ? std::nullopt : std::optional{found->second};
                  }} {
    std::ranges::reverse(arguments);  // as CLI::App::parse wants them
    app_.parse(arguments);
  }
  const ServerSettings* operator->() const { return &settings_; }

 private:
  CLI::App app_;
  ServerSettings settings_;
};

/// Reads every group, as `serve` does.
void read_all(const Given& given) {
  given->better_auths_tables();
  given->key_source();
  given->policy();
  given->require_uuid_as_user_claim();
  given->credential_source();
  given->session_storage();
  given->database();
  given->server();
  given->quotas();
  given->docs();
  given->log();
}

std::string fault_of(const Given& given) {
  try {
    read_all(given);
  } catch (const SettingFault& fault) {
    return fault.what();
  }
  return "no fault";
}

constexpr const char* better_auth_url = "http://localhost:3000";

TEST(Settings, HaveTheDocumentedDefaults) {
  const Given given{{{"BETTER_AUTH_URL", better_auth_url}}};
  const KeySource source = given->key_source();
  EXPECT_EQ(source.jwks_url, "http://localhost:3000/api/auth/jwks");
  EXPECT_TRUE(source.allow_http_hosts.empty());
  EXPECT_FALSE(source.ca_file);
  EXPECT_FALSE(source.snapshot);
  EXPECT_EQ(source.max_stale, std::chrono::hours{24});
  const Policy policy = given->policy();
  EXPECT_EQ(policy.issuers, std::vector<std::string>{better_auth_url});
  EXPECT_EQ(policy.audiences, std::vector<std::string>{better_auth_url});
  EXPECT_EQ(policy.algorithms, std::vector{Algorithm::eddsa});
  EXPECT_EQ(policy.clock_skew, std::chrono::seconds{30});
  EXPECT_EQ(policy.max_token_size, 16'384u);
  EXPECT_EQ(given->user_claim(), UserClaim::uuid);
  EXPECT_EQ(given->database().file, ".data/drawbridge.db");
  const http::ServerOptions server = given->server();
  EXPECT_EQ(server.host, "127.0.0.1");
  EXPECT_EQ(server.port, 8000);
  EXPECT_EQ(server.threads, std::max(1u, std::thread::hardware_concurrency()));
  EXPECT_EQ(server.allowed_origins, std::vector<std::string>{better_auth_url});
  EXPECT_TRUE(given->docs());
  EXPECT_LE(server.max_connections, 10'000u);
  EXPECT_FALSE(server.trusted_proxies);
  EXPECT_EQ(given->log().level, spdlog::level::info);
  EXPECT_EQ(given->log().format, http::EventLog::Format::text);
}

TEST(Settings, AreReadFromEachVariable) {
  test::ScratchDirectory scratch;
  const std::string ca_file = scratch.path() / "ca.pem";
  std::ofstream{ca_file} << "certificates";
  const Given given{
      {{"BETTER_AUTH_URL", "https://auth.example.com"},
       {"BETTER_AUTH_JWKS_URL", "https://keys.example.com/jwks"},
       {"BETTER_AUTH_ISSUER", "https://issuer.example.com, https://b.example.com,https://issuer.example.com"},
       {"BETTER_AUTH_AUDIENCE", "https://api.example.com"},
       {"DATABASE_URL", "sqlite:other.db"},
       {"DRAWBRIDGE_LISTEN", "[::1]:0"},
       {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example.com, http://localhost:3000"},
       {"DRAWBRIDGE_MAX_CONNECTIONS", "17"},
       {"DRAWBRIDGE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"},
       {"DRAWBRIDGE_ALGORITHMS", "ES256, EdDSA,Ed25519,ES256"},
       {"DRAWBRIDGE_CLOCK_SKEW", "0"},
       {"DRAWBRIDGE_USER_CLAIM", "uuid"},
       {"DRAWBRIDGE_MAX_TOKEN_SIZE", "4096"},
       {"DRAWBRIDGE_ALLOW_HTTP_HOSTS", "auth,10.0.0.7"},
       {"DRAWBRIDGE_CA_FILE", ca_file},
       {"DRAWBRIDGE_KEYS_SNAPSHOT", "keys.snapshot"},
       {"DRAWBRIDGE_KEYS_MAX_STALE", "3600"},
       {"DRAWBRIDGE_THREADS", "3"},
       {"DRAWBRIDGE_DOCS", "off"},
       {"DRAWBRIDGE_MAX_TASKS", "7"},
       {"DRAWBRIDGE_MAX_TAGS", "0"},
       {"DRAWBRIDGE_LOG", "debug"},
       {"DRAWBRIDGE_LOG_FORMAT", "json"}}};
  const KeySource source = given->key_source();
  EXPECT_EQ(source.jwks_url, "https://keys.example.com/jwks");
  EXPECT_EQ(source.allow_http_hosts, (std::vector<std::string>{"auth", "10.0.0.7"}));
  EXPECT_EQ(source.ca_file, ca_file);
  EXPECT_EQ(source.snapshot, "keys.snapshot");
  EXPECT_EQ(source.max_stale, std::chrono::hours{1});
  const Policy policy = given->policy();
  EXPECT_EQ(policy.issuers,
            (std::vector<std::string>{"https://issuer.example.com", "https://b.example.com"}));
  EXPECT_EQ(policy.audiences, std::vector<std::string>{"https://api.example.com"});
  EXPECT_EQ(policy.algorithms, (std::vector{Algorithm::es256, Algorithm::eddsa, Algorithm::ed25519}));
  EXPECT_EQ(policy.clock_skew, std::chrono::seconds{0});
  EXPECT_EQ(policy.max_token_size, 4096u);
  EXPECT_EQ(given->database().file, "other.db");
  const http::ServerOptions server = given->server();
  EXPECT_EQ(server.host, "::1");
  EXPECT_EQ(server.port, 0);
  EXPECT_EQ(server.threads, 3u);
  EXPECT_EQ(server.allowed_origins,
            (std::vector<std::string>{"https://a.example.com", "http://localhost:3000"}));
  EXPECT_FALSE(given->docs());
  EXPECT_EQ(server.max_connections, 17u);
  EXPECT_TRUE(server.trusted_proxies.value().has(boost::asio::ip::make_address("10.1.2.3")));
  EXPECT_FALSE(server.trusted_proxies->has(boost::asio::ip::make_address("127.0.0.2")));
  EXPECT_EQ(given->log().level, spdlog::level::debug);
  EXPECT_EQ(given->log().format, http::EventLog::Format::json);
}

TEST(Settings, EachVariableHasItsFlag) {
  const std::pair<std::string, std::string> flags[] = {
      {"BETTER_AUTH_URL", "--better-auth-url"},
      {"BETTER_AUTH_JWKS_URL", "--better-auth-jwks-url"},
      {"BETTER_AUTH_ISSUER", "--better-auth-issuer"},
      {"BETTER_AUTH_AUDIENCE", "--better-auth-audience"},
      {"DATABASE_URL", "--database-url"},
      {"DRAWBRIDGE_SCHEMA", "--schema"},
      {"DRAWBRIDGE_USER_TABLE", "--user-table"},
      {"DRAWBRIDGE_LISTEN", "--listen"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "--allowed-origins"},
      {"DRAWBRIDGE_CREDENTIALS", "--credentials"},
      {"DRAWBRIDGE_MAX_CONNECTIONS", "--max-connections"},
      {"DRAWBRIDGE_TRUSTED_PROXIES", "--trusted-proxies"},
      {"DRAWBRIDGE_ALGORITHMS", "--algorithms"},
      {"DRAWBRIDGE_CLOCK_SKEW", "--clock-skew"},
      {"DRAWBRIDGE_USER_CLAIM", "--user-claim"},
      {"DRAWBRIDGE_MAX_TOKEN_SIZE", "--max-token-size"},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS", "--allow-http-hosts"},
      {"DRAWBRIDGE_CA_FILE", "--ca-file"},
      {"DRAWBRIDGE_KEYS_SNAPSHOT", "--keys-snapshot"},
      {"DRAWBRIDGE_KEYS_MAX_STALE", "--keys-max-stale"},
      {"DRAWBRIDGE_THREADS", "--threads"},
      {"DRAWBRIDGE_MAX_TASKS", "--max-tasks"},
      {"DRAWBRIDGE_MAX_TAGS", "--max-tags"},
      {"DRAWBRIDGE_LOG", "--log"},
      {"DRAWBRIDGE_LOG_FORMAT", "--log-format"},
  };
  for (const auto& [variable, flag] : flags) {
    Variables variables{{"BETTER_AUTH_URL", better_auth_url}};
    variables[variable] = "";
    EXPECT_EQ(fault_of(Given{variables}), variable + " is empty: give it a value, or leave it out");
    const std::string fault = fault_of(Given{{{"BETTER_AUTH_URL", better_auth_url}}, {flag, ""}});
    EXPECT_TRUE(fault.ends_with(" is empty: give it a value, or leave it out")) << flag << ": " << fault;
  }
}

TEST(Settings, FlagWinsOverEnvironmentAndThatOverTheFile) {
  test::ScratchDirectory scratch;
  const std::string file = scratch.path() / ".env";
  std::ofstream{file} << "BETTER_AUTH_URL=http://localhost:3000\n"
                         "BETTER_AUTH_ISSUER=file\nBETTER_AUTH_AUDIENCE=file\nDRAWBRIDGE_CLOCK_SKEW=7\n";
  const Given given{{{"BETTER_AUTH_ISSUER", "environment"}, {"BETTER_AUTH_AUDIENCE", "environment"}},
                    {"--env-file", file, "--issuer", "flag"}};
  const Policy policy = given->policy();
  EXPECT_EQ(policy.issuers, std::vector<std::string>{"flag"});
  EXPECT_EQ(policy.audiences, std::vector<std::string>{"environment"});
  EXPECT_EQ(policy.clock_skew, std::chrono::seconds{7});
  EXPECT_EQ(given->key_source().jwks_url, "http://localhost:3000/api/auth/jwks");
}

TEST(Settings, BetterAuthUrlIsNotNeededWhereAllItWouldSayIsSaid) {
  const Given given{{{"BETTER_AUTH_JWKS_URL", "https://keys.example.com/jwks"},
                     {"BETTER_AUTH_ISSUER", "i"},
                     {"BETTER_AUTH_AUDIENCE", "a"}}};
  EXPECT_EQ(fault_of(given), "no fault");
  EXPECT_TRUE(given->server().allowed_origins.empty());
}

TEST(Settings, AValueThatCannotWorkIsNamedInOneLine) {
  struct Case {
    const char* variable;
    const char* value;
    const char* part;  ///< of the line, after the variable's name
  };
  const Case cases[] = {
      {"BETTER_AUTH_URL", "localhost:3000", "cannot be used"},
      {"BETTER_AUTH_URL", "ftp://localhost", "cannot be used"},
      {"BETTER_AUTH_URL", "http://u:hunter2@localhost:3000", "password"},
      {"BETTER_AUTH_URL", "http://auth.example.com", "plain http"},
      {"BETTER_AUTH_JWKS_URL", "keys.json", "cannot be used"},
      {"BETTER_AUTH_JWKS_URL", "http://auth.example.com/jwks", "plain http"},
      {"BETTER_AUTH_ISSUER", " http://localhost:3000", "white space around"},
      {"BETTER_AUTH_AUDIENCE", "http://localhost:3000\n", "white space around"},
      {"DATABASE_URL", "mysql://u:hunter2@h/d", "cannot be used"},
      {"DRAWBRIDGE_LISTEN", "8000", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", ":8000", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "127.0.0.1", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "127.0.0.1:", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "127.0.0.1:65536", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "127.0.0.1:99999", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "127.0.0.1:http", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "::1:8000", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "http://127.0.0.1:8000", "127.0.0.1:8000"},
      {"DRAWBRIDGE_LISTEN", "u@127.0.0.1:8000", "127.0.0.1:8000"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "*", "any page"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "null", "any page"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://*.example.com", "any page"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example.com,*", "any page"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example.com,", "an item is empty"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "a.example.com", "not an origin"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example.com/", "\"https://a.example.com\": write that"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://A.example.com", "\"https://a.example.com\": write that"},
      {"DRAWBRIDGE_ALLOWED_ORIGINS", "http://a.example.com:80", "\"http://a.example.com\": write that"},
      {"DRAWBRIDGE_MAX_CONNECTIONS", "0", "from 1 to 1000000"},
      {"DRAWBRIDGE_TRUSTED_PROXIES", "proxy", "give addresses or networks"},
      {"DRAWBRIDGE_TRUSTED_PROXIES", "10.0.0.1/8", "give addresses or networks"},
      {"DRAWBRIDGE_TRUSTED_PROXIES", "127.0.0.1,", "an item is empty"},
      {"BETTER_AUTH_ISSUER", "https://*.example.com", "list each one"},
      {"BETTER_AUTH_AUDIENCE", "https://a.example.com,*", "list each one"},
      {"BETTER_AUTH_ISSUER", "a,,b", "an item is empty"},
      {"BETTER_AUTH_AUDIENCE", "a,", "an item is empty"},
      {"BETTER_AUTH_ISSUER", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "names 17, but at most 16 are"},
      {"DRAWBRIDGE_ALGORITHMS", "none", "\"none\""},
      {"DRAWBRIDGE_ALGORITHMS", "HS256", "\"HS256\""},
      {"DRAWBRIDGE_ALGORITHMS", "EdDSA,eddsa", "\"eddsa\""},
      {"DRAWBRIDGE_ALGORITHMS", "EdDSA,,ES256", "an item is empty"},
      {"DRAWBRIDGE_ALGORITHMS", "Ed448", "\"Ed448\""},
      {"DRAWBRIDGE_ALGORITHMS", "ed25519", "give one or more of EdDSA, Ed25519,"},
      {"DRAWBRIDGE_ALGORITHMS", " ", "an item is empty"},
      {"DRAWBRIDGE_CLOCK_SKEW", "301", "from 0 to 300"},
      {"DRAWBRIDGE_CLOCK_SKEW", "-1", "from 0 to 300"},
      {"DRAWBRIDGE_CLOCK_SKEW", "30s", "from 0 to 300"},
      {"DRAWBRIDGE_CLOCK_SKEW", "1.5", "from 0 to 300"},
      {"DRAWBRIDGE_CLOCK_SKEW", "99999999999999999999", "from 0 to 300"},
      {"DRAWBRIDGE_USER_CLAIM", "sub", "set it to uuid"},
      {"DRAWBRIDGE_USER_CLAIM", "email", "uuid, sub"},
      {"DRAWBRIDGE_MAX_TOKEN_SIZE", "0", "from 1 to 1048576"},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS", "http://auth", "only host names"},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS", "auth:3000", "only host names"},
      {"DRAWBRIDGE_ALLOW_HTTP_HOSTS", "*", "only host names"},
      {"DRAWBRIDGE_CA_FILE", "/nonexistent/ca.pem", "no such file"},
      {"DRAWBRIDGE_CA_FILE", "/", "no such file"},
      {"DRAWBRIDGE_KEYS_MAX_STALE", "0", "from 1 to"},
      {"DRAWBRIDGE_KEYS_SNAPSHOT", "/nonexistent/keys.json", "its directory does not exist"},
      {"DRAWBRIDGE_KEYS_SNAPSHOT", "/", "is a directory"},
      {"DRAWBRIDGE_THREADS", "0", "from 1 to 256"},
      {"DRAWBRIDGE_THREADS", "257", "from 1 to 256"},
      {"DRAWBRIDGE_DOCS", "false", "on, off"},
      {"DRAWBRIDGE_DOCS", "OFF", "on, off"},
      {"DRAWBRIDGE_MAX_TASKS", "-1", "from 0 to 1000000000"},
      {"DRAWBRIDGE_MAX_TAGS", "1000000001", "from 0 to 1000000000"},
      {"DRAWBRIDGE_LOG", "trace", "off, error, warn, info, debug"},
      {"DRAWBRIDGE_LOG_FORMAT", "xml", "text, json"},
      {"DRAWBRIDGE_LOG", "\x1b[31m", "\\x1b[31m"},
  };
  for (const Case& c : cases) {
    Variables variables{{"BETTER_AUTH_URL", better_auth_url}};
    variables[c.variable] = c.value;
    const std::string fault = fault_of(Given{variables});
    EXPECT_TRUE(fault.starts_with(std::string{c.variable} + ' ')) << c.variable << ": " << fault;
    EXPECT_TRUE(fault.contains(c.part)) << c.value << ": " << fault;
    EXPECT_FALSE(fault.contains('\n')) << fault;
    EXPECT_FALSE(fault.contains("hunter2")) << "a database's address may hold a password";
  }
}

/// 64 characters, as `openssl rand -hex 32` gives them.
const std::string secret(64, 's');

TEST(Settings, TakeTokensAloneAndLookAtNothingElse) {
  const CredentialSource source = Given {
    {
      {"BETTER_AUTH_URL", better_auth_url}, {"BETTER_AUTH_SECRET", secret},
          {"BETTER_AUTH_SECRETS", "no version"}, {"DRAWBRIDGE_SESSION_COOKIE", "no name"},
          {"DRAWBRIDGE_SESSIONS", "elsewhere"}, {"DRAWBRIDGE_CREDENTIAL_MAX_AGE", "never"}
    }
  } -> credential_source();
  EXPECT_TRUE(source.kinds.token);
  EXPECT_FALSE(source.kinds.session);
  EXPECT_FALSE(source.kinds.key);
  EXPECT_TRUE(source.secrets.empty());
  EXPECT_FALSE(source.session_cookie);
}

TEST(Settings, OfSessionsAndKeysAreReadWhereTheyAreTaken) {
  const auto kinds = [](const CredentialSource& source) {
    return std::string{source.kinds.token ? "t" : ""} + (source.kinds.session ? "s" : "") +
           (source.kinds.key ? "k" : "");
  };
  struct Case {
    const char* name;
    Variables variables;
    std::string kinds;
    std::vector<std::string> secrets;
    std::optional<std::string> cookie;
    int max_age;
    std::vector<std::string> origins;
  };
  const std::vector<std::string> own{better_auth_url};
  const Case cases[] = {
      {"all", {{"DRAWBRIDGE_CREDENTIALS", "token, session,key"}}, "tsk", {}, {}, 30, own},
      {"sessions alone",
       {{"DRAWBRIDGE_CREDENTIALS", "session"}, {"BETTER_AUTH_SECRET", secret}},
       "s",
       {secret},
       {},
       30,
       own},
      {"versioned secrets before the one",
       {{"DRAWBRIDGE_CREDENTIALS", "session"},
        {"BETTER_AUTH_SECRETS", "2:new:er, 1:old"},
        {"BETTER_AUTH_SECRET", secret}},
       "s",
       {"new:er", "old"},
       {},
       30,
       own},
      {"name, age and origins",
       {{"DRAWBRIDGE_CREDENTIALS", "key,session"},
        {"DRAWBRIDGE_SESSION_COOKIE", "__Secure-my.session_token"},
        {"DRAWBRIDGE_CREDENTIAL_MAX_AGE", "0"},
        {"DRAWBRIDGE_ALLOWED_ORIGINS", "https://a.example.com"}},
       "sk",
       {},
       "__Secure-my.session_token",
       0,
       {"https://a.example.com"}},
      {"keys look at no secret",
       {{"DRAWBRIDGE_CREDENTIALS", "key"},
        {"BETTER_AUTH_SECRET", secret},
        {"DRAWBRIDGE_SESSION_COOKIE", "no name"}},
       "k",
       {},
       {},
       30,
       {}},
  };
  for (const Case& c : cases) {
    Variables variables = c.variables;
    variables.insert({"BETTER_AUTH_URL", better_auth_url});
    const CredentialSource source = Given {
      variables
    } -> credential_source();
    EXPECT_EQ(kinds(source), c.kinds) << c.name;
    EXPECT_EQ(source.base_url, "http://localhost:3000/api/auth") << c.name;
    EXPECT_EQ(source.secrets, c.secrets) << c.name;
    EXPECT_EQ(source.session_cookie, c.cookie) << c.name;
    EXPECT_EQ(source.max_age, std::chrono::seconds{c.max_age}) << c.name;
    EXPECT_EQ(source.allowed_origins, c.origins) << c.name;
  }
}

TEST(Settings, OfSessionsAndKeysThatCannotWorkAreNamedWithoutASecret) {
  const std::string cookie = std::string(32, 'c') + '.' + std::string(43, 'A') + "%3D";
  struct Case {
    Variables variables;
    const char* part;
  };
  const Case cases[] = {
      {{{"DRAWBRIDGE_CREDENTIALS", "cookie"}},
       "DRAWBRIDGE_CREDENTIALS names \"cookie\": give one or more of token, session, key"},
      {{{"DRAWBRIDGE_CREDENTIALS", "Token"}}, "DRAWBRIDGE_CREDENTIALS names \"Token\""},
      {{{"DRAWBRIDGE_CREDENTIALS", "token,key,token"}}, "DRAWBRIDGE_CREDENTIALS names \"token\" twice"},
      {{{"DRAWBRIDGE_CREDENTIALS", "token,"}}, "DRAWBRIDGE_CREDENTIALS is \"token,\": an item is empty"},
      {{{"DRAWBRIDGE_CREDENTIALS", ""}}, "DRAWBRIDGE_CREDENTIALS is empty"},
      {{{"DRAWBRIDGE_SESSION_COOKIE", "a b"}}, "DRAWBRIDGE_SESSION_COOKIE is not a cookie name"},
      {{{"DRAWBRIDGE_SESSION_COOKIE", "name=" + cookie}}, "is not a cookie name"},
      {{{"DRAWBRIDGE_SESSION_COOKIE", cookie}}, "holds a cookie's value, which is a secret"},
      {{{"DRAWBRIDGE_CREDENTIAL_MAX_AGE", "31"}},
       "DRAWBRIDGE_CREDENTIAL_MAX_AGE is \"31\": give a whole number of seconds from 0 to 30"},
      {{{"DRAWBRIDGE_CREDENTIAL_MAX_AGE", "-1"}}, "from 0 to 30"},
      {{{"DRAWBRIDGE_SESSIONS", "memory"}}, "is \"memory\": give one of issuer, database, redis, cookie"},
      {{{"DRAWBRIDGE_SESSIONS", "cookie"}, {"DRAWBRIDGE_SESSION_COOKIE", "sid"}}, "not end in session_token"},
      {{{"DRAWBRIDGE_SESSIONS", "database"}}, "BETTER_AUTH_SECRET is not set, but DRAWBRIDGE_SESSIONS"},
      {{{"DRAWBRIDGE_SESSIONS", "redis"}, {"BETTER_AUTH_SECRET", secret}}, "DRAWBRIDGE_REDIS_URL is not set"},
      {{{"DRAWBRIDGE_SESSIONS", "redis"},
        {"BETTER_AUTH_SECRET", secret},
        {"DRAWBRIDGE_REDIS_URL", "https://u:" + secret + "@cache"}},
       "DRAWBRIDGE_REDIS_URL cannot be used: "},
      {{{"BETTER_AUTH_SECRET", ""}}, "BETTER_AUTH_SECRET is empty"},
      {{{"BETTER_AUTH_SECRETS", secret}}, "BETTER_AUTH_SECRETS cannot be read: give each as VERSION:SECRET"},
      {{{"BETTER_AUTH_SECRETS", "1:" + secret + ",1:" + secret}}, "BETTER_AUTH_SECRETS cannot be read"},
      {{{"BETTER_AUTH_SECRETS", "1:" + secret + ",two:" + secret}}, "BETTER_AUTH_SECRETS cannot be read"},
      {{{"BETTER_AUTH_ISSUER", "https://a.example.com,http://b.example.com"}},
       "DRAWBRIDGE_SESSION_COOKIE is not set, and"},
      {{{"BETTER_AUTH_URL", "http://auth.example.com"},
        {"BETTER_AUTH_JWKS_URL", "https://k.example.com/keys.json"}},
       "BETTER_AUTH_URL cannot be used"},
      {{{"BETTER_AUTH_URL", "%none"},
        {"BETTER_AUTH_JWKS_URL", "https://k.example.com/keys.json"},
        {"BETTER_AUTH_ISSUER", "i"},
        {"BETTER_AUTH_AUDIENCE", "a"}},
       "BETTER_AUTH_URL is not set, but sessions and keys are checked with Better Auth"},
  };
  for (const Case& c : cases) {
    Variables variables = c.variables;
    variables.insert({{"BETTER_AUTH_URL", better_auth_url}, {"DRAWBRIDGE_CREDENTIALS", "token,session"}});
    if (variables["BETTER_AUTH_URL"] == "%none") variables.erase("BETTER_AUTH_URL");
    const std::string fault = fault_of(Given{variables});
    EXPECT_TRUE(fault.starts_with(c.part) || fault.contains(c.part)) << c.part << ": " << fault;
    EXPECT_FALSE(fault.contains('\n')) << fault;
    EXPECT_FALSE(fault.contains(secret)) << fault;
    EXPECT_FALSE(fault.contains(std::string(32, 'c'))) << fault;
  }
}

TEST(Settings, SayWhereSessionsAreLookedFor) {
  Variables variables{
      {"DRAWBRIDGE_CREDENTIALS", "session"}, {"BETTER_AUTH_URL", better_auth_url},
      {"BETTER_AUTH_SECRET", secret},        {"DATABASE_URL", "sqlite:a.db"},
      {"DRAWBRIDGE_USER_TABLE", "members"},  {"DRAWBRIDGE_REDIS_URL", "rediss://cache.example.com/3"},
      {"DRAWBRIDGE_REDIS_PREFIX", "auth:"}};
  const auto storage_in = [&variables](const char* place) {
    variables["DRAWBRIDGE_SESSIONS"] = place;
    return Given {
      variables
    } -> session_storage();
  };
  for (const char* asked : {"issuer", "cookie"})
    EXPECT_TRUE(std::holds_alternative<std::monostate>(storage_in(asked))) << asked;
  EXPECT_TRUE(Given { variables } -> credential_source().session_cache);
  const auto tables = std::get<TableOfSessions>(storage_in("database"));
  EXPECT_EQ(tables.database.file, "a.db");
  EXPECT_EQ(tables.options.where.user_table, "members");
  const auto redis = std::get<RedisOfSessions>(storage_in("redis"));
  EXPECT_EQ(redis.url.host, "cache.example.com");
  EXPECT_TRUE(redis.url.is_tls);
  EXPECT_EQ(redis.options.prefix, "auth:");
  variables["DRAWBRIDGE_REDIS_PREFIX"] = "none";
  EXPECT_EQ(std::get<RedisOfSessions>(storage_in("redis")).options.prefix, "");
  variables["DRAWBRIDGE_SESSIONS"] = "issuer";
  variables["BETTER_AUTH_JWKS_URL"] = "http://127.0.0.1:3000/auth/jwks";
  EXPECT_EQ(Given { variables } -> credential_source().base_url, "http://127.0.0.1:3000/auth");
  variables["DRAWBRIDGE_SESSIONS"] = "redis";
  EXPECT_TRUE(Given { variables } -> credential_source().base_url.empty());
}

TEST(Settings, SecretsHaveNoFlag) {
  CLI::App app;
  const ServerSettings settings{app, {credentials}};
  EXPECT_FALSE(app.help().contains("BETTER_AUTH_SECRET"));
  EXPECT_FALSE(app.help().contains("DRAWBRIDGE_REDIS_URL"));
  EXPECT_TRUE(app.help().contains("[DRAWBRIDGE_CREDENTIALS]"));
}

TEST(Settings, MissingOnesSayWhatToDo) {
  EXPECT_TRUE(fault_of(Given{{}}).starts_with("BETTER_AUTH_URL is not set: ")) << fault_of(Given{{}});
  const Given no_audience{
      {{"BETTER_AUTH_JWKS_URL", "https://k.example.com/jwks"}, {"BETTER_AUTH_ISSUER", "i"}}};
  EXPECT_TRUE(fault_of(no_audience).starts_with("BETTER_AUTH_AUDIENCE is not set: give --audience"))
      << fault_of(no_audience);
}

TEST(Settings, AnEnvFileThatCannotBeReadIsAFault) {
  test::ScratchDirectory scratch;
  const std::string file = scratch.path() / ".env";
  EXPECT_TRUE(fault_of(Given{{}, {"--env-file", file}}).contains("cannot be read: No such file"));
  std::ofstream{file} << "A=1\nB=\"$A\"\n";
  EXPECT_TRUE(fault_of(Given{{}, {"--env-file", file}}).contains("line 2: "));
}

TEST(Settings, AVariableOfAnotherGroupStopsNoCommand) {
  CLI::App app;
  const ServerSettings settings{app, {SettingGroup::database}, [](const std::string& name) {
                                  return name == "DATABASE_URL" ? std::optional<std::string>{"sqlite:a.db"}
                                                                : std::optional<std::string>{""};
                                }};
  app.parse(std::vector<std::string>{});
  EXPECT_EQ(settings.database().file, "a.db");
}

}  // namespace
}  // namespace drawbridge::app
