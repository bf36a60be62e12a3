#pragma once

#include <functional>

#include "drawbridge/key_status.h"

#include "http/router.h"

namespace drawbridge::api {

/// Which routes there are beside the resources.
struct RouteOptions {
  bool docs = true;  ///< `/docs` and `/openapi.json`
};

/// All routes of the tasks API, in the order in which they are looked up.
http::Routes all_routes(std::function<KeyStatus()> key_status, RouteOptions options = {});

}  // namespace drawbridge::api
