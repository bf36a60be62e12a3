#pragma once

#include <cstdint>

#include "http/router.h"

namespace drawbridge::api {

/// `/api/v1/{user_id}/tasks`: the owner's tasks, of which there may be `most`, or any number where that is 0;
/// most_tags_on_tasks(most) tags are on them in all.
http::Routes tasks_routes(std::int64_t most);

}  // namespace drawbridge::api
