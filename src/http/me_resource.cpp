#include "core/identity/identity_json.h"
#include "http/resource_answers.h"
#include "http/resources.h"

namespace drawbridge::http {

Outcome get_me(const Request& request) {
  if (auto refusal = query_refused(request)) return *std::move(refusal);
  return json_answer(200, identity_json(*request.identity));
}

}  // namespace drawbridge::http
