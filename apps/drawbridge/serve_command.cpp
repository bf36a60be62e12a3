// drawbridge serve: the tasks API. The composition root: what the API consists of stands here, in the order
// in which it starts, and nowhere else.

#include <array>
#include <csignal>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <unistd.h>

#include "drawbridge/authenticator.h"

#include "api/health/routes.h"
#include "api/routes.h"
#include "commands.h"
#include "commands/idle_settings.h"
#include "commands/setting_names.h"
#include "commands/terminal.h"
#include "core/text/visible_text.h"
#include "credential_authenticator.h"
#include "database/open_store.h"
#include "http/line_writer.h"
#include "http/server.h"
#include "metrics_server.h"
#include "schema/migrations.h"
#include "server_settings.h"

namespace drawbridge::app {
namespace {

/// How long a stop waits for requests that have begun.
constexpr std::chrono::seconds stop_grace{10};

struct ServeSettings {
  KeySource keys;
  Policy policy;
  CredentialSource credentials;
  SessionStorage sessions;
  database::DatabaseUrl database;
  http::ServerOptions server;
  std::optional<http::ServerOptions> metrics;
  LogSettings log;
  api::RouteOptions routes;
  std::vector<std::string> idle;  ///< settings that do nothing
};

/// All of them before anything starts, so that a fault stops the program before it has changed anything.
ServeSettings read_settings(const ServerSettings& settings) {
  settings.require_uuid_as_user_claim();
  ServeSettings read{settings.key_source(),
                     settings.policy(),
                     settings.credential_source(),
                     settings.session_storage(),
                     settings.database(),
                     settings.server(),
                     settings.metrics(),
                     settings.log(),
                     {.quotas = settings.quotas(), .docs = settings.docs()},
                     idle_settings(settings.credential_kinds(), settings.session_place(),
                                   [&](const std::string& name) { return settings.value_of(name); })};
  read.policy.required_claims = {"uuid"};
  return read;
}

sigset_t signals(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  return set;
}

/// Each connection takes a file descriptor, and the usual soft limit of 1,024 is for programs of another
/// kind.
void allow_all_file_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Says in the log what keeps the database from being used, if anything does.
void log_readiness(database::Store& database, http::EventLog& log) {
  static_cast<void>(database.read([&log](database::Session& session) {
    if (const auto ready = api::database_readiness(session); !ready)
      log.event(spdlog::level::warn, "database", ready.error().text);
  }));
}

/// Fetches the keys at each SIGHUP; returns at the first SIGTERM or SIGINT.
void wait_for_the_end(const sigset_t& awaited, RemoteVerifier& verifier, http::EventLog& log) {
  while (true) {
    int number = 0;
    if (sigwait(&awaited, &number) != 0) continue;
    if (number != SIGHUP) {
      log.event(spdlog::level::info, "stop", "finishing the requests in progress");
      return;
    }
    log.event(spdlog::level::info, "keys", "fetching them now (SIGHUP)");
    verifier.refresh();
  }
}

std::string url_of(const http::ServerOptions& options, std::uint16_t port) {
  const bool is_ipv6 = options.host.contains(':');
  return fmt::format("http://{}{}{}:{}", is_ipv6 ? "[" : "", options.host, is_ipv6 ? "]" : "", port);
}

/// As the log, without waiting for a reader: one that stands still keeps nobody from being served, and the
/// program from no end.
http::LineWriter writer_to(int descriptor) {
  return {descriptor, [](std::uint64_t) { return std::string{}; }};
}

int could_not_start(std::string_view why) {
  writer_to(STDERR_FILENO).write(complaint(why));
  return exit_not_good;
}

std::shared_ptr<SessionStore> open_sessions(const SessionStorage& storage) {
  if (const auto* tables = std::get_if<TableOfSessions>(&storage))
    return schema::open_stored_sessions(tables->database, tables->options);
  if (const auto* redis = std::get_if<RedisOfSessions>(&storage))
    return redis::open_stored_sessions(redis->url, redis->options);
  return nullptr;
}

/// A line for what is done, and one now and then for what takes long: rows of a file that is new to this
/// version.
schema::MigrationReport report_to(http::EventLog& log) {
  constexpr std::int64_t rows_between = 50'000;
  const auto say = [&log](std::string_view text) { log.event(spdlog::level::info, "database", text); };
  return {.line = say,
          .progress = [say, next = std::int64_t{0}](std::string_view name, std::int64_t done,
                                                    std::int64_t total) mutable {
            if (done < next) return;
            next = done + rows_between;
            say(fmt::format("{}: {} of {} rows", name, done, total));
          }};
}

int serve(ServeSettings settings) {
  // Before any thread starts, so that all inherit it: these signals are for wait_for_the_end() alone.
  const sigset_t awaited = signals({SIGTERM, SIGINT, SIGHUP});
  pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  allow_all_file_descriptors();

  http::EventLog log{settings.log.level, settings.log.format, with_setting_names};
  if (const auto made = schema::prepare_to_serve(settings.database, report_to(log)); !made)
    return could_not_start(made.error().text);
  if (!settings.idle.empty())
    log.event(spdlog::level::warn, "settings",
              fmt::format("these have no effect: {}", fmt::join(settings.idle, "; ")));
  const std::string jwks_url = settings.keys.jwks_url;
  settings.keys.on_event = [&log](const KeySource::Event& event) {
    using About = KeySource::Event::About;
    constexpr std::array names{"keys", "revocations", "signatures"};
    const auto of_failure = event.about == About::signatures ? spdlog::level::err : spdlog::level::warn;
    log.event(event.good ? spdlog::level::info : of_failure, names.at(static_cast<std::size_t>(event.about)),
              event.text);
  };
  const auto counted = settings.metrics ? std::make_unique<Counted>() : nullptr;
  const auto database = database::open_store(
      settings.database,
      {.readers = settings.server.threads, .counts = counted ? &counted->database : nullptr});
  settings.credentials.session_store = open_sessions(settings.sessions);
  settings.credentials.on_failure = [&log](const std::string& why) {
    log.event(spdlog::level::warn, "credentials", why);
  };
  Authenticator judge{std::move(settings.policy), std::move(settings.keys), std::move(settings.credentials)};
  RemoteVerifier& verifier = judge.verifier();
  CredentialAuthenticator authenticator{judge};
  auto routes = api::all_routes(
      [&verifier] { return api::IssuerStatus{verifier.key_status(), verifier.revocation_status()}; },
      settings.routes);
  std::unique_ptr<http::Server> metrics;
  if (counted) {
    settings.server.counts = &counted->http.emplace(routes, settings.server.threads);
    auto shown = serve_metrics(*settings.metrics, {.counted = *counted,
                                                   .max_connections = settings.server.max_connections,
                                                   .kinds = settings.server.credentials,
                                                   .judge = judge,
                                                   .authenticator = authenticator,
                                                   .store = *database,
                                                   .log = log});
    if (!shown) return could_not_start(shown.error());
    metrics = *std::move(shown);
  }
  const auto server = http::Server::start(settings.server, std::move(routes), authenticator, *database, log);
  if (!server) return could_not_start(server.error());
  http::LineWriter output = writer_to(STDOUT_FILENO);
  output.write(fmt::format("drawbridge: the tasks API is at {}/api/v1, its keys come from {}\n",
                           url_of(settings.server, (*server)->port()),
                           display_text(jwks_url, jwks_url.size())));
  if (metrics)
    output.write(
        fmt::format("drawbridge: metrics are at {}/metrics\n", url_of(*settings.metrics, metrics->port())));
  log_readiness(*database, log);

  wait_for_the_end(awaited, verifier, log);
  // Whoever asks a second time does not want to wait.
  const sigset_t impatient = signals({SIGTERM, SIGINT});
  pthread_sigmask(SIG_UNBLOCK, &impatient, nullptr);
  (*server)->stop(stop_grace);
  return exit_good;
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
  CLI::App* const command = app.add_subcommand("serve", "Serve the tasks API");
  command->footer(
      "On SIGTERM or Ctrl-C the server finishes the requests in progress and exits with 0. On SIGHUP it "
      "fetches the keys now. GET /healthz succeeds while the server runs, GET /readyz once it has its keys "
      "and its database.\n\n"
      "With --credentials session, BETTER_AUTH_SECRET or BETTER_AUTH_SECRETS lets the server refuse forged "
      "cookies without asking Better Auth. --sessions database and redis require it. Secrets and "
      "DRAWBRIDGE_REDIS_URL are read from the environment or --env-file, never from a flag.");
  const ServerSettings settings{*command,
                                {SettingGroup::keys, SettingGroup::outage, SettingGroup::policy,
                                 SettingGroup::user, SettingGroup::credentials, SettingGroup::database,
                                 SettingGroup::names, SettingGroup::server, SettingGroup::log}};
  command->callback([settings, &status] { status = serve(read_settings(settings)); });
}

}  // namespace drawbridge::app
