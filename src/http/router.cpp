#include "http/router.h"

#include <algorithm>
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

std::optional<RouteMatch> find_route(std::span<const Route> routes, std::string_view raw_path) {
  auto segments = split_request_path(raw_path);
  if (!segments) return std::nullopt;
  const auto route = std::ranges::find_if(
      routes, [&](const Route& candidate) { return matches(candidate.pattern, *segments); });
  if (route == routes.end()) return std::nullopt;
  return RouteMatch{&*route, open_segments(route->pattern, *segments)};
}

}  // namespace drawbridge::http
