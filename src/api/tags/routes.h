#pragma once

#include <cstdint>

#include "http/router.h"

namespace drawbridge::api {

/// `/api/v1/{user_id}/tags`: the owner's tags, of which there may be `most`, or any number where that is 0.
http::Routes tags_routes(std::int64_t most);

}  // namespace drawbridge::api
