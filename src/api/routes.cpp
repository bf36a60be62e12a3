#include "api/routes.h"

#include "api/docs/routes.h"
#include "api/health/routes.h"
#include "api/me/routes.h"
#include "api/tags/routes.h"
#include "api/tasks/routes.h"

namespace drawbridge::api {

http::Routes all_routes(std::function<IssuerStatus()> issuer_status, RouteOptions options) {
  http::Routes all;
  for (auto& routes : {
           tasks_routes(options.quotas.tasks),
           tags_routes(options.quotas.tags),
           me_routes(),
           health_routes(std::move(issuer_status)),
           options.docs ? docs_routes() : http::Routes{},
       })
    all.insert(all.end(), routes.begin(), routes.end());
  return all;
}

}  // namespace drawbridge::api
