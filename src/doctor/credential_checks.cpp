#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/credentials/session_cookie.h"
#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

constexpr std::string_view no_sessions = "DRAWBRIDGE_CREDENTIALS takes no session";

/// A browser keeps a cookie of such a name only if it came over https (RFC 6265bis §4.1.3).
bool is_of_https(std::string_view cookie_name) {
  return cookie_name.starts_with("__Secure-") || cookie_name.starts_with("__Host-");
}

void check_cookie_name(Report& report, const Visit& visit) {
  constexpr std::string_view id = "credentials.cookie_name";
  if (!visit.kinds.session) return report.ok(id, std::string{no_sessions});
  // The value is not told: who takes the setting for another puts a secret there.
  const auto given = visit.variable("DRAWBRIDGE_SESSION_COOKIE");
  const std::string usual = session_cookie_name(visit.policy.issuers.front());
  if (!given) return report.ok(id, "the cookie's name is " + usual);
  if (!ascii::is_http_token(*given) || read_session_cookie(*given))
    return report.fault(
        id, "DRAWBRIDGE_SESSION_COOKIE is no name of a cookie",
        "the backend does not start with it; a cookie's value, for doctor, is DRAWBRIDGE_SESSION",
        "give the whole name alone, for example " + usual);
  if (is_of_https(*given) == is_of_https(usual))
    return report.ok(id, "the cookie's name is of the issuer's scheme");
  if (is_of_https(usual))
    return report.warning(
        id, "the issuer is https, and DRAWBRIDGE_SESSION_COOKIE does not begin with __Secure-",
        "Better Auth writes that before the name of each cookie where its baseURL is https, so that nobody's "
        "session would be seen",
        fmt::format(
            "take the name from the browser's developer tools, usually {}; with "
            "advanced.useSecureCookies: false nothing is wrong here, and the cookie goes over plain http",
            usual));
  report.fault(id, "the issuer is http, and DRAWBRIDGE_SESSION_COOKIE is a name for https",
               "no browser keeps a cookie of that name from http, so that nobody's session would be seen",
               "take the setting away, or set Better Auth's baseURL and BETTER_AUTH_URL to https");
}

void check_page_origin(Report& report, const Visit& visit) {
  constexpr std::string_view id = "credentials.page_origin";
  if (!visit.kinds.session) return report.ok(id, std::string{no_sessions});
  const auto given = visit.variable("DRAWBRIDGE_ALLOWED_ORIGINS");
  const std::string issuer = BetterAuth::at(visit.better_auth_url)->issuer;
  const bool is_allowed =
      given ? std::ranges::any_of(ascii::split_at_commas(*given),
                                  [&](std::string_view origin) { return origin == visit.page_origin; })
            : issuer == visit.page_origin;
  const std::string page = display_text(visit.page_origin, 128);
  if (is_allowed) return report.ok(id, fmt::format("the page {} may send the session cookie", page));
  report.fault(
      id, fmt::format("{} is not among DRAWBRIDGE_ALLOWED_ORIGINS", page),
      "with its cookie alone the page may change nothing: 403 origin_not_allowed, and CORS keeps the rest "
      "from it",
      fmt::format(
          "add {} to DRAWBRIDGE_ALLOWED_ORIGINS; where the page has another origin, say so by --origin",
          page));
}

/// Of Better Auth's API key plugin, for a key that there is not.
bool is_of_the_plugin(const fetch::HttpAnswer& answer) {
  constexpr std::array codes{"INVALID_API_KEY", "KEY_NOT_FOUND", "KEY_DISABLED",
                             "KEY_EXPIRED",     "RATE_LIMITED",  "USAGE_EXCEEDED"};
  return std::ranges::any_of(
      codes, [&](const char* code) { return answer.body.contains(fmt::format("\"{}\"", code)); });
}

void check_api_keys(Report& report, const Visit& visit) {
  constexpr std::string_view id = "credentials.api_keys";
  if (!visit.kinds.key) return report.ok(id, "DRAWBRIDGE_CREDENTIALS takes no key");
  if (!report.stands("jwks.reachable")) return report.leave(id, report.why_without("jwks.reachable"));
  const auto answer =
      visit.call({.url = visit.better_auth_url + "/token",
                  .headers = {{"x-api-key",
                               "drawbridge-doctor-asks-with-a-key-that-nobody-has-and-whose-length-"
                               "is-like-that-of-others"}}});
  if (!answer) return report.leave(id, "Better Auth could not be asked: " + answer.error());
  if (is_of_the_plugin(*answer)) return report.ok(id, "Better Auth reads API keys");
  if (answer->status != 401)
    return report.leave(id, fmt::format("Better Auth answers {} to a key that nobody has", answer->status));
  report.fault(
      id, "Better Auth does not look at API keys: /token answers 401 without saying that the key is unknown",
      "it has no API key plugin, or one that makes no session of a key; the backend answers each key with "
      "503 session_unavailable",
      "add apiKey({ enableSessionForAPIKeys: true }) of @better-auth/api-key to its `plugins`, or take "
      "`key` out of DRAWBRIDGE_CREDENTIALS");
}

}  // namespace

void check_credentials(Report& report, const Visit& visit) {
  check_cookie_name(report, visit);
  check_page_origin(report, visit);
  check_api_keys(report, visit);
}

}  // namespace drawbridge::doctor
