#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/resources.h"

namespace drawbridge::http {

/// Who may use a route.
enum class Access {
  open,       ///< anyone, without a token
  signed_in,  ///< whoever has a good token
  owner,      ///< the user whose id is the first open segment of the path
};

struct Endpoint {
  Method method;
  Outcome (*handler)(const Request&);
  bool takes_json = false;  ///< a JSON body is required; otherwise a body is read and ignored
};

struct Route {
  std::string_view pattern;  ///< a segment in braces is open: `/api/v1/{user_id}/tasks`
  Access access;
  std::span<const Endpoint> endpoints;

  /// The endpoint for a method, HEAD being a GET; null when the route has none.
  const Endpoint* endpoint(Method method) const;
  /// As the headers Allow and Access-Control-Allow-Methods list them.
  std::string allowed_methods() const;
};

struct RouteMatch {
  const Route* route;
  std::vector<std::string> parameters;  ///< the open segments, decoded
};

std::span<const Route> all_routes();

/// The route of a raw path; nothing when there is none, or when the path is refused (core/identity/request_path.h).
std::optional<RouteMatch> find_route(std::string_view raw_path);

}  // namespace drawbridge::http
