#pragma once

#include "http/router.h"

namespace drawbridge::api {

/// `/api/v1/{user_id}/tags`: the owner's tags.
http::Routes tags_routes();

}  // namespace drawbridge::api
