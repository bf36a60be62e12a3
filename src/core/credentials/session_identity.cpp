#include "core/credentials/session_identity.h"

#include <algorithm>
#include <array>

#include "core/identity/identity_claims.h"
#include "core/jose/claims.h"
#include "core/text/filled.h"
#include "core/text/json_writer.h"

namespace drawbridge {
namespace {

constexpr std::array<std::string_view, 13> plugin_claims{
    "iss",        "aud",   "sub",  "iat",           "exp",  "sid",
    "uuid",       "email", "name", "emailVerified", "role", "impersonatedBy",
    "isAnonymous"};

std::int64_t seconds_of(std::chrono::sys_seconds time) {
  return time.time_since_epoch().count();
}

ClaimsFrame frame_of(const SessionRecord& record, const Policy& policy, Instant now) {
  using std::chrono::seconds;
  const auto end = std::min<Instant>(record.session.expires_at, now + stored_identity_life);
  return {.issuer = policy.issuers.front(),
          .audience = policy.audiences.front(),
          .issued_at = seconds_of(std::chrono::floor<seconds>(now)),
          .expires_at = seconds_of(std::chrono::ceil<seconds>(end))};
}

}  // namespace

std::string claims_of_session(const SessionRecord& record, const ClaimsFrame& frame) {
  std::string out;
  JsonObject claims{out};
  if (record.uuid) claims.member("uuid", *record.uuid);
  claims.member("email", record.email)
      .member("emailVerified", record.email_verified)
      .member("name", record.name)
      .member("sid", record.session_id);
  if (record.role) claims.member("role", *record.role);
  if (record.impersonated_by) claims.member("impersonatedBy", *record.impersonated_by);
  if (record.is_anonymous) claims.member("isAnonymous", true);
  claims.member("iat", frame.issued_at)
      .member("exp", frame.expires_at)
      .member("sub", record.user_id)
      .member("iss", frame.issuer)
      .member("aud", frame.audience);
  return out;
}

std::expected<std::optional<Identity>, std::string> identity_of_session(
    std::string_view record, std::string_view token, const Policy& policy, Instant now,
    std::optional<Instant> revoked_before) {
  const auto read = read_session_record(record);
  if (!read) return std::unexpected{"The session's record " + read.error() + "."};
  switch (state_of(read->session, token, now, revoked_before)) {
    case SessionState::good:
      break;
    case SessionState::another:
      return std::unexpected{"The session store returned a different session than the one asked for."};
    case SessionState::ended:
    case SessionState::revoked:
    case SessionState::banned:
      return std::nullopt;
  }
  std::string claims = claims_of_session(*read, frame_of(*read, policy, now));
  if (claims.size() > policy.max_token_size)
    return std::unexpected{"The session's user has more data than fits into a token."};
  auto checked = check_claims(std::move(claims), policy, now);
  if (!checked)
    return std::unexpected{
        filled("A token for this session's user would be refused, {}: {} Check the user's row, and the "
               "output of `drawbridge migrate plan`.",
               name_of(checked.error().code), checked.error().detail)};
  return IdentityMaker::of_kind(IdentityMaker::make(std::move(checked->identity)), CredentialKind::session);
}

std::optional<std::string> claim_not_of_storage(const std::vector<std::string>& required_claims) {
  for (const std::string& claim : required_claims)
    if (std::ranges::find(plugin_claims, claim) == plugin_claims.end()) return claim;
  return std::nullopt;
}

}  // namespace drawbridge
