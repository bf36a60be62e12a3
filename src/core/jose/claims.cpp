#include "core/jose/claims.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/errors/hints.h"
#include "core/jose/strict_json.h"
#include "core/text/ascii.h"
#include "core/text/filled.h"

namespace drawbridge {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Refused = std::unexpected<AuthError>;

/// What the plugin writes at most (packages/better-auth/src/organization-claims.ts).
constexpr std::size_t max_organizations = 16;
constexpr double latest_time = 253402300799;  // 9999-12-31T23:59:59Z

Refused refuse(ErrorCode code, std::string detail, std::string hint) {
  return Refused{AuthError{code, std::move(detail), std::move(hint), {}}};
}

Refused missing(std::string_view claim) {
  return refuse(ErrorCode::claim_missing, "The token lacks the claim \"" + display_text(claim) + "\".",
                claim_missing_hint(claim));
}

Refused invalid(std::string_view claim, std::string_view rule) {
  return refuse(ErrorCode::claim_invalid,
                "The token's claim \"" + display_text(claim) + "\" is not " + std::string{rule} + ".",
                claim_invalid_hint(claim));
}

/// The claim, where an explicit null counts as absent.
std::optional<element> claim(object claims, std::string_view name) {
  const auto value = member(claims, name);
  return value && !value->is_null() ? value : std::nullopt;
}

std::expected<std::optional<double>, AuthError> time_claim(object claims, std::string_view name) {
  const auto value = claim(claims, name);
  if (!value) return std::nullopt;
  double seconds = 0;
  if (!value->is_number() || value->get(seconds) != simdjson::SUCCESS ||
      !(seconds >= 0 && seconds <= latest_time))
    return invalid(name, "a number of seconds from 0 to 253402300799");
  return seconds;
}

std::expected<TokenTimes, AuthError> read_times(object claims) {
  const auto expires = time_claim(claims, "exp");
  if (!expires) return Refused{expires.error()};
  if (!*expires) return missing("exp");
  const auto not_before = time_claim(claims, "nbf");
  if (!not_before) return Refused{not_before.error()};
  const auto issued = time_claim(claims, "iat");
  if (!issued) return Refused{issued.error()};
  return TokenTimes{**expires, *not_before, *issued};
}

bool is_one_of(std::string_view name, std::span<const std::string> names) {
  return std::ranges::find(names, name) != names.end();
}

/// The issuer, where it is one of the policy's.
std::expected<std::string, AuthError> check_issuer(object claims, std::span<const std::string> issuers) {
  const auto value = claim(claims, "iss");
  if (!value) return missing("iss");
  const auto text = string_of(*value);
  if (!text) return invalid("iss", "text");
  if (is_one_of(*text, issuers)) return std::string{*text};
  return refuse(ErrorCode::issuer_mismatch, "The token is from an issuer that is not trusted here.",
                mismatch_hint("iss", *text, issuers));
}

std::expected<void, AuthError> check_audience(object claims, std::span<const std::string> audiences) {
  const auto value = claim(claims, "aud");
  if (!value) return missing("aud");
  if (const auto text = string_of(*value)) {
    if (is_one_of(*text, audiences)) return {};
    return refuse(ErrorCode::audience_mismatch, "The token is for a different audience.",
                  mismatch_hint("aud", *text, audiences));
  }
  simdjson::dom::array list;
  if (value->get(list) != simdjson::SUCCESS) return invalid("aud", "a string or an array of strings");
  bool named = false;
  std::string joined;
  for (const auto item : list) {
    const auto text = string_of(item);
    if (!text) return invalid("aud", "a string or an array of strings");
    named = named || is_one_of(*text, audiences);
    joined += joined.empty() ? std::string{*text} : ", " + std::string{*text};
  }
  if (named) return {};
  return refuse(ErrorCode::audience_mismatch, "The token is for different audiences.",
                mismatch_hint("aud", joined, audiences));
}

/// One Better Auth key set signs ID tokens, access tokens and logout tokens too (RFC 8725 §3.12).
std::expected<void, AuthError> check_kind(object claims) {
  for (const char* name : {"at_hash", "nonce", "azp", "client_id", "acr", "events"})
    if (member(claims, name))
      return refuse(ErrorCode::token_type_not_allowed,
                    "The token's claim \"" + std::string{name} + "\" marks it as a different kind of token.",
                    token_type_hint(name));
  return {};
}

std::vector<std::string> split_roles(std::string_view list) {
  std::vector<std::string> roles;
  for (const std::string_view role : ascii::split_at_commas(list))
    if (!role.empty()) roles.emplace_back(role);
  return roles;
}

std::vector<std::string> read_roles(object claims) {
  if (const auto role = string_member(claims, "role")) return split_roles(*role);
  std::vector<std::string> roles;
  const auto value = claim(claims, "roles");
  simdjson::dom::array list;
  if (!value || value->get(list) != simdjson::SUCCESS) return roles;
  for (const auto item : list)
    if (const auto role = string_of(item); role && !role->empty()) roles.emplace_back(*role);
  return roles;
}

std::optional<std::string> optional_text(object claims, std::string_view name) {
  const auto text = string_member(claims, name);
  return text ? std::optional<std::string>{*text} : std::nullopt;
}

std::optional<bool> optional_flag(object claims, std::string_view name) {
  const auto value = claim(claims, name);
  bool flag = false;
  return value && value->get(flag) == simdjson::SUCCESS ? std::optional{flag} : std::nullopt;
}

std::chrono::sys_seconds whole_seconds(double seconds) {
  return std::chrono::sys_seconds{std::chrono::seconds{static_cast<std::int64_t>(std::floor(seconds))}};
}

/// Who the user is; all that decides whether the token is good was checked before.
std::expected<IdentityClaims, AuthError> read_identity(object claims, const TokenTimes& times) {
  const auto subject = claim(claims, "sub");
  if (!subject) return missing("sub");
  const auto subject_text = string_of(*subject);
  if (!subject_text || subject_text->empty()) return invalid("sub", "a non-empty string");
  return IdentityClaims{
      .issuer = {},
      .subject = std::string{*subject_text},
      .uuid = std::nullopt,
      .email = optional_text(claims, "email"),
      .email_verified = optional_flag(claims, "emailVerified"),
      .name = optional_text(claims, "name"),
      .roles = read_roles(claims),
      .session_id = optional_text(claims, "sid"),
      .impersonated_by = std::nullopt,
      .credential = CredentialKind::token,
      .permissions = {},
      .organizations = std::nullopt,
      .organizations_truncated = false,
      .active_organization = std::nullopt,
      .issued_at = times.issued ? std::optional{whole_seconds(*times.issued)} : std::nullopt,
      .expires_at = whole_seconds(times.expires),
      .claims_json = {}};
}

std::expected<std::optional<Uuid>, AuthError> read_uuid(object claims) {
  const auto value = claim(claims, "uuid");
  if (!value) return std::nullopt;
  const auto text = string_of(*value);
  const auto uuid = text ? Uuid::parse(*text) : std::nullopt;
  if (!uuid || uuid->is_nil()) return invalid("uuid", "a UUID in the 36-character form, other than nil");
  return uuid;
}

/// What is there and unclear is refused: taken for absent, an administrator would pass for the user.
std::expected<std::optional<std::string>, AuthError> read_impersonator(object claims) {
  const auto value = claim(claims, "impersonatedBy");
  if (!value) return std::nullopt;
  const auto text = string_of(*value);
  if (!text || text->empty()) return invalid("impersonatedBy", "a non-empty string");
  return std::string{*text};
}

/// What a key may do. What is there and unclear is refused, as above: a key would pass for its user.
std::expected<Permissions, AuthError> read_permissions(object claims) {
  const auto unclear = [] { return invalid("permissions", "an object of arrays of strings"); };
  Permissions permissions;
  const auto value = claim(claims, "permissions");
  if (!value) return permissions;
  object resources;
  if (value->get(resources) != simdjson::SUCCESS) return unclear();
  for (const auto resource : resources) {
    simdjson::dom::array list;
    if (resource.value.get(list) != simdjson::SUCCESS) return unclear();
    auto& actions = permissions[std::string{resource.key}];
    for (const auto item : list) {
      const auto action = string_of(item);
      if (!action) return unclear();
      actions.emplace_back(*action);
    }
  }
  return permissions;
}

FreshClaim read_fresh(object claims) {
  constexpr auto latest_millisecond = static_cast<std::int64_t>(latest_time) * 1'000 + 999;
  const auto value = claim(claims, "fresh");
  if (!value) return {};
  std::int64_t number = 0;
  const bool is_good = value->is_int64() && value->get(number) == simdjson::SUCCESS && number >= 0 &&
                       number <= latest_millisecond;
  return {true, is_good ? std::optional{number} : std::nullopt};
}

/// A token made from an API key has the claim `key`, its id. Without it `permissions` is the application's.
std::expected<void, AuthError> read_key(object claims, IdentityClaims& identity) {
  const auto key = claim(claims, "key");
  if (!key) return {};
  const auto text = string_of(*key);
  if (!text || text->empty()) return invalid("key", "a non-empty string");
  auto permissions = read_permissions(claims);
  if (!permissions) return Refused{permissions.error()};
  identity.credential = CredentialKind::key;
  identity.permissions = *std::move(permissions);
  return {};
}

/// The claim `orgs`: the role text of each organization by its id. What is unclear is refused, as above.
std::expected<std::optional<Organizations>, AuthError> read_organizations(object claims) {
  const auto value = claim(claims, "orgs");
  if (!value) return std::nullopt;
  const auto unclear = [] {
    return invalid(
        "orgs", filled("an object of up to {} organizations with their roles as strings", max_organizations));
  };
  object memberships;
  if (value->get(memberships) != simdjson::SUCCESS) return unclear();
  Organizations organizations;
  for (const auto membership : memberships) {
    const auto roles = string_of(membership.value);
    if (!roles || membership.key.empty() || organizations.size() == max_organizations) return unclear();
    organizations[std::string{membership.key}] = split_roles(*roles);
  }
  return organizations;
}

std::expected<void, AuthError> read_memberships(object claims, IdentityClaims& identity) {
  auto organizations = read_organizations(claims);
  if (!organizations) return Refused{organizations.error()};
  if (const auto truncated = claim(claims, "orgs_truncated"))
    if (truncated->get(identity.organizations_truncated) != simdjson::SUCCESS)
      return invalid("orgs_truncated", "true or false");
  if (const auto active = claim(claims, "active_org")) {
    const auto text = string_of(*active);
    if (!text || text->empty()) return invalid("active_org", "a non-empty string");
    identity.active_organization = *text;
  }
  identity.organizations = *std::move(organizations);
  return {};
}

/// The clock against which times are held, and how far it may be from the issuer's.
struct Now {
  Now(TokenTime now, std::chrono::seconds allowed)
      : seconds{static_cast<double>(now.time_since_epoch().count()) / 1000.0},
        skew{static_cast<double>(allowed.count())} {}

  // Written so that what is no number does not hold.
  bool is_before_end(double end) const { return seconds < end + skew; }
  bool is_after_start(const std::optional<double>& start) const { return !start || *start <= seconds + skew; }

  double seconds;
  double skew;
};

}  // namespace

std::expected<void, AuthError> check_times(const TokenTimes& times, std::chrono::seconds skew,
                                           TokenTime now) {
  const Now clock{now, skew};
  if (!clock.is_before_end(times.expires))
    return refuse(ErrorCode::token_expired, "The token has expired.",
                  expired_hint(times.expires, clock.seconds));
  for (const auto& start : {times.not_before, times.issued})
    if (!clock.is_after_start(start))
      return refuse(ErrorCode::token_not_yet_valid, "The token is not valid yet.",
                    not_yet_valid_hint(*start, clock.seconds));
  return {};
}

bool stands_at(const TokenTimes& times, std::chrono::seconds skew, TokenTime now) {
  const Now clock{now, skew};
  return clock.is_before_end(times.expires) && clock.is_after_start(times.not_before) &&
         clock.is_after_start(times.issued);
}

std::expected<CheckedClaims, AuthError> check_claims(std::string payload, const Policy& policy,
                                                     TokenTime now) {
  thread_local simdjson::dom::parser parser;
  const auto parsed = parse_strict_object(parser, payload);
  if (!parsed)
    return refuse(ErrorCode::token_malformed, "The token's payload " + parsed.error() + ".",
                  malformed_header_hint());
  const object claims = *parsed;

  const auto times = read_times(claims);
  if (!times) return Refused{times.error()};
  if (auto good = check_times(*times, policy.clock_skew, now); !good) return Refused{good.error()};
  auto issuer = check_issuer(claims, policy.issuers);
  if (!issuer) return Refused{issuer.error()};
  if (auto good = check_audience(claims, policy.audiences); !good) return Refused{good.error()};
  auto identity = read_identity(claims, *times);
  if (!identity) return Refused{identity.error()};
  if (auto good = check_kind(claims); !good) return Refused{good.error()};
  for (const std::string& name : policy.required_claims)
    if (!claim(claims, name)) return missing(name);
  const auto uuid = read_uuid(claims);
  if (!uuid) return Refused{uuid.error()};
  auto impersonator = read_impersonator(claims);
  if (!impersonator) return Refused{impersonator.error()};
  if (auto good = read_key(claims, *identity); !good) return Refused{good.error()};
  if (auto good = read_memberships(claims, *identity); !good) return Refused{good.error()};

  const RevocationMarks marks =
      marks_of(identity->subject, identity->session_id, read_fresh(claims), times->issued);
  identity->issuer = *std::move(issuer);
  identity->uuid = *uuid;
  identity->impersonated_by = *std::move(impersonator);
  identity->claims_json = std::move(payload);
  return CheckedClaims{*std::move(identity), *times, marks};
}

}  // namespace drawbridge
