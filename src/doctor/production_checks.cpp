// production.*: what works on one's own machine and hurts elsewhere.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "doctor/api_calls.h"
#include "doctor/names.h"
#include "doctor/sections.h"
#include "doctor/session_cookies.h"
#include "issuer/jwks_url.h"

namespace drawbridge::doctor {
namespace {

constexpr std::string_view default_secret = "better-auth-secret-12345678901234567890";
constexpr std::size_t least_secret_size = 32;

void check_https(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.https";
  std::vector<std::string> plain;
  for (const std::string& url : {visit.better_auth_url, visit.api_url.value_or(""), visit.page_origin})
    if (url.starts_with("http://")) plain.push_back(display_text(url, 128));
  if (!plain.empty())
    report.fault(
        id, fmt::format("over plain http: {}", fmt::join(plain, ", ")),
        "anyone on the network path can read tokens and cookies, and use them",
        "put TLS in front, and use https addresses in baseURL, BETTER_AUTH_URL, --api-url and --origin");
  else if (!fetch::check_jwks_url(visit.jwks_url, {}))  // which DRAWBRIDGE_ALLOW_HTTP_HOSTS lets through
    report.warning(id, fmt::format("the keys come over plain http: {}", display_text(visit.jwks_url, 128)),
                   "anyone on the network path can replace the keys, and sign in as any user",
                   "set BETTER_AUTH_JWKS_URL to an https address, or remove it; use plain http only within "
                   "your own private network");
  else
    report.ok(id, "Better Auth, the page and the API use https");
}

std::string fault_of_origins(const std::string& list) {
  std::vector<std::string> bad;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const auto end = std::min(list.find(',', begin), list.size());
    std::string origin = list.substr(begin, end - begin);
    std::erase(origin, ' ');
    if (origin.contains('*') || origin == "null" || is_of_this_machine(origin) ||
        origin.starts_with("http://"))
      bad.push_back(display_text(origin, 128));
    begin = end + 1;
  }
  return fmt::format("{}", fmt::join(bad, ", "));
}

/// Whether the API lets pages of a developer's machine in, whatever its settings are.
bool lets_local_pages_in(const Visit& visit) {
  constexpr const char* local = "http://localhost:3000";
  if (!visit.api_url || visit.page_origin == local) return false;
  const auto answer = visit.call({.method = "OPTIONS",
                                  .url = *visit.api_url + path_of_user(visit, random_uuid().text()),
                                  .headers = {{"Origin", local}, {"Access-Control-Request-Method", "GET"}}});
  return answer && answer->header("Access-Control-Allow-Origin") == local;
}

void check_origins(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.origins";
  constexpr const char* cause =
      "anything that runs on a visitor's machine under that origin, or anyone on the network path, can call "
      "the API";
  const std::string remedy =
      fmt::format("set DRAWBRIDGE_ALLOWED_ORIGINS to only the page's origin: {}",
                  is_of_this_machine(visit.page_origin) ? "https://app.example.com"
                                                        : display_text(visit.page_origin, 128));
  const auto given = visit.variable("DRAWBRIDGE_ALLOWED_ORIGINS");
  const std::string bad = given ? fault_of_origins(*given) : "";
  if (!bad.empty())
    report.fault(id, "DRAWBRIDGE_ALLOWED_ORIGINS includes " + bad, cause, remedy);
  else if (!fault_of_origins(visit.page_origin).empty())
    report.fault(id, fmt::format("the page's own origin is {}", display_text(visit.page_origin, 128)), cause,
                 remedy, {"production.https"});
  else if (report.is_at_fault("cors.foreign_origin"))
    report.leave(id, report.why_without("cors.foreign_origin"));
  else if (report.stands("api.reachable") && lets_local_pages_in(visit))
    report.fault(id, "the API allows pages from http://localhost:3000", cause, remedy);
  else if (!given && !visit.api_url)
    report.leave(id, "give --api-url or DRAWBRIDGE_ALLOWED_ORIGINS");
  else
    report.ok(id, "no local origin and no plain http is allowed");
}

void check_token_lifetime(Report& report, const SeenToken& token) {
  constexpr std::string_view id = "production.token_lifetime";
  using std::chrono::minutes, std::chrono::hours;
  if (!token.lifetime) return report.leave(id, "the token does not state when it was made");
  const auto lasts = std::chrono::duration_cast<minutes>(*token.lifetime);
  if (lasts <= hours{1}) return report.ok(id, fmt::format("tokens are valid for {} minutes", lasts.count()));
  report.warning(id, fmt::format("tokens are valid for {} minutes", lasts.count()),
                 "anyone who steals a token can use it until it expires, even after sign-out if Better Auth "
                 "records no revocations",
                 "remove expirationTime from drawbridge({ jwt: { … } }), whose default is \"15m\"; the "
                 "client renews tokens");
}

void check_audience(Report& report, const Visit& visit, const std::optional<SeenToken>& token) {
  constexpr std::string_view id = "production.audience";
  const std::vector<std::string>& audiences = visit.policy.audiences;
  const std::string remedy =
      "use drawbridge({ jwt: { audience: \"https://api.example.com\" } }) in Better Auth, and the same value "
      "in BETTER_AUTH_AUDIENCE";
  constexpr const char* cause =
      "a backend that receives a token can use it at every other backend that accepts this audience";
  if (token && token->audiences.size() > 1)
    report.warning(id, fmt::format("tokens are for {} audiences at once", token->audiences.size()), cause,
                   remedy);
  else if (const auto shared = std::ranges::find_first_of(audiences, visit.policy.issuers);
           shared != audiences.end())
    report.warning(id,
                   fmt::format("the audience is the issuer, {}, which is the default for every backend",
                               display_text(*shared, 128)),
                   cause, remedy);
  else
    report.ok(id, fmt::format("tokens are only for {}", quoted_names(audiences)));
}

/// Better Auth signs with the newest key that has not ended, so that one without an end is used for ever, or
/// again once the newer ones have ended. With its own way to write the time.
std::string end_of_keys(const schema::BridgeFacts& database) {
  const auto name = database.naming.names.find("jwks");
  const auto jwks = database.tables.find("jwks");
  const bool is_snake_case =
      jwks != database.tables.end() && std::ranges::find(jwks->second, "expires_at") != jwks->second.end();
  return fmt::format("UPDATE {0} SET \"{1}\" = {2} WHERE \"{1}\" IS NULL;",
                     name == database.naming.names.end() ? "jwks" : display_text(name->second),
                     is_snake_case ? "expires_at" : "expiresAt",
                     database.product == "sqlite" ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "now()");
}

void check_rotation(Report& report, const schema::BridgeFacts& database) {
  constexpr std::string_view id = "production.rotation";
  if (!database.keys) return report.leave(id, "the table jwks cannot be read");
  const auto [count, expiring] = *database.keys;
  if (count == 0) return report.leave(id, "Better Auth has made no signing key yet");
  if (count == expiring) return report.ok(id, "Better Auth rotates its signing key");
  report.warning(id,
                 fmt::format("of {} in the table jwks, {} no expiry (expiresAt)",
                             counted(static_cast<std::size_t>(count), "signing key"),
                             count - expiring == 1 ? "one has" : fmt::format("{} have", count - expiring)),
                 "a key that was made without rotationInterval signs forever, even if that option is set "
                 "later: once stolen, it is valid forever",
                 fmt::format("use drawbridge({{ jwks: {{ rotationInterval: 60 * 60 * 24 * 30 }} }}), which "
                             "is a new key each month, in seconds; once that is deployed, let the keys "
                             "without an expiry expire: {} The next token makes a new key, and the old ones "
                             "stay listed for jwks.gracePeriod, so that no token is refused",
                             end_of_keys(database)));
}

void check_secret(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.secret";
  const auto secret = visit.variable("BETTER_AUTH_SECRET");
  if (!secret)
    return report.leave(
        id, "BETTER_AUTH_SECRET is not set here; run doctor with Better Auth's settings (--env-file)");
  constexpr const char* cause =
      "the secret signs session cookies and encrypts the signing key: anyone who guesses it can act as any "
      "user";
  constexpr const char* remedy =
      "set BETTER_AUTH_SECRET=$(openssl rand -base64 32); all sessions end, and the keys must be replaced: "
      "delete the rows of jwks";
  if (*secret == default_secret)
    report.fault(id, "BETTER_AUTH_SECRET is the default, which is public", cause, remedy);
  else if (secret->size() < least_secret_size)
    report.fault(
        id,
        fmt::format("BETTER_AUTH_SECRET has {} characters, fewer than {}", secret->size(), least_secret_size),
        cause, remedy);
  else
    report.ok(id, fmt::format("BETTER_AUTH_SECRET has {} characters and is not the default", secret->size()));
}

void check_cookies(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.cookies";
  const auto cookies = cookies_of_better_auth(visit);
  if (!cookies) return report.leave(id, cookies.error());
  if (session_cookie_in(*cookies).is_secure) return report.ok(id, "the session cookie is Secure");
  report.fault(
      id, "Better Auth sets the session cookie without Secure",
      "its baseURL is http, or useSecureCookies is off: a browser sends the session over plain http, too",
      "set baseURL to the https address, and advanced: { useSecureCookies: true }");
}

void check_algorithms(Report& report, const Visit& visit) {
  const std::vector<Algorithm>& accepted = visit.policy.algorithms;
  const std::string list = names_of(accepted);
  const bool both_names = accepts(accepted, Algorithm::eddsa) &&
                          std::ranges::find(accepted, Algorithm::ed25519) != accepted.end();
  if (accepted.size() - (both_names ? 1 : 0) == 1)
    return report.ok("production.algorithms", fmt::format("the backend accepts only {}", list));
  report.warning("production.algorithms", fmt::format("the backend accepts {}", list),
                 "Better Auth signs with one; each additional algorithm is one more that could have a flaw",
                 "set DRAWBRIDGE_ALGORITHMS to the one that the key set uses");
}

void check_log(Report& report, const Visit& visit) {
  const auto level = visit.variable("DRAWBRIDGE_LOG");
  if (level != "debug")
    return report.ok("production.log", level ? fmt::format("the log level is {}", display_text(*level))
                                             : std::string{"the log level is the default, info"});
  report.warning("production.log", "DRAWBRIDGE_LOG is debug",
                 "debug is for troubleshooting: it writes a lot, and shows more of each request",
                 "set DRAWBRIDGE_LOG=info, or remove it");
}

bool is_shown_at(const Visit& visit, std::string_view path, std::initializer_list<std::string_view> marks) {
  const auto answer = visit.call({.url = *visit.api_url + std::string{path}});
  if (!answer || !is_success(answer->status)) return false;
  const std::string body = ascii::lower(answer->body);
  return std::ranges::any_of(marks, [&](std::string_view mark) { return body.contains(mark); });
}

/// Pages and documents by what is in them: some servers answer 200 whatever is asked for.
void check_docs(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.docs";
  std::vector<std::string> shown;
  if (is_shown_at(visit, "/docs", {"openapi.json", "swagger", "redoc", "scalar"}))
    shown.emplace_back("/docs");
  if (is_shown_at(visit, "/redoc", {"redoc"})) shown.emplace_back("/redoc");
  if (is_shown_at(visit, "/openapi.json", {"\"openapi\""})) shown.emplace_back("/openapi.json");
  if (shown.empty()) return report.ok(id, "the API does not publish its documentation");
  report.warning(id, "anyone can read " + first_names(shown),
                 "an attacker can read there what the API offers, and people paste tokens into such a page",
                 "set DRAWBRIDGE_DOCS=off for drawbridge serve; in FastAPI, FastAPI(docs_url=None, "
                 "redoc_url=None, openapi_url=None); leave it on if the API is meant to be public");
}

void check_product(Report& report, const schema::BridgeFacts& database) {
  if (database.product != "sqlite")
    return report.ok("production.database", "PostgreSQL supports any number of processes");
  report.warning(
      "production.database",
      fmt::format("the database is SQLite {}, shared by Better Auth and the API",
                  display_text(database.version)),
      "two processes on one machine write to one file, and older releases of SQLite can damage a WAL file "
      "that two processes checkpoint",
      "use PostgreSQL: DATABASE_URL=postgresql://… for both, then drawbridge migrate up --with-better-auth");
}

}  // namespace

void check_production(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                      const std::optional<schema::BridgeFacts>& database) {
  check_https(report, visit);
  check_origins(report, visit);
  if (report.may_check("production.token_lifetime")) check_token_lifetime(report, *token);
  check_audience(report, visit, token);
  if (report.may_check("production.rotation")) check_rotation(report, *database);
  check_secret(report, visit);
  if (report.may_check("production.cookies")) check_cookies(report, visit);
  check_limits(report, visit);
  check_open_feed(report, visit);
  if (report.may_check("production.sign_in")) check_sign_in(report, visit);
  check_page(report, visit);
  check_algorithms(report, visit);
  check_log(report, visit);
  if (report.may_check("production.docs")) check_docs(report, visit);
  if (report.may_check("production.database")) check_product(report, *database);
}

}  // namespace drawbridge::doctor
