#include "http/router.h"

#include <array>

#include "core/request_path.h"

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
};

/// The open segments when these are the segments of the pattern, else nothing.
std::optional<std::vector<std::string>> matched(std::string_view pattern,
                                                std::span<const std::string> segments) {
  std::vector<std::string> open;
  for (const auto& segment : segments) {
    if (pattern.empty()) return std::nullopt;
    const auto end = pattern.find('/', 1);
    const auto expected = pattern.substr(1, end - 1);
    pattern = end == std::string_view::npos ? std::string_view{} : pattern.substr(end);
    if (expected.starts_with('{'))
      open.push_back(segment);
    else if (expected != segment)
      return std::nullopt;
  }
  if (!pattern.empty()) return std::nullopt;
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
  const auto segments = split_request_path(raw_path);
  if (!segments) return std::nullopt;
  for (const auto& route : routes)
    if (auto open = matched(route.pattern, *segments)) return RouteMatch{&route, *std::move(open)};
  return std::nullopt;
}

}  // namespace drawbridge::http
