#pragma once

#include "http/router.h"

namespace drawbridge::api {

/// `/api/v1/{user_id}/tasks`: the owner's tasks.
http::Routes tasks_routes();

}  // namespace drawbridge::api
