#include "http/router.h"

#include <array>

#include "core/identity/request_path.h"

namespace drawbridge::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> method_names{{
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::delete_, "DELETE"},
    {Method::options, "OPTIONS"},
}};

constexpr std::array task_list_endpoints{Endpoint{Method::get, list_tasks},
                                         Endpoint{Method::post, create_task, true}};
constexpr std::array task_endpoints{
    Endpoint{Method::get, get_task}, Endpoint{Method::put, replace_task, true},
    Endpoint{Method::patch, change_task, true}, Endpoint{Method::delete_, delete_task}};
constexpr std::array task_completion_endpoints{Endpoint{Method::patch, toggle_task}};
constexpr std::array tag_list_endpoints{Endpoint{Method::get, list_tags},
                                        Endpoint{Method::post, create_tag, true}};
constexpr std::array tag_endpoints{Endpoint{Method::get, get_tag}, Endpoint{Method::patch, change_tag, true},
                                   Endpoint{Method::delete_, delete_tag}};
constexpr std::array me_endpoints{Endpoint{Method::get, get_me}};
constexpr std::array healthz_endpoints{Endpoint{Method::get, get_healthz}};
constexpr std::array readyz_endpoints{Endpoint{Method::get, get_readyz}};
constexpr std::array openapi_endpoints{Endpoint{Method::get, get_openapi}};
constexpr std::array docs_endpoints{Endpoint{Method::get, get_docs}};
constexpr std::array docs_file_endpoints{Endpoint{Method::get, get_docs_file}};

constexpr std::array routes{
    Route{"/api/v1/{user_id}/tasks", Access::owner, task_list_endpoints},
    Route{"/api/v1/{user_id}/tasks/{task_id}", Access::owner, task_endpoints},
    Route{"/api/v1/{user_id}/tasks/{task_id}/complete", Access::owner, task_completion_endpoints},
    Route{"/api/v1/{user_id}/tags", Access::owner, tag_list_endpoints},
    Route{"/api/v1/{user_id}/tags/{tag_id}", Access::owner, tag_endpoints},
    Route{"/api/v1/me", Access::signed_in, me_endpoints},
    Route{"/healthz", Access::open, healthz_endpoints},
    Route{"/readyz", Access::open, readyz_endpoints},
    Route{"/openapi.json", Access::open, openapi_endpoints},
    Route{"/docs", Access::open, docs_endpoints},
    Route{"/docs/{file}", Access::open, docs_file_endpoints},
};

/// Takes the first segment off a pattern; a pattern that has none left gives an empty one, which no path has.
std::string_view take_segment(std::string_view& pattern) {
  const auto end = std::min(pattern.find('/', 1), pattern.size());
  const auto segment = pattern.substr(0, end);
  pattern.remove_prefix(end);
  return segment.substr(std::min<std::size_t>(1, segment.size()));
}

bool is_open(std::string_view pattern_segment) {
  return pattern_segment.starts_with('{');
}

bool matches(std::string_view pattern, std::span<const std::string> segments) {
  for (const auto& segment : segments) {
    const auto expected = take_segment(pattern);
    if (!is_open(expected) && expected != segment) return false;
  }
  return pattern.empty();
}

/// The segments that the pattern leaves open, moved out of those that match it.
std::vector<std::string> open_segments(std::string_view pattern, std::span<std::string> segments) {
  std::vector<std::string> open;
  for (auto& segment : segments)
    if (is_open(take_segment(pattern))) open.push_back(std::move(segment));
  return open;
}

}  // namespace

Method method_named(std::string_view name) {
  for (const auto& [method, known] : method_names)
    if (name == known) return method;
  return Method::other;
}

const Endpoint* Route::endpoint(Method method) const {
  const auto wanted = method == Method::head ? Method::get : method;
  const auto found = std::ranges::find(endpoints, wanted, &Endpoint::method);
  return found == endpoints.end() ? nullptr : &*found;
}

std::string Route::allowed_methods() const {
  std::string list;
  for (const auto& [method, name] : method_names) {
    if (!endpoint(method)) continue;
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

std::span<const Route> all_routes() {
  return routes;
}

std::optional<RouteMatch> find_route(std::string_view raw_path) {
  auto segments = split_request_path(raw_path);
  if (!segments) return std::nullopt;
  const auto route = std::ranges::find_if(
      routes, [&](const Route& candidate) { return matches(candidate.pattern, *segments); });
  if (route == routes.end()) return std::nullopt;
  return RouteMatch{&*route, open_segments(route->pattern, *segments)};
}

}  // namespace drawbridge::http
