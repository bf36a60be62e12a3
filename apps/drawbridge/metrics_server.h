#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "drawbridge/authenticator.h"

#include "database/store_counts.h"
#include "http/counts.h"
#include "http/server.h"

namespace drawbridge::app {

/// What is counted where there are metrics. Outlives all that counts.
struct Counted {
  database::StoreCounts database;
  std::optional<http::Counts> http;
};

/// What `/metrics` shows, and whom its server is made of. All outlive it.
struct MetricsSource {
  const Counted& counted;
  std::size_t max_connections;
  CredentialKinds kinds;
  Authenticator& judge;
  http::Authenticator& authenticator;
  database::Store& store;
  http::EventLog& log;
};

/// Serves `/metrics`, and nothing else, at once. Fails with one line as http::Server does.
std::expected<std::unique_ptr<http::Server>, std::string> serve_metrics(http::ServerOptions options,
                                                                        MetricsSource source);

}  // namespace drawbridge::app
