#include "core/credentials/cached_session.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <sodium.h>

#include "core/credentials/session_identity.h"
#include "core/credentials/session_record.h"
#include "core/identity/identity_claims.h"
#include "core/jose/claims.h"
#include "core/text/filled.h"

namespace drawbridge {
namespace {

/// The clocks of an issuer's processes may be so far apart. A token says by `fresh` when its user was read,
/// and allows for that itself; a cache has `iat` alone, by the clock of the process that made it.
constexpr double issuer_clocks_apart = 60;

constexpr std::string_view how_to_have_one =
    "Is Better Auth set to session: { cookieCache: { strategy: \"jwt\" } }, with sessionCookieCache: true in "
    "drawbridge() or jwt()?";

AuthError not_made_for_this(const AuthError& why) {
  return {ErrorCode::session_unknown,
          "There is no such session.",
          filled("The cookie that caches it was refused, {}: {} {}", name_of(why.code), why.detail,
                 how_to_have_one),
          {}};
}

AuthError no_cache(const AuthError& why) {
  return {ErrorCode::credential_malformed,
          "The cookie that caches the session is malformed.",
          filled("{} {}", why.detail, how_to_have_one),
          {}};
}

AuthError counts_no_more(std::string_view why) {
  return {ErrorCode::token_expired,
          "The cookie that caches the session is no longer valid.",
          std::string{why},
          {}};
}

AuthError cannot_be_told(std::string_view why) {
  return {ErrorCode::session_unavailable, "The credential cannot be checked at the moment.",
          filled("A token for this session's user would be refused: {}", why), std::chrono::seconds{1}};
}

/// What the cache's own claims have to be, by the rules for a token's.
Policy profile_of(const Policy& policy) {
  Policy profile = policy;
  profile.audiences = {"better-auth:session-cache"};
  profile.required_claims = {"iat", "sid"};
  return profile;
}

bool are_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct Cached {
  IdentityClaims identity;
  TokenTimes times;
};

std::int64_t whole_seconds(double seconds) {
  return static_cast<std::int64_t>(std::floor(seconds));
}

/// The session in a payload whose own claims were checked, as a token would say who its user is.
std::expected<Cached, AuthError> cached_session(std::string_view payload, const CheckedClaims& outer,
                                                std::optional<std::string_view> session_token,
                                                const Policy& policy, TokenTime now) {
  const auto record = read_session_record(payload);
  if (!record) return std::unexpected{cannot_be_told("its record " + record.error() + ".")};
  if (outer.identity.subject != record->user_id)
    return std::unexpected{cannot_be_told("its claim \"sub\" names a different user than its session.")};
  const StoredSession& session = record->session;
  switch (state_of(session, outer.identity.session_id.value_or(""), now)) {
    case SessionState::good:
      break;
    case SessionState::another:
      return std::unexpected{cannot_be_told("its claim \"sid\" names a different session than its own.")};
    case SessionState::ended:
    case SessionState::revoked:
      return std::unexpected{counts_no_more("The session has ended.")};
    case SessionState::banned:
      return std::unexpected{counts_no_more("Its user is banned.")};
  }
  if (session_token && !are_equal(session.token, *session_token))
    return std::unexpected{counts_no_more("The session cookie belongs to a different session.")};

  const double end = static_cast<double>(session.expires_at.time_since_epoch().count()) / 1000.0;
  auto claims =
      check_claims(claims_of_session(
                       *record, {.issuer = outer.identity.issuer,
                                 .audience = policy.audiences.front(),
                                 .issued_at = whole_seconds(outer.times.issued.value_or(0)),
                                 .expires_at = whole_seconds(std::min(outer.times.expires, std::ceil(end)))}),
                   policy, now);
  if (!claims)
    return std::unexpected{cannot_be_told(
        filled("{}: {} {}", name_of(claims.error().code), claims.error().detail, claims.error().hint))};
  // The session's own end is exact, as in storage; the clocks' difference is for the cache's.
  TokenTimes times = outer.times;
  times.expires = std::min(times.expires, end - static_cast<double>(policy.clock_skew.count()));
  return Cached{std::move(claims->identity), times};
}

}  // namespace

std::expected<Verdict, Refusal> verify_cached_session(std::string_view jwt,
                                                      std::optional<std::string_view> session_token,
                                                      const Policy& policy, const KeySet& keys, TokenTime now,
                                                      ed25519::KeyTables* tables) {
  const auto refused = [](AuthError error) { return std::unexpected{Refusal{std::move(error), {}}}; };
  auto good = read_signed_token(jwt, policy, keys, TokenType::session_cache, tables);
  if (!good) {
    const ErrorCode code = good.error().code;
    const bool is_none = code == ErrorCode::token_malformed || code == ErrorCode::token_too_large;
    return refused(is_none ? no_cache(good.error()) : not_made_for_this(good.error()));
  }
  const std::string& payload = good->parts.unverified_payload;
  const auto outer = check_claims(payload, profile_of(policy), now);
  if (!outer) {
    if (outer.error().code == ErrorCode::token_expired) return refused(counts_no_more(outer.error().hint));
    return refused(not_made_for_this(outer.error()));
  }
  auto cached = cached_session(payload, *outer, session_token, policy, now);
  if (!cached) return refused(std::move(cached).error());
  if (good->key == nullptr)
    return std::unexpected{Refusal{
        not_made_for_this(
            {ErrorCode::key_unknown, "The issuer's key set does not contain the key that it names.", {}, {}}),
        good->header.kid, std::move(cached->identity.subject)}};
  const auto& who = cached->identity;
  const std::optional<double> issued =
      cached->times.issued.transform([](double iat) { return iat - issuer_clocks_apart; });
  const RevocationMarks marks = marks_of(who.subject, who.session_id, {}, issued);
  return verdict_of(
      IdentityMaker::of_kind(IdentityMaker::make(std::move(cached->identity)), CredentialKind::session),
      cached->times, *good, TokenType::session_cache, marks);
}

}  // namespace drawbridge
