// credentials.cookie_name, .cookie_reach and .issuer_storage: by the cookies that Better Auth sets.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "doctor/sections.h"
#include "doctor/session_cookies.h"

namespace drawbridge::doctor {
namespace {

using Cookies = std::expected<std::vector<SetCookie>, std::string>;

constexpr const char* no_sessions = "DRAWBRIDGE_CREDENTIALS does not include session";

// --- its name --------------------------------------------------------------------------------------

/// A browser keeps a cookie of such a name only if it came over https (RFC 6265bis §4.1.3).
bool is_of_https(std::string_view cookie_name) {
  return cookie_name.starts_with("__Secure-") || cookie_name.starts_with("__Host-");
}

void judge_another_name(Report& report, const std::string& real, const std::string& usual, bool is_given) {
  constexpr std::string_view id = "credentials.cookie_name";
  const std::string name = display_text(real, 128);
  report.fault(
      id,
      is_given
          ? fmt::format(
                "Better Auth's session cookie is {}, but DRAWBRIDGE_SESSION_COOKIE is a different name", name)
          : fmt::format("Better Auth's session cookie is {}, but the backend looks for {}", name, usual),
      is_of_https(real) == is_of_https(usual)
          ? "the backend sees no session: every request gets 401 token_missing"
          : "Better Auth puts __Secure- in front of the name if its baseURL is https, and the backend "
            "expects it if the issuer is; as they differ, the backend sees no session: 401 token_missing",
      is_given && real == usual
          ? "remove DRAWBRIDGE_SESSION_COOKIE"
          : fmt::format(
                "set DRAWBRIDGE_SESSION_COOKIE={}{}", name,
                is_of_https(real) == is_of_https(usual)
                    ? ""
                    : ", or set baseURL and BETTER_AUTH_URL to the one https address that browsers use"));
}

/// By the scheme alone, where Better Auth shows no cookie.
void judge_by_scheme(Report& report, const std::string& given, const std::string& usual) {
  constexpr std::string_view id = "credentials.cookie_name";
  if (is_of_https(given) == is_of_https(usual))
    return report.ok(id, "the cookie's name matches the issuer's scheme");
  if (is_of_https(usual))
    return report.warning(
        id, "the issuer is https, but DRAWBRIDGE_SESSION_COOKIE does not begin with __Secure-",
        "Better Auth puts that in front of each cookie's name if its baseURL is https, so the backend would "
        "see no session",
        fmt::format(
            "copy the name from the browser's developer tools, usually {}; with advanced.useSecureCookies: "
            "false, nothing is wrong here, but browsers also send the cookie over plain http",
            usual));
  report.fault(id, "the issuer is http, but DRAWBRIDGE_SESSION_COOKIE is a name for https",
               "browsers reject a cookie with that name over http, so the backend would see no session",
               "remove the setting, or set Better Auth's baseURL and BETTER_AUTH_URL to https");
}

/// The value of the setting is not told: who takes it for another puts a secret there.
void check_name(Report& report, const Visit& visit, const Cookies& cookies) {
  constexpr std::string_view id = "credentials.cookie_name";
  const auto given = visit.variable("DRAWBRIDGE_SESSION_COOKIE");
  const std::string usual = session_cookie_name(visit.policy.issuers.front());
  if (given && (!ascii::is_http_token(*given) || read_session_cookie(*given)))
    return report.fault(
        id, "DRAWBRIDGE_SESSION_COOKIE is not the name of a cookie",
        "the backend does not start with this value; to give doctor a cookie's value, use DRAWBRIDGE_SESSION",
        "give only the whole name, for example " + usual);
  if (cookies) {
    const std::string& real = session_cookie_in(*cookies).name;
    if (real != given.value_or(usual)) return judge_another_name(report, real, usual, given.has_value());
    return report.ok(id,
                     fmt::format("the cookie's name is {}, as Better Auth sets it", display_text(real, 128)));
  }
  if (!given) return report.ok(id, "the cookie's name is " + usual);
  judge_by_scheme(report, *given, usual);
}

// --- where it goes ---------------------------------------------------------------------------------

/// Some suffixes below which names belong to many (publicsuffix.org): those of places where people put what
/// they build, and of countries. One that is not here is taken for somebody's own.
constexpr std::array public_suffixes{"vercel.app",
                                     "netlify.app",
                                     "onrender.com",
                                     "fly.dev",
                                     "herokuapp.com",
                                     "up.railway.app",
                                     "pages.dev",
                                     "workers.dev",
                                     "web.app",
                                     "firebaseapp.com",
                                     "github.io",
                                     "gitlab.io",
                                     "azurewebsites.net",
                                     "run.app",
                                     "a.run.app",
                                     "koyeb.app",
                                     "deno.dev",
                                     "ngrok.app",
                                     "ngrok-free.app",
                                     "ngrok.io",
                                     "trycloudflare.com",
                                     "cloudfront.net",
                                     "ondigitalocean.app",
                                     "amplifyapp.com",
                                     "azurestaticapps.net",
                                     "co.uk",
                                     "org.uk",
                                     "com.au",
                                     "co.nz",
                                     "co.jp",
                                     "com.br",
                                     "co.in",
                                     "co.za",
                                     "com.tr",
                                     "com.mx"};

bool is_public_suffix(std::string_view domain) {
  return !domain.contains('.') ||
         std::ranges::any_of(public_suffixes, [&](std::string_view suffix) { return suffix == domain; });
}

struct Place {
  std::string scheme;
  std::string host;  ///< in lower case; an address of IPv6 without brackets
};

Place place_of(std::string_view url) {
  const auto scheme = std::min(url.find("://"), url.size());
  std::string_view host = url.substr(std::min(scheme + 3, url.size()));
  host = host.substr(0, host.find_first_of("/?#"));
  if (host.starts_with('['))
    host = host.substr(1, host.find(']') - 1);
  else
    host = host.substr(0, host.find(':'));
  return {ascii::lower(url.substr(0, scheme)), ascii::lower(host)};
}

bool is_address(std::string_view host) {
  return host.contains(':') || (!host.empty() && ascii::is_digit(host.back()));
}

bool is_within(std::string_view host, std::string_view domain) {
  return host == domain || (host.ends_with(domain) && !is_address(host) &&
                            host.substr(0, host.size() - domain.size()).ends_with('.'));
}

/// What is one's own of a host: a public suffix and the name before it.
std::string_view site_of(std::string_view host) {
  if (is_address(host)) return host;
  std::string_view site = host;
  for (std::string_view rest = host; rest.contains('.');) {
    const std::string_view parent = rest.substr(rest.find('.') + 1);
    if (is_public_suffix(parent)) return rest;
    site = rest;
    rest = parent;
  }
  return site;
}

/// RFC 6265bis §5.2, with schemes.
bool are_same_site(const Place& a, const Place& b) {
  return a.scheme == b.scheme && site_of(a.host) == site_of(b.host);
}

struct Reach {
  const SetCookie& cookie;
  Place issuer;
  Place api;
  Place page;
};

std::string below_one_domain() {
  return "serve the API on Better Auth's own host, under a path of its proxy; or accept only tokens";
}

/// Whether a browser keeps a cookie of its Domain; judged where it does not.
bool is_kept(Report& report, const Reach& reach) {
  constexpr std::string_view id = "credentials.cookie_reach";
  const std::string& domain = reach.cookie.domain;
  if (domain.empty() || (domain == reach.issuer.host && !is_public_suffix(domain))) return true;
  const std::string shown = display_text(domain, 128);
  const std::string summary = fmt::format("Better Auth sets its cookie for {}", shown);
  const char* const nobody = "browsers reject it, so no one is signed in";
  if (!is_within(reach.issuer.host, domain)) {
    report.fault(id, summary,
                 fmt::format("Better Auth is at {}, which is not within that domain: {}",
                             display_text(reach.issuer.host, 128), nobody),
                 "set advanced.crossSubDomainCookies.domain to a domain that contains Better Auth's host");
    return false;
  }
  if (!is_public_suffix(domain)) return true;
  report.fault(id, summary, fmt::format("that is a public suffix, which many owners share: {}", nobody),
               "use your own domain for Better Auth and the API, and set crossSubDomainCookies to it; " +
                   below_one_domain());
  return false;
}

void judge_out_of_reach(Report& report, const Reach& reach) {
  const std::string api = display_text(reach.api.host, 128);
  const std::string issuer = display_text(reach.issuer.host, 128);
  const std::string_view site = site_of(reach.issuer.host);
  const bool can_be_shared = !is_address(site) && site.contains('.') && is_within(reach.api.host, site);
  report.fault("credentials.cookie_reach",
               reach.cookie.domain.empty()
                   ? fmt::format("the session cookie is only for {}, but the API is at {}", issuer, api)
                   : fmt::format("the session cookie is for {}, but the API is at {}",
                                 display_text(reach.cookie.domain, 128), api),
               "the browser does not send it to the API: every request gets 401 token_missing",
               can_be_shared
                   ? fmt::format("set advanced: {{ crossSubDomainCookies: {{ enabled: true, domain: \"{}\" "
                                 "}} }} in Better Auth, if all hosts within it are yours; or {}",
                                 display_text(site, 128), below_one_domain())
                   : below_one_domain());
}

void judge_other_site(Report& report, const Reach& reach) {
  constexpr std::string_view id = "credentials.cookie_reach";
  const auto shown = [](const Place& place) {
    return fmt::format("{}://{}", place.scheme, display_text(place.host, 128));
  };
  const std::string summary = fmt::format("to a browser, the page {} and the API {} are two sites",
                                          shown(reach.page), shown(reach.api));
  const std::string one_site = fmt::format(
      "serve both over one scheme within your own domain, not a shared one such as vercel.app; {}",
      "or accept only tokens");
  if (reach.cookie.same_site == "none" && reach.cookie.is_secure)
    return report.warning(
        id, summary,
        "the session cookie is SameSite=None, and browsers that block third-party cookies do not send it",
        one_site);
  report.fault(id, summary,
               reach.cookie.same_site == "none"
                   ? "the session cookie is SameSite=None without Secure, and browsers reject such a cookie"
                   : "the session cookie is SameSite=" +
                         std::string{reach.cookie.same_site == "strict" ? "Strict" : "Lax"} +
                         ", which browsers do not send there: every request gets 401 token_missing",
               one_site +
                   "; or set advanced: { defaultCookieAttributes: { sameSite: \"none\", secure: true } }, "
                   "which some browsers block");
}

void check_reach(Report& report, const Visit& visit, const Cookies& cookies) {
  constexpr std::string_view id = "credentials.cookie_reach";
  if (!visit.api_url) return report.leave(id, no_api_given);
  if (!cookies) return report.leave(id, cookies.error());
  const Reach reach{.cookie = session_cookie_in(*cookies),
                    .issuer = place_of(visit.better_auth_url),
                    .api = place_of(*visit.api_url),
                    .page = place_of(visit.page_origin)};
  if (!is_kept(report, reach)) return;
  const bool is_sent = reach.cookie.domain.empty() ? reach.api.host == reach.issuer.host
                                                   : is_within(reach.api.host, reach.cookie.domain);
  if (!is_sent) return judge_out_of_reach(report, reach);
  if (!are_same_site(reach.page, reach.api)) return judge_other_site(report, reach);
  report.ok(id, "the browser sends the session cookie to the API");
}

// --- what it tells of Better Auth ------------------------------------------------------------------

/// Without a database Better Auth keeps in a cookie what belongs to accounts, and takes that away as well.
void check_issuer_storage(Report& report, const Visit& visit, const Cookies& cookies) {
  constexpr std::string_view id = "credentials.issuer_storage";
  if (!visit.kinds.session && !visit.kinds.key)
    return report.ok(id, "DRAWBRIDGE_CREDENTIALS includes only token");
  if (!cookies) return report.leave(id, cookies.error());
  if (std::ranges::none_of(*cookies,
                           [](const SetCookie& cookie) { return cookie.name.ends_with("account_data"); }))
    return report.ok(id, "Better Auth seems to have a database");
  report.warning(id, "Better Auth has the cookie account_data, which it sets if it has no database",
                 "without a database, users, sessions, API keys and signing keys are only in the memory of "
                 "one process: a restart loses them, and another process has different ones, so the backend "
                 "refuses what pages consider valid",
                 "set Better Auth's option `database`; if it is set, account.storeAccountCookie is on, and "
                 "nothing is wrong");
}

}  // namespace

void check_session_cookie(Report& report, const Visit& visit) {
  Cookies cookies;
  if (!report.stands("jwks.reachable"))
    cookies = std::unexpected{report.why_without("jwks.reachable")};
  else if (visit.kinds.session || visit.kinds.key)
    cookies = cookies_of_better_auth(visit);
  if (visit.kinds.session) {
    check_name(report, visit, cookies);
    check_reach(report, visit, cookies);
  } else {
    report.ok("credentials.cookie_name", no_sessions);
    report.ok("credentials.cookie_reach", no_sessions);
  }
  check_issuer_storage(report, visit, cookies);
}

}  // namespace drawbridge::doctor
