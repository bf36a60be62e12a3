// cors.*: what a browser asks before it lets a page call the API, and what it then lets the page see (Fetch
// Standard, "CORS protocol").

#include <algorithm>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "doctor/api_calls.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr const char* set_origins =
    "set DRAWBRIDGE_ALLOWED_ORIGINS={0}; in FastAPI, CORSMiddleware(allow_origins=[\"{0}\"])";

constexpr const char* whole_layer =
    "for drawbridge serve, set DRAWBRIDGE_ALLOWED_ORIGINS={0}; in FastAPI, as the last middleware, "
    "app.add_middleware(CORSMiddleware, allow_origins=[\"{0}\"], {1}allow_methods=[\"GET\", \"POST\", "
    "\"PUT\", \"PATCH\", \"DELETE\"], allow_headers=[\"Authorization\", \"Content-Type\"], "
    "expose_headers=[\"WWW-Authenticate\", \"Retry-After\"])";

/// What a page asks for, and a preflight for it.
struct Asked {
  std::string method;
  std::string path;
  bool is_there;  ///< for all that is known
};

/// Of one task, the route that has PATCH; nobody has that task. Of another API's path GET alone is known.
Asked asked_of(const Visit& visit, const Uuid& user, bool has_route) {
  const std::string path = path_of_user(visit, user.text());
  if (has_route && visit.api_path == tasks_path)
    return {.method = "PATCH", .path = fmt::format("{}/{}", path, random_uuid().text()), .is_there = true};
  return {.method = "GET", .path = path, .is_there = has_route};
}

HttpAnswer preflight(const Visit& visit, const Asked& asked, const std::string& origin) {
  return answer_to(visit, {.method = "OPTIONS",
                           .url = *visit.api_url + asked.path,
                           .headers = {{"Origin", origin},
                                       {"Access-Control-Request-Method", asked.method},
                                       {"Access-Control-Request-Headers", "authorization,content-type"}}});
}

HttpAnswer get(const Visit& visit, const Asked& asked, const std::string& origin) {
  return answer_to(visit,
                   {.method = "GET", .url = *visit.api_url + asked.path, .headers = {{"Origin", origin}}});
}

std::string_view allowed_origin(const HttpAnswer& answer) {
  return answer.header("Access-Control-Allow-Origin");
}

bool lets_in(const HttpAnswer& answer, std::string_view origin) {
  return allowed_origin(answer) == origin || allowed_origin(answer) == "*";
}

/// Whether a list `a, b` has that name, in any case.
bool lists(std::string_view list, std::string_view name) {
  return std::ranges::any_of(ascii::split_at_commas(list),
                             [&](std::string_view item) { return ascii::equal_ignoring_case(item, name); });
}

/// The same page under the other name of this machine; empty for another host.
std::string other_name(std::string_view origin) {
  for (const auto& [name, other] :
       {std::pair{"://localhost", "://127.0.0.1"}, std::pair{"://127.0.0.1", "://localhost"}})
    if (const auto at = origin.find(name); at != std::string_view::npos)
      return std::string{origin.substr(0, at)} + other +
             std::string{origin.substr(at + std::string_view{name}.size())};
  return {};
}

/// Whether the page is where the token says that Better Auth is, and is let in from there: then the wrong
/// BETTER_AUTH_URL, which is told already, made doctor ask for another page.
bool is_let_in_where_the_token_is_from(const Report& report, const Visit& visit, const Asked& asked,
                                       const std::optional<SeenToken>& token) {
  return report.is_at_fault("token.issuer") && token && !token->issuer.empty() &&
         visit.page_origin == BetterAuth::at(visit.better_auth_url)->issuer &&
         lets_in(preflight(visit, asked, token->issuer), token->issuer);
}

void judge_origin_not_allowed(Report& report, const Visit& visit, const Asked& asked,
                              const HttpAnswer& answer, const std::optional<SeenToken>& token) {
  if (is_let_in_where_the_token_is_from(report, visit, asked, token))
    return report.leave("cors.preflight", report.why_without("token.issuer"));
  const std::string& origin = visit.page_origin;
  const auto allowed = allowed_origin(answer);
  const std::string summary =
      fmt::format("the API does not allow {}: its preflight returns {}, {}", origin, answer_text(answer),
                  allowed.empty() ? "without Access-Control-Allow-Origin"
                                  : "with Access-Control-Allow-Origin " + display_text(allowed));
  std::string cause = "the page's origin is not one that the API allows; origins are compared exactly";
  const std::string other = other_name(origin);
  if (!other.empty() && lets_in(preflight(visit, asked, other), other))
    cause =
        fmt::format("the API allows {}: localhost and 127.0.0.1 are different origins to a browser", other);
  else if (answer.status == 401 || answer.status == 403)
    cause = "the API's authentication refuses OPTIONS, which has no token, before a CORS layer can answer it";
  else if (answer.status == 404 || answer.status == 405)
    cause = "the API has no CORS layer: OPTIONS reaches its routes, and none of them handles it";
  report.fault(
      "cors.preflight", summary, cause,
      fmt::format(fmt::runtime(whole_layer), origin, visit.kinds.session ? "allow_credentials=True, " : ""));
}

/// What a page needs and a preflight does not allow; nothing when it allows all.
std::optional<std::string> not_allowed_by(const HttpAnswer& answer, const std::string& method,
                                          const CredentialKinds& kinds) {
  const auto methods = answer.header("Access-Control-Allow-Methods");
  const auto headers = answer.header("Access-Control-Allow-Headers");
  // GET needs no leave (Fetch Standard, "CORS-preflight fetch").
  if (method != "GET" && !lists(methods, method) && !lists(methods, "*")) return "the method " + method;
  if (kinds.token && !lists(headers, "authorization"))
    return "the header Authorization";  // `*` does not include it
  if (!lists(headers, "content-type") && !lists(headers, "*")) return "the header Content-Type";
  return std::nullopt;
}

void judge_preflight(Report& report, const Visit& visit, const Asked& asked,
                     const std::optional<SeenToken>& token) {
  constexpr std::string_view id = "cors.preflight";
  const HttpAnswer answer = preflight(visit, asked, visit.page_origin);
  if (answer.status == 429) return report.leave(id, "the API limits requests (429)");
  if (!asked.is_there && (answer.status == 404 || answer.status == 405))
    return report.leave(
        id, fmt::format("the API has no route {} (it returns {})", visit.api_path, answer.status));
  if (!lets_in(answer, visit.page_origin))
    return judge_origin_not_allowed(report, visit, asked, answer, token);
  if (const auto missing = not_allowed_by(answer, asked.method, visit.kinds))
    report.fault(
        id, fmt::format("the preflight for {} does not allow {}", visit.page_origin, *missing),
        "the API's CORS settings allow less than the page sends; * does not include Authorization",
        "allow GET, POST, PUT, PATCH, DELETE and the headers authorization, content-type: in FastAPI, "
        "CORSMiddleware(allow_methods=[…], allow_headers=[\"authorization\", \"content-type\"])");
  else if (!is_success(answer.status))
    report.fault(id, fmt::format("the preflight for {} returns {}", visit.page_origin, answer_text(answer)),
                 "a browser continues only after a status from 200 to 299",
                 "answer OPTIONS with 204 before the routes and their authentication");
  else
    report.ok(id, fmt::format("pages from {} may send what they need", visit.page_origin));
}

void judge_errors(Report& report, const Visit& visit, const HttpAnswer& answer) {
  if (lets_in(answer, visit.page_origin))
    report.ok("cors.errors", fmt::format("the page can read the response {}", answer.status));
  else
    report.fault(
        "cors.errors",
        fmt::format("the response {} to a request without a token has no Access-Control-Allow-Origin for {}",
                    answer_text(answer), visit.page_origin),
        "the API refuses requests outside the layer that adds CORS headers: the page sees \"Failed to "
        "fetch\" instead of 401",
        "make CORS the outermost layer: in FastAPI, add CORSMiddleware last, and raise HTTPException instead "
        "of responding in a middleware outside it");
}

void judge_exposed_headers(Report& report, const HttpAnswer& answer) {
  const auto exposed = answer.header("Access-Control-Expose-Headers");
  std::string missing;
  for (const char* name : {"Retry-After", "WWW-Authenticate"})
    if (!lists(exposed, name) && !lists(exposed, "*"))
      missing += (missing.empty() ? "" : ", ") + std::string{name};
  if (missing.empty())
    report.ok("cors.exposed_headers", "the page can read Retry-After and WWW-Authenticate");
  else
    report.warning(
        "cors.exposed_headers", fmt::format("the page cannot read {}", missing),
        "a page cannot see a header of another origin's response unless Access-Control-Expose-Headers names "
        "it, so it does not know when to try again",
        "expose them: in FastAPI, CORSMiddleware(expose_headers=[\"Retry-After\", \"WWW-Authenticate\"])");
}

/// Whether a page may read the answer to what it sent with its cookie (Fetch Standard, "CORS protocol and
/// credentials"): `*` is not enough.
bool takes_cookies(const HttpAnswer& answer, std::string_view origin) {
  return allowed_origin(answer) == origin && answer.header("Access-Control-Allow-Credentials") == "true";
}

void judge_credentials(Report& report, const Visit& visit, const Asked& asked, const HttpAnswer& refusal) {
  constexpr std::string_view id = "cors.credentials";
  const std::string& page = visit.page_origin;
  const HttpAnswer before = preflight(visit, asked, page);
  const HttpAnswer& answer = takes_cookies(before, page) ? refusal : before;
  if (takes_cookies(answer, page))
    return report.ok(id,
                     fmt::format("pages from {} may send the session cookie and read the response", page));
  const bool is_exact = allowed_origin(answer) == page;
  report.fault(
      id,
      fmt::format("{} comes {}, but the API should accept sessions",
                  &answer == &before ? "the response to the preflight" : "an error response",
                  is_exact ? "without Access-Control-Allow-Credentials: true"
                           : "with Access-Control-Allow-Origin " + display_text(allowed_origin(answer))),
      "a browser hides the response to a request with a cookie from the page, unless the API names the "
      "page's origin and sends Access-Control-Allow-Credentials: true",
      fmt::format("for drawbridge serve, set DRAWBRIDGE_CREDENTIALS to the same value as here, including "
                  "session; in FastAPI, CORSMiddleware(allow_origins=[\"{}\"], allow_credentials=True)",
                  page),
      {"api.session"});
}

constexpr const char* any_origin =
    "the API allows every origin, or echoes the one that it is sent: any page can call it as its visitor";
constexpr const char* part_of_an_origin =
    "the API compares only part of the origin, with a pattern that is not anchored at its beginning or end "
    "(in FastAPI, allow_origin_regex): anyone can register a name like that, and pages there can call the "
    "API as their visitor";

void judge_foreign_origin(Report& report, const Visit& visit, const Asked& asked) {
  constexpr std::string_view id = "cors.foreign_origin";
  const std::string& page = visit.page_origin;
  const std::size_t host = page.find("://") + 3;
  const std::vector<std::pair<std::string, const char*>> foreign_origins{
      {"https://evil.example", any_origin},
      {"null", any_origin},
      {page + ".evil.example", part_of_an_origin},
      {page.substr(0, host) + "evil" + page.substr(host), part_of_an_origin}};
  for (const auto& [foreign, cause] : foreign_origins) {
    for (const HttpAnswer& answer : {preflight(visit, asked, foreign), get(visit, asked, foreign)}) {
      if (!lets_in(answer, foreign)) continue;
      return report.fault(
          id,
          fmt::format(
              "the API allows pages from the origin {}, with Access-Control-Allow-Origin: {}{}", foreign,
              display_text(allowed_origin(answer)),
              answer.header("Access-Control-Allow-Credentials") == "true" ? ", including credentials" : ""),
          cause, fmt::format(fmt::runtime(set_origins), page));
    }
  }
  report.ok(id, "the API does not allow pages from other origins");
}

bool has_origin(std::string_view url, std::string_view origin) {
  return url == origin || (url.starts_with(origin) && url.at(origin.size()) == '/');
}

}  // namespace

void check_cors(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                const SeenKeys& keys, bool has_route) {
  if (!visit.kinds.session) report.ok("cors.credentials", "DRAWBRIDGE_CREDENTIALS does not include session");
  if (!report.stands("api.reachable")) return;
  const Uuid user = token && token->uuid ? *token->uuid : random_uuid();
  const Asked asked = asked_of(visit, user, has_route);
  if (has_origin(*visit.api_url, visit.page_origin)) {
    report.leave("cors.preflight", "the page and the API have the same origin");
  } else if (keys.other_issuer && visit.page_origin == BetterAuth::at(visit.better_auth_url)->issuer) {
    report.leave("cors.preflight", report.why_without("jwks.status"));  // the page is not at that port either
  } else {
    judge_preflight(report, visit, asked, token);
    if (report.may_check("cors.errors")) {
      const HttpAnswer answer = get(visit, asked, visit.page_origin);
      judge_errors(report, visit, answer);
      if (report.may_check("cors.exposed_headers")) judge_exposed_headers(report, answer);
      if (visit.kinds.session && report.may_check("cors.credentials"))
        judge_credentials(report, visit, asked, answer);
    }
  }
  judge_foreign_origin(report, visit, asked);
}

}  // namespace drawbridge::doctor
