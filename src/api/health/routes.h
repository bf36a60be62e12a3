#pragma once

#include <functional>

#include "api/health/issuer_status.h"
#include "database/session.h"
#include "http/router.h"

namespace drawbridge::api {

/// `/healthz`: whether the process answers. `/readyz`: whether it can do its work, which takes keys to verify
/// with, revocations where they are required, and a database that is complete; its answer is kept for a
/// second, for all who ask.
http::Routes health_routes(std::function<IssuerStatus()> issuer_status);

/// What keeps the database from being used, or nothing.
database::Result<void> database_readiness(database::Session& session);

}  // namespace drawbridge::api
