#include "metrics_server.h"

#include <utility>

#include "commands/command_line.h"
#include "metrics/routes.h"

namespace drawbridge::app {
namespace {

metrics::Seen look(const MetricsSource& source) {
  metrics::Seen seen{.version = program_version(),
                     .http = *source.counted.http,
                     .max_connections = source.max_connections,
                     .database = source.counted.database,
                     .keys = source.judge.verifier().key_status(),
                     .revocations = source.judge.verifier().revocation_status(),
                     .remembered_tokens = source.judge.verifier().remembered_tokens(),
                     .eddsa_tables = source.judge.verifier().eddsa_tables()};
  if (source.kinds.session) seen.sessions = source.judge.session_counts();
  if (source.kinds.key) seen.api_keys = source.judge.key_counts();
  return seen;
}

}  // namespace

std::expected<std::unique_ptr<http::Server>, std::string> serve_metrics(http::ServerOptions options,
                                                                        MetricsSource source) {
  return http::Server::start(std::move(options), metrics::routes([source] { return look(source); }),
                             source.authenticator, source.store, source.log);
}

}  // namespace drawbridge::app
