#pragma once

#include <functional>

#include "drawbridge/key_status.h"

#include "database/session.h"
#include "http/router.h"

namespace drawbridge::api {

/// `/healthz`: whether the process answers. `/readyz`: whether it can do its work, which takes keys to verify
/// with and a database that is complete; its answer is kept for a second, for all who ask.
http::Routes health_routes(std::function<KeyStatus()> key_status);

/// What keeps the database from being used, or nothing.
database::Result<void> database_readiness(database::Session& session);

}  // namespace drawbridge::api
