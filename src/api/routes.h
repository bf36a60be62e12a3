#pragma once

#include <functional>

#include "api/health/issuer_status.h"
#include "api/quotas.h"
#include "http/router.h"

namespace drawbridge::api {

/// What the program's settings change about the routes.
struct RouteOptions {
  Quotas quotas{};
  bool docs = true;  ///< `/docs` and `/openapi.json`
};

/// All routes of the tasks API, in the order in which they are looked up.
http::Routes all_routes(std::function<IssuerStatus()> issuer_status, RouteOptions options = {});

}  // namespace drawbridge::api
