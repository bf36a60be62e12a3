#include <boost/json.hpp>

#include "http/problem.h"
#include "http/query.h"
#include "http/resources.h"

namespace drawbridge::http {
namespace {

template <class T>
boost::json::value json_or_null(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

std::string identity_json(const Identity& identity) {
  boost::json::array roles;
  for (const auto& role : identity.roles()) roles.emplace_back(role);
  const auto& uuid = identity.uuid();
  const auto issued = identity.issued_at();
  return boost::json::serialize(boost::json::object{
      {"subject", identity.subject()},
      {"uuid", uuid ? boost::json::value(uuid->text()) : boost::json::value(nullptr)},
      {"email", json_or_null(identity.email())},
      {"email_verified", json_or_null(identity.email_verified())},
      {"name", json_or_null(identity.name())},
      {"roles", std::move(roles)},
      {"session_id", json_or_null(identity.session_id())},
      {"issued_at",
       issued ? boost::json::value(issued->time_since_epoch().count()) : boost::json::value(nullptr)},
      {"expires_at", identity.expires_at().time_since_epoch().count()},
  });
}

}  // namespace

Outcome get_me(const Request& request) {
  if (!request.query.empty()) return problem(errors_of_unwanted_query(request.query));
  return Response{.content_type = json_type, .body = identity_json(*request.identity)};
}

}  // namespace drawbridge::http
