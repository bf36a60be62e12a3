#include "http/openapi_document.h"
#include "http/resource_answers.h"
#include "http/resources.h"

namespace drawbridge::http {

Outcome get_openapi(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return Response{.content_type = json_type, .static_body = openapi_document()};
}

}  // namespace drawbridge::http
