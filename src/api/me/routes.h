#pragma once

#include "http/router.h"

namespace drawbridge::api {

/// `/api/v1/me`: who the caller is, as the token says it.
http::Routes me_routes();

}  // namespace drawbridge::api
