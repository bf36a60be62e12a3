#include "core/errors/hints.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/text/ascii.h"
#include "core/text/filled.h"

namespace drawbridge {
namespace {

// --- what a malformed token may be instead ---------------------------------------------------------

constexpr std::string_view get_a_jwt =
    "get the JWT from GET /api/auth/token and send it; in the browser, createFetch of @drawbridge/client "
    "does "
    "both";

/// Better Auth's `session.token`: 32 letters and digits.
bool is_session_token(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, ascii::is_alphanumeric);
}

/// The value of its cookie: the token, a dot, and an HMAC in padded base64, URL-encoded or not.
bool is_session_cookie(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && is_session_token(text.substr(0, dot)) &&
         (text.ends_with('=') || text.ends_with("%3D") || text.ends_with("%3d")) &&
         text.find('.', dot + 1) == std::string_view::npos;
}

// --- how two addresses differ ----------------------------------------------------------------------

struct Origin {
  std::string_view scheme, host, port, path;
};

Origin split_origin(std::string_view url) {
  Origin origin{};
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {{}, url, {}, {}};
  origin.scheme = url.substr(0, scheme_end);
  std::string_view rest = url.substr(scheme_end + 3);
  const std::size_t path = std::min(rest.find('/'), rest.size());
  origin.path = rest.substr(path);
  rest = rest.substr(0, path);
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  origin.host = rest.substr(0, colon == std::string_view::npos || !has_port ? rest.size() : colon);
  origin.port = has_port ? rest.substr(colon + 1) : std::string_view{};
  return origin;
}

bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string_view member_of(std::string_view claim) {
  return claim == "iss" ? "Policy::issuers" : "Policy::audiences";
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::abs(seconds)));
  const auto plural = [](std::int64_t n, std::string_view unit) {
    return filled("{} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (whole < 120) return plural(whole, "second");
  if (whole < 2 * 3600) return plural(whole / 60, "minute");
  if (whole < 2 * 86'400) return plural(whole / 3600, "hour");
  return plural(whole / 86'400, "day");
}

std::string difference_between(std::string_view got, std::string_view expected) {
  if (got.empty()) return "the token's value is empty";
  const auto without_slash = [](std::string_view text) {
    return text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
  };
  if (without_slash(got) == without_slash(expected)) return "only the trailing slash differs";
  if (ascii::lower(got) == ascii::lower(expected)) return "only upper and lower case differ";
  const Origin a = split_origin(without_slash(got));
  const Origin b = split_origin(without_slash(expected));
  const bool same_place = a.host == b.host && a.port == b.port;
  if (same_place && a.path == b.path && a.scheme != b.scheme) return "one has http and the other https";
  if (same_place && a.scheme == b.scheme && a.path != b.path) {
    const std::string_view path = a.path.size() > b.path.size() ? a.path : b.path;
    return "only one has the path " + display_text(path);
  }
  if (a.scheme == b.scheme && a.port == b.port && is_loopback_name(a.host) && is_loopback_name(b.host))
    return filled("{} and {} are different origins", a.host, b.host);
  if (a.scheme == b.scheme && a.host == b.host && a.port != b.port) return "only the ports differ";
  return {};
}

std::string difference_between(std::string_view got, std::span<const std::string> expected) {
  for (const std::string& one : expected)
    if (auto difference = difference_between(got, one); !difference.empty()) return difference;
  return {};
}

std::string quoted_names(std::span<const std::string> names) {
  constexpr std::size_t shown = 5;
  std::string text = names.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i)
    text += filled("{}\"{}\"", i == 0 ? "" : ", ", display_text(names[i], 128));
  return names.size() > shown ? filled("{} and {} more", text, names.size() - shown) : text;
}

std::string several_hosts_hint() {
  return "where Better Auth answers under several hosts (baseURL: { allowedHosts }), give its tokens one "
         "issuer and one "
         "audience, drawbridge({ jwt: { issuer, audience } }), or list each host's origin in Policy::issuers "
         "and "
         "Policy::audiences";
}

std::string token_missing_hint() {
  return "Send the header `Authorization: Bearer <JWT>`. GET /api/auth/token gives the JWT; in the browser, "
         "createFetch of @drawbridge/client fetches and sends it.";
}

std::string token_too_large_hint() {
  return "Put fewer claims into the token (Better Auth: jwt({ jwt: { definePayload } })), or raise "
         "Policy::max_token_size.";
}

std::string malformed_token_hint(std::string_view token) {
  if (token.empty()) return filled("The token is empty: {}.", get_a_jwt);
  if (is_session_token(token))
    return filled("This is Better Auth's opaque session token (session.token), not a JWT: {}.", get_a_jwt);
  if (is_session_cookie(token))
    return filled("This is the value of Better Auth's session cookie, not a JWT: {}.", get_a_jwt);
  if (ascii::lower(token.substr(0, 7)) == "bearer ")
    return "The token starts with \"Bearer \". Pass only the JWT.";
  if (token.front() == '"' || token.front() == '\'')
    return "The token is wrapped in quotes. Pass only the JWT.";
  if (token.front() == '{') return "This is JSON. Pass only the value of its member \"token\".";
  if (token.find_first_of(" \t\r\n") != std::string_view::npos)
    return "The token has white space in or around it. Pass only the JWT.";
  const auto dots = std::ranges::count(token, '.');
  if (dots == 4)
    return "Five segments are an encrypted token (JWE); Better Auth's JWTs are signed, not encrypted.";
  if (dots != 2)
    return filled("A JWT has three parts separated by dots, and this has {}: {}.", dots + 1, get_a_jwt);
  return "The token was cut or changed in transit, or its maker padded the base64. Send it exactly as Better "
         "Auth returned it.";
}

std::string malformed_header_hint() {
  return "Better Auth does not make tokens like this. `drawbridge token inspect` shows who made it.";
}

std::string key_id_missing_hint() {
  return "Better Auth names the key in the header of every token, and this one has none. `drawbridge token "
         "inspect` shows who made it.";
}

std::string token_type_hint(std::string_view mark) {
  return filled(
      "\"{}\" marks an ID token, an access token, a logout token or a session cookie, which the same keys "
      "sign: {}.",
      display_text(mark), get_a_jwt);
}

std::string algorithm_hint(std::string_view alg, std::span<const Algorithm> allowed) {
  std::string names;
  for (const Algorithm algorithm : allowed)
    names += (names.empty() ? "" : ",") + std::string{name_of(algorithm)};
  if (algorithm_named(alg))
    return filled(
        "The token's alg is {}, but only {} is allowed. If your Better Auth signs with {} on purpose, add it "
        "to "
        "Policy::algorithms.",
        alg, names, alg);
  return filled("The token's alg is \"{}\", which Drawbridge never accepts; it allows {}.", display_text(alg),
                names);
}

std::string key_unknown_hint(std::string_view kid) {
  return filled(
      "The kid is \"{}\". Check that the token comes from the same Better Auth (database and secret) as the "
      "key "
      "set, and that the key set comes from the right address (KeySource::jwks_url).",
      display_text(kid));
}

std::string key_unusable_hint(std::string_view kid, std::string_view reason) {
  return filled("For the kid \"{}\": {}. `drawbridge jwks` lists the set's keys.", display_text(kid), reason);
}

std::string signature_hint() {
  return "The token was changed after it was signed, or a key other than the listed one signed it.";
}

std::string claim_missing_hint(std::string_view claim) {
  if (claim == "uuid")
    return "Add plugins: [drawbridge()] to Better Auth. Without that plugin, add `uuid` to "
           "user.additionalFields and return it from definePayload: jwt({ jwt: { definePayload: ({ user, "
           "session }) => ({ uuid: user.uuid, email: user.email, sid: session.id }) } }).";
  return filled("Have Better Auth put \"{}\" into the token: jwt({ jwt: { definePayload } }).",
                display_text(claim));
}

std::string claim_invalid_hint(std::string_view claim) {
  if (claim == "uuid")
    return "The column user.uuid must hold UUIDs such as crypto.randomUUID() makes; `drawbridge migrate "
           "plan` shows "
           "what to fix.";
  return filled(
      "`drawbridge token inspect` shows the value of \"{}\"; compare it with Better Auth's definePayload.",
      display_text(claim));
}

std::string mismatch_hint(std::string_view claim, std::string_view got,
                          std::span<const std::string> expected) {
  const std::string difference = difference_between(got, expected);
  return filled(
      "The token's {} is \"{}\", but this API expects {}{}. Set {} to the token's value, or Better Auth's "
      "baseURL to the value that this API expects{}.",
      claim, display_text(got), quoted_names(expected),
      difference.empty() ? std::string{} : ": " + difference, member_of(claim),
      difference.empty() ? "; " + several_hosts_hint() : std::string{});
}

std::string expired_hint(double expires, double now) {
  return filled(
      "It expired {} ago. Better Auth's tokens live 15 minutes: fetch a fresh one from GET /api/auth/token. "
      "If it is "
      "fresh, compare the clocks of both machines.",
      duration_text(now - expires));
}

std::string not_yet_valid_hint(double starts, double now) {
  return filled(
      "It becomes valid in {}. Compare the clocks of the issuer and of this machine; Policy::clock_skew "
      "allows up to "
      "300 seconds.",
      duration_text(starts - now));
}

}  // namespace drawbridge
