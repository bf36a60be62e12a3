#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/jose/claims.h"
#include "core/jose/strict_json.h"
#include "core/jose/unverified_token.h"
#include "core/text/json_writer.h"
#include "core/text/time_text.h"
#include "doctor/names.h"
#include "doctor/token_origin.h"

namespace drawbridge::doctor {
namespace {

using simdjson::dom::object;

std::string why_no_token(const Report& report, const Visit& visit) {
  if (!visit.session_cookie)
    return "give a token (DRAWBRIDGE_TOKEN) or a session (DRAWBRIDGE_SESSION), or pipe one of them in with "
           "--token - or --session -";
  return report.why_without(report.stands("issuer.session") ? "issuer.signs" : "issuer.session");
}

std::unique_ptr<OpenedToken> open(Report& report, const Visit& visit, const std::string& token) {
  const auto not_a_token = [&](const AuthError& error) {
    report.fault("token.form", "the given token is not a JWT: " + error.detail, error.hint,
                 std::string{get_a_token});
    return nullptr;
  };
  auto opened = std::make_unique<OpenedToken>();
  auto parts = split_token(token);
  if (!parts) return not_a_token(parts.error());
  opened->parts = *std::move(parts);
  const auto read = read_header(opened->parts.unverified_header, visit.policy);
  if (!read && read.error().code == ErrorCode::token_malformed) return not_a_token(read.error());
  opened->header = *parse_strict_object(opened->header_parser, opened->parts.unverified_header);
  const auto claims = parse_strict_object(opened->claims_parser, opened->parts.unverified_payload);
  if (!claims)
    return not_a_token({.code = ErrorCode::token_malformed,
                        .detail = "The token's payload " + claims.error() + ".",
                        .hint = malformed_header_hint(),
                        .retry_after = {}});
  opened->claims = *claims;
  report.ok("token.form", "it is a JWT");
  return opened;
}

// --- one thing at a time ---------------------------------------------------------------------------

std::string json_of(std::string_view text) {
  std::string json;
  append_json(json, text);
  return json;
}

/// An object with these members, as JSON, of which the named ones are replaced by the original's.
std::string with_members_of(object original, std::initializer_list<std::string_view> names,
                            std::map<std::string_view, std::string> members) {
  for (const std::string_view name : names) {
    members.erase(name);
    if (const auto value = member(original, name)) members[name] = simdjson::minify(*value);
  }
  std::string json;
  for (const auto& [name, value] : members)
    json += fmt::format("{}{}:{}", json.empty() ? "{" : ",", json_of(name), value);
  return json + (json.empty() ? "{}" : "}");
}

/// The header's rules on these members, all others being good; so that each fault shows by itself.
std::expected<TokenHeader, AuthError> read_alone(const OpenedToken& token,
                                                 std::initializer_list<std::string_view> names,
                                                 const Policy& policy) {
  const std::string alg = json_of(name_of(policy.algorithms.front()));
  return read_header(with_members_of(token.header, names, {{"alg", alg}, {"kid", json_of("any")}}), policy);
}

/// The same of claims.
std::expected<CheckedClaims, AuthError> check_alone(const OpenedToken& token,
                                                    std::initializer_list<std::string_view> names,
                                                    const Policy& policy, TokenTime now) {
  const auto later = std::chrono::floor<std::chrono::seconds>(now) + std::chrono::minutes{1};
  return check_claims(with_members_of(token.claims, names,
                                      {{"exp", std::to_string(later.time_since_epoch().count())},
                                       {"iss", json_of(policy.issuers.front())},
                                       {"aud", json_of(policy.audiences.front())},
                                       {"sub", json_of("any")}}),
                      policy, now);
}

// --- size and kind -----------------------------------------------------------------------------------

void judge_size(Report& report, const Visit& visit, const std::string& token) {
  if (token.size() <= visit.policy.max_token_size)
    return report.ok("token.size", fmt::format("{} bytes", token.size()));
  report.fault("token.size",
               fmt::format("it is {} bytes long, but the backend reads at most {}", token.size(),
                           visit.policy.max_token_size),
               "one of its claims is large, such as an embedded picture or a list of permissions",
               "put fewer claims into the token (use drawbridge(), or definePayload with jwt()), or raise "
               "DRAWBRIDGE_MAX_TOKEN_SIZE");
}

void judge_kind(Report& report, const Visit& visit, const OpenedToken& token) {
  const auto typ = read_alone(token, {"typ"}, visit.policy);
  const auto claims = check_alone(token, {"at_hash", "nonce", "azp", "client_id", "acr", "events"},
                                  visit.policy, visit.now());
  if (typ && claims) return report.ok("token.kind", "it is a token for backends");
  const AuthError& error = typ ? claims.error() : typ.error();
  report.fault("token.kind", "it is a different kind of token: " + error.detail, error.hint,
               std::string{get_a_token});
}

// --- claims ----------------------------------------------------------------------------------------

std::string clocks_text(const SeenKeys& keys) {
  if (!keys.clock_lead) return "Better Auth's clock could not be read for comparison";
  const auto apart = std::chrono::abs(*keys.clock_lead);
  if (apart <= std::chrono::seconds{2}) return "Better Auth's clock and this machine's agree";
  return fmt::format("Better Auth's clock is {} s {} this machine's", apart.count(),
                     keys.clock_lead->count() > 0 ? "ahead of" : "behind");
}

/// `exp` or another time, for people.
std::string time_of(const OpenedToken& token, std::string_view claim) {
  const auto value = member(token.claims, claim);
  double seconds = 0;
  if (!value || value->get(seconds) != simdjson::SUCCESS) return "never";
  return time_text(Instant{std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)}});
}

void judge_times(Report& report, const Visit& visit, const OpenedToken& token, const SeenKeys& keys) {
  const TokenTime now = visit.now();
  const auto stands_at = [&](TokenTime time) {
    return check_alone(token, {"exp", "nbf", "iat"}, visit.policy, time);
  };
  const auto checked = stands_at(now);
  if (checked) return report.ok("token.times", "it expires at " + time_of(token, "exp"));
  const AuthError& error = checked.error();
  if (error.code == ErrorCode::token_expired || error.code == ErrorCode::token_not_yet_valid) {
    if (report.is_at_fault("clock.issuer") &&
        stands_at(now + keys.clock_lead.value_or(std::chrono::seconds{0})))
      return report.leave("token.times", report.why_without("clock.issuer"));
    const bool expired = error.code == ErrorCode::token_expired;
    return report.fault(
        "token.times",
        expired ? fmt::format("it expired at {}, and now it is {}", time_of(token, "exp"), time_text(now))
                : fmt::format("it is valid from {}, and now it is {}",
                              time_of(token, member(token.claims, "nbf") ? "nbf" : "iat"), time_text(now)),
        fmt::format("{}; {}",
                    expired
                        ? "Better Auth's tokens are valid for 15 minutes, unless jwt.expirationTime is set"
                        : "a clock was wrong when the token was made",
                    clocks_text(keys)),
        expired
            ? "get a new token before the old one expires, as @drawbridge/client does: GET /api/auth/token"
            : "synchronize all clocks with NTP, and get a new token");
  }
  report.fault("token.times", "its times are invalid: " + error.detail, error.hint, std::string{get_a_token});
}

/// Which addresses a token names, and which one the backend expects.
struct Address {
  std::string_view check;
  std::string_view claim;
  std::string_view setting;
  const std::vector<std::string>& expected;

  /// The first of these that is expected; the token has been found to have one.
  std::string first_of(const std::vector<std::string>& names) const {
    return *std::ranges::find_first_of(names, expected);
  }
};

/// One address makes all the others unless they are set: with BETTER_AUTH_ISSUER alone `aud` would differ
/// next.
std::string remedy_for(const Visit& visit, const Address& address, const std::string& seen,
                       bool both_differ) {
  const auto there = BetterAuth::at(seen);
  const bool by_url = address.expected == std::vector{BetterAuth::at(visit.better_auth_url)->issuer};
  if (both_differ && by_url && there && there->issuer == seen)
    return fmt::format(
        "use the same origin in Better Auth's baseURL and the backend's BETTER_AUTH_URL: set "
        "BETTER_AUTH_URL={0}; if the backend can reach the keys only at their current address, also set "
        "BETTER_AUTH_JWKS_URL={1}",
        display_text(seen, 128), display_text(visit.jwks_url, 128));
  return fmt::format(
      "use the same origin in Better Auth's baseURL and the backend's BETTER_AUTH_URL; if it is meant to "
      "differ, set {}={}",
      address.setting, display_text(seen, 128));
}

void judge_address(Report& report, const Visit& visit, const OpenedToken& token, const Address& address,
                   std::vector<std::string_view> explained_by, bool both_differ) {
  const auto checked = check_alone(token, {address.claim}, visit.policy, visit.now());
  const auto values = texts_of(token, address.claim);
  if (checked)
    return report.ok(address.check,
                     fmt::format("`{}` is {}", address.claim, display_text(address.first_of(values), 128)));
  if (values.empty())
    return report.fault(address.check, checked.error().detail, checked.error().hint,
                        "set `baseURL` in Better Auth: without it, tokens may lack this claim");
  std::vector<std::string> shown;
  shown.reserve(values.size());
  for (const std::string& value : values) shown.push_back('"' + display_text(value, 128) + '"');
  const std::string difference = difference_between(values.front(), address.expected);
  report.fault(address.check,
               fmt::format("`{}` is {}, but the backend expects {}", address.claim, first_names(shown),
                           quoted_names(address.expected)),
               difference.empty()
                   ? fmt::format("Better Auth's baseURL (or its option jwt.{}) and the backend's settings "
                                 "name different addresses; or Better Auth uses the host of each request",
                                 address.claim == "iss" ? "issuer" : "audience")
                   : difference + "; the backend compares them exactly",
               remedy_for(visit, address, values.front(), both_differ) +
                   (difference.empty() ? "; " + several_hosts_hint() : std::string{}),
               std::move(explained_by));
}

/// Whether the wrong BETTER_AUTH_URL, which is told already, is why this claim is not what is expected.
bool is_other_issuer(const Visit& visit, const OpenedToken& token, const Address& address,
                     const SeenKeys& keys) {
  return keys.other_issuer && texts_of(token, address.claim) == std::vector{*keys.other_issuer} &&
         address.expected == std::vector{BetterAuth::at(visit.better_auth_url)->issuer};
}

/// Both come from Better Auth's baseURL, so one wrong address is one fault; and a token for something else
/// bears other addresses by right.
void judge_addresses(Report& report, const Visit& visit, const OpenedToken& token, const SeenKeys& keys) {
  const Policy& policy = visit.policy;
  const Address issuer{"token.issuer", "iss", "BETTER_AUTH_ISSUER", policy.issuers};
  const Address audience{"token.audience", "aud", "BETTER_AUTH_AUDIENCE", policy.audiences};
  std::vector<std::string_view> explained_by{"token.kind"};
  if (is_other_issuer(visit, token, issuer, keys))
    explained_by.insert(explained_by.begin(), {"jwks.reachable", "jwks.status"});
  const bool are_one = policy.issuers == policy.audiences && texts_of(token, "iss") == texts_of(token, "aud");
  judge_address(report, visit, token, issuer, explained_by, are_one);
  if (are_one)
    explained_by.emplace_back("token.issuer");
  else
    explained_by = {"token.kind"};
  judge_address(report, visit, token, audience, std::move(explained_by), false);
}

void judge_user(Report& report, const Visit& visit, const OpenedToken& token) {
  Policy policy = visit.policy;
  if (!goes_by_subject(visit)) policy.required_claims = {"uuid"};
  const auto checked = check_alone(token, {"uuid", "sub"}, policy, visit.now());
  if (checked) return report.ok("token.uuid", "it identifies the user");
  const AuthError& error = checked.error();
  const bool missing = error.code == ErrorCode::claim_missing;
  if (const auto subject = string_member(token.claims, "sub"); !subject || subject->empty())
    return report.fault("token.uuid", error.detail,
                        "Better Auth puts the user's id into each token as `sub`, but this one has none: "
                        "jwt.getSubject omits it, or something else made the token",
                        "remove that option, and get a new token", {"token.kind"});
  report.fault(
      "token.uuid", error.detail,
      missing ? "Better Auth's own JWT plugin adds no uuid: users lack the field, or definePayload omits it"
              : "the column user.uuid, or the value that definePayload uses, is not a UUID",
      missing ? "replace jwt() with plugins: [drawbridge()] from @drawbridge/better-auth, run `drawbridge "
                "migrate up`, and get a new token"
              : "store UUIDs in user.uuid, such as from crypto.randomUUID(): `drawbridge migrate plan` shows "
                "what to fix; then get a new token",
      {"token.kind", "tables.user_uuid", "tables.user_uuid_values"});
}

void judge_payload(Report& report, const OpenedToken& token) {
  if (report.is_at_fault("token.kind"))
    return report.leave("token.payload", report.why_without("token.kind"));
  const bool whole_row = member(token.claims, "createdAt") || member(token.claims, "updatedAt");
  if (!whole_row) return report.ok("token.payload", "it contains no more than it needs");
  std::vector<std::string> names;
  for (const char* name : {"id", "image", "createdAt", "updatedAt", "phoneNumber", "username", "banned",
                           "banReason", "twoFactorEnabled", "isAnonymous"})
    if (member(token.claims, name)) names.emplace_back(name);
  report.warning(
      "token.payload", "it contains the user's whole row: " + first_names(names),
      "without definePayload, Better Auth's JWT plugin puts everything that it knows about the user into the "
      "token, for every backend and log to read",
      "use drawbridge(), whose tokens contain only what a backend needs, or jwt({ jwt: { definePayload } })");
}

/// In milliseconds, as the feed's `before` is.
void judge_fresh(Report& report, const OpenedToken& token, bool has_revocations) {
  constexpr std::string_view id = "token.fresh";
  if (!report.may_check(id)) return;
  if (!has_revocations) return report.ok(id, "the backend does not use `fresh`");
  if (report.is_at_fault("token.kind")) return report.leave(id, report.why_without("token.kind"));
  const auto fresh = member(token.claims, "fresh");
  if (fresh && fresh->is_int64()) return report.ok(id, "it states when its user was read");
  report.warning(
      id, fresh ? "its `fresh` is not a whole number" : "it has no `fresh`",
      "it was made before drawbridge({ revocations: true }) was set, or by a Better Auth process with an "
      "older @drawbridge/better-auth or without the option: the backend then compares a user's changes with "
      "the whole seconds of `iat`, and the sessions that such a process ends are not recorded",
      "deploy every Better Auth process with the same plugin and options, then get a new token");
}

SeenToken seen_in(const std::string& text, const OpenedToken& token) {
  SeenToken seen{
      .text = text, .uuid = {}, .subject = {}, .audiences = texts_of(token, "aud"), .lifetime = {}};
  seen.issuer = string_member(token.claims, "iss").value_or("");
  if (const auto uuid = string_member(token.claims, "uuid")) seen.uuid = Uuid::parse(*uuid);
  seen.subject = string_member(token.claims, "sub").value_or("");
  const auto issued = member(token.claims, "iat");
  const auto expires = member(token.claims, "exp");
  double begin = 0;
  double end = 0;
  if (issued && expires && issued->get(begin) == simdjson::SUCCESS &&
      expires->get(end) == simdjson::SUCCESS && begin >= 0 && begin <= end && end < 1e12)
    seen.lifetime = std::chrono::seconds{static_cast<std::int64_t>(end - begin)};
  return seen;
}

}  // namespace

std::optional<SeenToken> check_token(Report& report, const Visit& visit,
                                     const std::optional<std::string>& token, const SeenKeys& keys,
                                     bool has_revocations) {
  if (!token) {
    report.leave("token.form", why_no_token(report, visit));
    return std::nullopt;
  }
  const auto opened = open(report, visit, *token);
  if (!opened) return std::nullopt;
  judge_size(report, visit, *token);
  if (const auto foreign = judge_origin(report, visit, *opened, keys)) {
    for (const char* id :
         {"token.kind", "token.times", "token.issuer", "token.audience", "token.uuid", "token.payload"})
      report.leave(id, report.why_without(*foreign));
    if (report.may_check("token.fresh")) report.leave("token.fresh", report.why_without(*foreign));
    return std::nullopt;
  }
  judge_kind(report, visit, *opened);
  judge_times(report, visit, *opened, keys);
  judge_addresses(report, visit, *opened, keys);
  judge_user(report, visit, *opened);
  judge_fresh(report, *opened, has_revocations);
  judge_payload(report, *opened);
  return seen_in(*token, *opened);
}

}  // namespace drawbridge::doctor
