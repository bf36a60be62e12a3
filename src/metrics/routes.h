#pragma once

#include <functional>

#include "http/server.h"
#include "metrics/exposition.h"

namespace drawbridge::metrics {

/// `/metrics`, for a server of its own: on the API's anyone could read it.
http::Routes routes(std::function<Seen()> look);

/// That server's limits: the few who may ask keep their connections between two questions.
http::ServerOptions server_options(std::string host, std::uint16_t port);

}  // namespace drawbridge::metrics
