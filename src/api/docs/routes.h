#pragma once

#include "http/router.h"

namespace drawbridge::api {

/// `/openapi.json`: the contract, api/openapi.yaml, as JSON. `/docs`: the page that shows it in a browser,
/// where one can paste a token and call.
http::Routes docs_routes();

}  // namespace drawbridge::api
