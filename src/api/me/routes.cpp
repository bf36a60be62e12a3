#include "api/me/routes.h"

#include "core/identity/identity_json.h"
#include "http/resource_answers.h"

namespace drawbridge::api {
namespace {

http::Outcome get(const http::Request& request) {
  if (auto refusal = http::query_refused(request)) return *std::move(refusal);
  return http::json_answer(200, identity_json(*request.identity));
}

}  // namespace

http::Routes me_routes() {
  return {{"/api/v1/me", http::Access::signed_in, {{http::Method::get, get}}}};
}

}  // namespace drawbridge::api
