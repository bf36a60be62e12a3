#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/authenticator.h"
#include "http/cors.h"
#include "http/request_head.h"
#include "http/router.h"

namespace drawbridge::http {

/// What is decided about one request, in the order that the API promises: unknown route 404, credential
/// 403 (a foreign page's cookie), 401, 429 or 503, another user's path 403, then 405, 413, 415, and, once the
/// body is there, 400, 422, 404 for an id that names nothing, 429, and what the database says.
///
/// Does no I/O: its driver authenticates, reads the body and does the work on the database. The
/// steps are called in the order in which they stand here; the first answer ends the exchange.
class Exchange {
 public:
  /// The head's views must outlive the exchange.
  Exchange(std::span<const Route> routes, const AllowedOrigins& origins, const RequestHead& head)
      : routes_{routes}, origins_{origins}, head_{head} {}

  /// 404, 413, or a preflight's 204.
  std::optional<Response> open();

  /// Whether the route asks who sent the request; then what an Authenticator says is handed to `identify`.
  bool needs_identity() const { return match_.route->access != Access::open; }

  /// 401, 503, 403.
  std::optional<Response> identify(const Authenticator::Result& verdict);

  /// 405, 413, 415. After this the body may be read.
  std::optional<Response> check_head(std::size_t max_body_size) const;

  Outcome answer(std::string_view body, Instant now) const;

  /// Completes any answer with the headers for the page that asked, and for caches where it depends on a
  /// cookie.
  void finish(Response& response) const;

  /// For the log: the pattern, never the path.
  std::string_view route_pattern() const { return match_.route ? match_.route->pattern : "-"; }
  /// Its place among the routes; their number when there is none.
  std::size_t route_index() const {
    return match_.route ? static_cast<std::size_t>(match_.route - routes_.data()) : routes_.size();
  }
  const std::optional<Identity>& identity() const { return identity_; }
  /// Whose request it is, for what each user gets of something.
  std::optional<Uuid> user() const;
  bool is_head_request() const { return head_.method == "HEAD"; }

 private:
  std::span<const Route> routes_;
  const AllowedOrigins& origins_;
  const RequestHead& head_;
  RouteMatch match_{};
  std::string_view query_;
  std::optional<Identity> identity_;
  bool depends_on_cookie_ = false;
};

}  // namespace drawbridge::http
