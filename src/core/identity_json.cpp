#include "core/identity_json.h"

#include <boost/json.hpp>

namespace drawbridge {
namespace {

template <class T>
boost::json::value json_of(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

}  // namespace

boost::json::object identity_json(const Identity& identity) {
  boost::json::array roles;
  for (const std::string& role : identity.roles()) roles.emplace_back(role);
  const auto& uuid = identity.uuid();
  const auto issued_at = identity.issued_at();
  return {
      {"subject", identity.subject()},
      {"uuid", uuid ? boost::json::value(uuid->text()) : boost::json::value(nullptr)},
      {"email", json_of(identity.email())},
      {"email_verified", json_of(identity.email_verified())},
      {"name", json_of(identity.name())},
      {"roles", std::move(roles)},
      {"session_id", json_of(identity.session_id())},
      {"issued_at",
       issued_at ? boost::json::value(issued_at->time_since_epoch().count()) : boost::json::value(nullptr)},
      {"expires_at", identity.expires_at().time_since_epoch().count()},
  };
}

}  // namespace drawbridge
