#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace drawbridge::http {

/// Who may use a route.
enum class Access {
  open,       ///< anyone, without a token
  signed_in,  ///< whoever has a good token
  owner,      ///< the user whose id is the first open segment of the path
};

struct Endpoint {
  Method method;
  /// A request goes in, and out comes the answer or the work on the database that gives it. Any thread.
  std::function<Outcome(const Request&)> handler;
  bool takes_json = false;  ///< a JSON body is required; otherwise a body is read and ignored
};

struct Route {
  std::string_view pattern;  ///< a literal; a segment in braces is open: `/api/v1/{user_id}/tasks`
  Access access;
  std::vector<Endpoint> endpoints;

  /// The endpoint for a method, HEAD being a GET; null when the route has none.
  const Endpoint* endpoint(Method method) const;
  /// As the headers Allow and Access-Control-Allow-Methods list them.
  std::string allowed_methods() const;
};

struct RouteMatch {
  const Route* route;
  std::vector<std::string> parameters;  ///< the open segments, decoded
};

/// The routes of a resource.
using Routes = std::vector<Route>;

/// The route of a raw path, which lives as long as `routes`; nothing when there is none, or when the path is
/// refused (core/identity/request_path.h).
std::optional<RouteMatch> find_route(std::span<const Route> routes, std::string_view raw_path);

}  // namespace drawbridge::http
