#include "core/identity/identity_json.h"

#include "core/text/json_writer.h"

namespace drawbridge {
namespace {

std::optional<std::int64_t> seconds_of(const std::optional<std::chrono::sys_seconds>& time) {
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

std::optional<std::string> text_of(const std::optional<Uuid>& uuid) {
  if (!uuid) return std::nullopt;
  return uuid->text();
}

}  // namespace

std::string identity_json(const Identity& identity) {
  constexpr std::size_t usual_size = 512;
  std::string out;
  out.reserve(usual_size);
  JsonObject{out}
      .member("issuer", identity.issuer())
      .member("subject", identity.subject())
      .member("uuid", text_of(identity.uuid()))
      .member("email", identity.email())
      .member("email_verified", identity.email_verified())
      .member("name", identity.name())
      .member("roles", identity.roles())
      .member("session_id", identity.session_id())
      .member("impersonated_by", identity.impersonated_by())
      .member("credential", name_of(identity.credential()))
      .member("permissions", identity.permissions())
      .member("organizations", identity.organizations())
      .member("organizations_truncated", identity.organizations_truncated())
      .member("active_organization", identity.active_organization())
      .member("issued_at", seconds_of(identity.issued_at()))
      .member("expires_at", seconds_of(identity.expires_at()));
  return out;
}

}  // namespace drawbridge
