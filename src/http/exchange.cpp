#include "http/exchange.h"

#include "drawbridge/user_access.h"

#include "core/credentials/choice.h"
#include "http/media_type.h"
#include "http/problem.h"

namespace drawbridge::http {
namespace {

Response no_body_here() {
  return problem(ErrorCode::body_too_large, "This route does not accept a body.");
}

}  // namespace

std::optional<Response> Exchange::open() {
  const auto question_mark = head_.target.find('?');
  if (question_mark != std::string_view::npos) query_ = head_.target.substr(question_mark + 1);
  auto match = find_route(routes_, head_.target.substr(0, question_mark));
  if (!match) return problem(ErrorCode::not_found, "There is no such route.");
  match_ = *std::move(match);
  if (is_preflight(head_) && head_.has_body()) return no_body_here();
  if (is_preflight(head_)) return preflight_answer(origins_, head_, match_.route->allowed_methods());
  depends_on_cookie_ = needs_identity() && cookie_may_count(head_.credentials({}), origins_.taken());
  return std::nullopt;
}

std::optional<Response> Exchange::identify(const Authenticator::Result& verdict) {
  if (!verdict) return problem(verdict.error());
  identity_ = *verdict;
  if (match_.route->access != Access::owner) return std::nullopt;
  const auto access = check_user_access(*identity_, match_.parameters.front(), UserClaim::uuid);
  if (!access) return problem(access.error());
  return std::nullopt;
}

std::optional<Response> Exchange::check_head(std::size_t max_body_size) const {
  const auto* endpoint = match_.route->endpoint(method_named(head_.method));
  if (!endpoint) {
    auto response = problem(ErrorCode::method_not_allowed, "This route does not accept that method.");
    response.headers.push_back({"Allow", match_.route->allowed_methods()});
    return response;
  }
  // Nobody has said who they are, so nothing of theirs is kept.
  if (match_.route->access == Access::open && head_.has_body()) return no_body_here();
  if (head_.content_length > max_body_size)
    return problem(ErrorCode::body_too_large, "The body is too large.");
  if (endpoint->takes_json && !is_json_media_type(head_.content_type))
    return problem(ErrorCode::media_type_unsupported,
                   "The body must be JSON: Content-Type application/json, in UTF-8.");
  return std::nullopt;
}

std::optional<Uuid> Exchange::user() const {
  return identity_ ? identity_->uuid() : std::nullopt;
}

void Exchange::finish(Response& response) const {
  allow_origin(response, origins_, head_.origin());
  if (!depends_on_cookie_) return;
  response.cache_control = "private, no-store";
  response.vary = "Origin, Cookie";
}

Outcome Exchange::answer(std::string_view body, Instant now) const {
  const auto* endpoint = match_.route->endpoint(method_named(head_.method));
  return endpoint->handler(
      Request{identity_, match_.parameters, query_, body, now, head_.accept_encoding, head_.if_none_match});
}

}  // namespace drawbridge::http
