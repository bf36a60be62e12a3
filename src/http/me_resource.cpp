#include <boost/json.hpp>

#include "core/identity_json.h"
#include "http/problem.h"
#include "http/query.h"
#include "http/resources.h"

namespace drawbridge::http {

Outcome get_me(const Request& request) {
  if (!request.query.empty()) return problem(errors_of_unwanted_query(request.query));
  return Response{.content_type = json_type,
                  .body = boost::json::serialize(identity_json(*request.identity))};
}

}  // namespace drawbridge::http
