#pragma once

// What a database looks like to somebody who searches for faults. Data alone: doctor judges it.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "store/database_url.h"

namespace drawbridge::store {

struct BridgeFacts {
  std::string product;  ///< `sqlite` or `postgresql`
  std::string version;  ///< of the database's software, as it says it
};

/// Reads and changes nothing. The error is one line that never holds the URL.
std::expected<BridgeFacts, std::string> read_bridge_facts(const DatabaseUrl& url);

}  // namespace drawbridge::store
