#include "http/cors.h"

#include <algorithm>

namespace drawbridge::http {
namespace {

std::string allowed_headers(const CredentialKinds& taken) {
  std::string names;
  if (taken.token) names += "authorization, ";
  if (taken.key) names += "x-api-key, ";
  return names + "content-type";
}

}  // namespace

bool AllowedOrigins::has(std::string_view origin) const {
  return std::ranges::find(origins_, origin) != origins_.end();
}

bool is_preflight(const RequestHead& head) {
  return head.method == "OPTIONS" && !head.origin().empty() && !head.access_control_request_method.empty();
}

Response preflight_answer(const AllowedOrigins& origins, const RequestHead& head,
                          std::string allowed_methods) {
  Response response{.status = 204};
  if (!origins.has(head.origin())) {
    response.note = "the origin is not in DRAWBRIDGE_ALLOWED_ORIGINS";
    return response;
  }
  response.headers = {{"Access-Control-Allow-Methods", std::move(allowed_methods)},
                      {"Access-Control-Allow-Headers", allowed_headers(origins.taken())},
                      {"Access-Control-Max-Age", "600"}};
  return response;
}

void allow_origin(Response& response, const AllowedOrigins& origins, std::string_view origin) {
  if (origin.empty() || !origins.has(origin)) return;
  response.headers.push_back({"Access-Control-Allow-Origin", std::string{origin}});
  if (origins.taken().session) response.headers.push_back({"Access-Control-Allow-Credentials", "true"});
  response.headers.push_back(
      {"Access-Control-Expose-Headers", "X-Request-Id, Retry-After, WWW-Authenticate, Location"});
}

}  // namespace drawbridge::http
