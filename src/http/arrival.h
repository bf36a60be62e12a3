#pragma once

#include <optional>

#include "http/client_address.h"
#include "http/connection_counts.h"
#include "http/socket.h"

namespace drawbridge::http {

/// A client that has come, with what it takes of what there is for all.
struct Arrival {
  Socket socket;
  Address address;
  ConnectionCounts::Place place;
  std::optional<ConnectionCounts::Place> place_of_address;
};

}  // namespace drawbridge::http
