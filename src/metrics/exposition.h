#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "drawbridge/cache_counts.h"
#include "drawbridge/credential_counts.h"
#include "drawbridge/credentials.h"
#include "drawbridge/eddsa_tables.h"
#include "drawbridge/key_status.h"
#include "drawbridge/revocations.h"

#include "database/store_counts.h"
#include "http/counts.h"

namespace drawbridge::metrics {

/// Where the numbers stand. What is referred to may be counting on.
struct Seen {
  std::string_view version;
  const http::Counts& http;
  std::size_t max_connections;
  const database::StoreCounts& database;
  KeyStatus keys;
  RevocationStatus revocations;
  CacheCounts remembered_tokens;
  EddsaTableStatus eddsa_tables;
  std::optional<CredentialCounts> sessions{};  ///< where they are taken
  std::optional<CredentialCounts> api_keys{};
};

inline constexpr std::string_view text_type = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics in Prometheus's text format; `docs/metrics.md` explains each. Labels are patterns of routes,
/// statuses and words of this program: nothing that a request brings.
std::string exposition(const Seen& seen);

}  // namespace drawbridge::metrics
