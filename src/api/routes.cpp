#include "api/routes.h"

#include "api/docs/routes.h"
#include "api/health/routes.h"
#include "api/me/routes.h"
#include "api/tags/routes.h"
#include "api/tasks/routes.h"

namespace drawbridge::api {

http::Routes all_routes(std::function<KeyStatus()> key_status) {
  http::Routes all;
  for (auto& routes : {
           tasks_routes(),
           tags_routes(),
           me_routes(),
           health_routes(std::move(key_status)),
           docs_routes(),
       })
    all.insert(all.end(), routes.begin(), routes.end());
  return all;
}

}  // namespace drawbridge::api
