// api.* and clock.api: requests that a signed-in page could send as well, and some that nobody should get
// through with. All of them read.

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/jose/base64url.h"
#include "core/jose/strict_json.h"
#include "core/jose/unverified_token.h"
#include "doctor/api_calls.h"
#include "doctor/leaks.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

const std::vector<std::string_view> faults_of_keys{"jwks.reachable", "jwks.status", "jwks.document",
                                                   "jwks.not_empty"};
const std::vector<std::string_view> faults_of_tables{"database.reachable",      "database.better_auth",
                                                     "tables.user_uuid",        "tables.user_uuid_values",
                                                     "tables.user_uuid_unique", "tables.migrations"};

/// Scheme, host and port of a URL, as it is written.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? std::string_view{} : url.substr(0, url.find('/', scheme + 3));
}

bool is_redirect_elsewhere(const HttpAnswer& answer, std::string_view api_url) {
  if (answer.status < 300 || answer.status >= 400) return false;
  const auto target = origin_of(answer.header("Location"));
  return !target.empty() && target != origin_of(api_url);
}

/// Who asks thinks of keys, and of Better Auth.
std::string_view without_question(std::string_view error) {
  return error.substr(0, error.find(" Is Better Auth running there?"));
}

bool is_front_end(const Visit& visit, const HttpAnswer& answer) {
  return answer.header("X-Powered-By") == "Next.js" ||
         origin_of(*visit.api_url) == origin_of(visit.better_auth_url);
}

/// What --api-url has too many, when the route is at its origin alone and not below its path; empty when it
/// is not.
std::string path_too_many(const Visit& visit) {
  const std::string& url = *visit.api_url;
  const std::string origin{origin_of(url)};
  if (url == origin) return {};
  const auto status_at = [&](const std::string& base) {
    return answer_to(visit, {.url = base + path_of_user(visit, random_uuid().text())}).status;
  };
  const int alone = status_at(origin);
  const bool is_there = is_success(alone) || alone == 401 || alone == 403;
  return is_there && status_at(url) == 404 ? url.substr(origin.size()) : std::string{};
}

void judge_reachable(Report& report, const Visit& visit, const HttpAnswer& answer) {
  const std::string& url = *visit.api_url;
  if (answer.status == 0)
    report.fault("api.reachable", fmt::format("no answer from {}: {}", url, without_question(answer.body)),
                 "the API is not running, or it is at another address",
                 "start the API (drawbridge serve, or uvicorn), or give its address with --api-url");
  else if (is_redirect_elsewhere(answer, url))
    report.fault("api.reachable",
                 fmt::format("{} redirects ({}) to {}", url, answer.status,
                             display_text(answer.header("Location"), 128)),
                 "the API is at another address, and browsers do not follow redirects of a preflight",
                 fmt::format("use {} in the page and as --api-url",
                             display_text(origin_of(answer.header("Location")), 128)));
  else if (const std::string path = path_too_many(visit); !path.empty())
    report.fault("api.reachable",
                 fmt::format("--api-url has the extra path {}: the route {} is directly at {}",
                             display_text(path, 128), visit.api_path, origin_of(url)),
                 "doctor and pages append the whole path of a route to the API's address",
                 fmt::format("use --api-url={}, and the same address in the page", origin_of(url)));
  else
    report.ok("api.reachable", fmt::format("the API answers at {}", url));
}

struct Readiness {
  std::string keys;
  std::string database;
  std::string revocations;  ///< empty where the API does not ask, or Better Auth has none
};

std::optional<Readiness> readiness_of(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  const auto document = parse_strict_object(parser, answer.body);
  if (!document) return std::nullopt;
  const auto keys = string_member(*document, "keys");
  const auto database = string_member(*document, "database");
  if (!keys || !database) return std::nullopt;
  const auto revocations = string_member(*document, "revocations");
  return Readiness{display_text(*keys), display_text(*database),
                   revocations ? display_text(*revocations) : std::string{}};
}

void judge_not_ready(Report& report, const Readiness& seen) {
  const std::string summary =
      fmt::format("the API reports that it is not ready: keys {}, database {}", seen.keys, seen.database);
  if (seen.database == "not_ready")
    report.fault(
        "api.ready", summary, "the API cannot use its database, or Better Auth's table `user` is not in it",
        "check the API's log, compare its DATABASE_URL with Better Auth's, and run drawbridge migrate up",
        faults_of_tables);
  else if (seen.keys != "absent" && !seen.revocations.empty() && seen.revocations != "current")
    report.fault("api.ready",
                 fmt::format("the API reports that it is not ready: revocations {}", seen.revocations),
                 "DRAWBRIDGE_REVOCATIONS=required, but the API does not receive Better Auth's revocations: "
                 "it returns 503 revocations_unavailable for every token",
                 "check the API's log; set its DRAWBRIDGE_REVOCATIONS_SECRET to the plugin's, and make sure "
                 "that it can reach Better Auth",
                 {"revocations.feed"});
  else
    report.fault("api.ready", summary, "the API has never fetched the keys, although this machine can",
                 "check the API's log; set its BETTER_AUTH_URL to an address where it can reach Better Auth, "
                 "and allow its outbound traffic",
                 faults_of_keys);
}

void judge_ready(Report& report, const HttpAnswer& answer) {
  const auto seen = readiness_of(answer);
  if (answer.status == 503 && seen) {
    judge_not_ready(report, *seen);
  } else if (answer.status >= 500) {
    report.fault("api.ready", fmt::format("GET /readyz returns {}", answer_text(answer)),
                 "the API, or a proxy in front of it, fails", "check its log",
                 {"database.reachable", "database.better_auth"});
  } else if (!seen || !is_success(answer.status)) {
    report.ok("api.ready",
              fmt::format("GET /readyz returns {}: the backend is not drawbridge serve", answer.status));
  } else if (seen->keys == "stale") {
    report.warning("api.ready", "the API is ready, but with keys from an earlier fetch: its last one failed",
                   "the API cannot reach Better Auth, or got no answer just now; it will not know a new key",
                   "check the API's log for why it could not fetch the keys");
  } else if (seen->revocations == "lost" && !report.is_at_fault("revocations.feed")) {
    report.warning("api.ready", "the API is ready, but no longer receives Better Auth's revocations",
                   "its requests have failed for at least ten seconds: a token stays valid until it expires, "
                   "even after sign-out",
                   "check the API's log for the reason; its DRAWBRIDGE_REVOCATIONS_SECRET or its network "
                   "path to Better Auth may be different from yours");
  } else {
    report.ok("api.ready", "the API has keys and its database");
  }
}

void judge_requires_token(Report& report, const Visit& visit, const HttpAnswer& answer) {
  constexpr std::string_view id = "api.requires_token";
  const int status = answer.status;
  if (status == 401) {
    report.ok(id, "without a token the API returns 401");
  } else if (status == 403) {
    report.warning(
        id, "without a token the API returns 403, not 401",
        "the route refuses every request alike (as older releases of FastAPI's HTTPBearer do); a client that "
        "renews its token on 401 will not",
        "return 401 with WWW-Authenticate: Bearer; in FastAPI, use Depends(auth.verify_user_access)");
  } else if (is_success(status)) {
    report.fault(id, fmt::format("without a token the API returns {} for a user's data", status),
                 "the route does not check who is calling, so anyone can read it",
                 "authenticate requests on every route; in FastAPI: Annotated[Identity, "
                 "Depends(auth.verify_user_access)]");
  } else if (status == 404 && is_front_end(visit, answer)) {
    report.leave(id, fmt::format("--api-url is the front end with Better Auth, which has no route {} (it "
                                 "returns 404): give the address of the API",
                                 visit.api_path));
  } else if (is_no_route(status)) {
    report.leave(id, fmt::format("the API has no route {} (it returns {})", visit.api_path, status));
  } else if (status == 429) {
    report.leave(id, "the API limits requests (429)");
  } else {
    report.fault(id, fmt::format("without a token the API returns {}", answer_text(answer)),
                 "a request without a token causes an error before the API refuses it",
                 "check the API's log, and return 401 before doing anything else", faults_of_tables);
  }
}

struct Explanation {
  std::string_view code;
  const char* cause;
  const char* remedy;
  std::vector<std::string_view> explained_by{};
};

/// Why an API refuses a token that is good by the settings that doctor has.
const Explanation& explanation_of(std::string_view code) {
  static const std::vector<Explanation> all{
      {"issuer_mismatch", "the API expects a different `iss` than these settings",
       "set the API's BETTER_AUTH_ISSUER, or its BETTER_AUTH_URL, to the same value as here"},
      {"audience_mismatch", "the API expects a different `aud` than these settings",
       "set the API's BETTER_AUTH_AUDIENCE, or its BETTER_AUTH_URL, to the same value as here"},
      {"algorithm_not_allowed", "the API accepts different algorithms than these settings",
       "set the API's DRAWBRIDGE_ALGORITHMS to the same value as here"},
      {"key_unknown", "the API fetches its keys from another Better Auth",
       "set the API's BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL to the Better Auth that signs"},
      {"signature_invalid",
       "the API has a different key with this kid: it fetches keys from another Better Auth",
       "set the API's BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL to the Better Auth that signs"},
      {"token_expired",
       "the API's clock is ahead",
       "synchronize the clock of the API's host with NTP",
       {"clock.api"}},
      {"token_not_yet_valid",
       "the API's clock is behind",
       "synchronize the clock of the API's host with NTP",
       {"clock.api"}},
      {"token_revoked", "the token was revoked: its session has ended, or its user has changed",
       "give doctor a newer token"},
      {"token_missing", "something in between removes the Authorization header, or the API looks elsewhere",
       "let proxies pass on Authorization; read the token from that header"},
      {"", "the token is valid with the settings that doctor was given, so the API has different ones",
       "compare the API's issuer, audience, algorithms and key set with those given here"}};
  const auto found = std::ranges::find(all, code, &Explanation::code);
  return found == all.end() ? all.back() : *found;
}

/// A signed-in user, and who that is.
struct SignedIn {
  const SeenToken& token;
  Owner owner;
};

/// 403 on one's own path: what else may the API compare the path with?
void judge_refused_owner(Report& report, ApiCalls& api, const SignedIn& user, const HttpAnswer& answer) {
  const std::string summary = fmt::format("the API returns {} for the user's own path", answer_text(answer));
  const std::string& subject = user.token.subject;
  if (!user.owner.is_uuid)
    report.fault(
        "api.own_path", summary,
        "the API does not compare the path with `sub`, although DRAWBRIDGE_USER_CLAIM=sub is set here",
        "give the API the same DRAWBRIDGE_USER_CLAIM as doctor; compare `sub` exactly", {"user.known"});
  else if (!subject.empty() &&
           is_success(api.get(api.path_of(percent_encoded(subject)), user.token.text).answer.status))
    report.fault(
        "api.own_path", summary,
        "the API compares the path with `sub`, Better Auth's user.id, which is not a UUID; pages use `uuid`",
        "identify users by the claim uuid: DRAWBRIDGE_USER_CLAIM=uuid, or identity.uuid in your own code");
  else
    report.fault("api.own_path", summary,
                 "the API compares the path's id and the claim uuid as different types: text with a UUID (in "
                 "Python, UUID(x) == x is false), or `sub` with a UUID",
                 "compare UUID with UUID: the path parameter user_id: UUID with identity.uuid, as "
                 "auth.verify_user_access does",
                 {"user.known"});
}

void judge_accepted_owner(Report& report, ApiCalls& api, const SignedIn& user) {
  const auto status_in_capitals = [&] {
    std::string upper = user.owner.text;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    return api.get(api.path_of(upper), user.token.text).answer.status;
  };
  // `sub` in other letters is somebody else.
  const int status = user.owner.is_uuid ? status_in_capitals() : 200;
  if (is_success(status) || status == 429)
    report.ok("api.own_path", "the API lets a user reach their own path");
  else
    report.warning(
        "api.own_path",
        fmt::format("the user can reach their own path, but in capital letters it returns {}", status),
        "the API compares the path's id as text, but a UUID may be written in either case",
        "compare UUID with UUID, as Depends(auth.verify_user_access) does in FastAPI");
}

void judge_own_path(Report& report, ApiCalls& api, const SignedIn& user) {
  constexpr std::string_view id = "api.own_path";
  const HttpAnswer answer = api.get(api.path_of(user.owner.text), user.token.text).answer;
  const std::string seen = answer_text(answer);
  if (is_success(answer.status)) {
    judge_accepted_owner(report, api, user);
  } else if (answer.status == 401) {
    const Explanation& why = explanation_of(refusal_code(answer));
    report.fault(id, fmt::format("the API returns {} for a token that is valid here", seen), why.cause,
                 why.remedy, why.explained_by);
  } else if (answer.status == 403) {
    judge_refused_owner(report, api, user, answer);
  } else if (answer.status == 404) {
    report.leave(id, fmt::format("the API has no route {} (it returns 404)", api.route()));
  } else if (answer.status == 429) {
    report.leave(id, "the API limits requests (429)");
  } else {
    report.fault(id, fmt::format("the API returns {} for the user's own path", seen),
                 "the API fails with a valid token", "check the API's log", faults_of_tables);
  }
}

/// The same claims, so that only the signature can tell: a space more is other bytes.
std::string with_changed_payload(const UnverifiedToken& token, std::string_view header) {
  return fmt::format("{}.{}.{}", encode_base64url(header), encode_base64url(token.unverified_payload + " "),
                     encode_base64url(token.signature));
}

std::string without_signature(const UnverifiedToken& token) {
  return fmt::format("{}.{}.", encode_base64url(R"({"alg":"none","typ":"JWT"})"),
                     encode_base64url(token.unverified_payload));
}

void judge_tampered_token(Report& report, ApiCalls& api, const SignedIn& user) {
  constexpr std::string_view id = "api.tampered_token";
  const auto parts = split_token(user.token.text);
  if (!parts) return report.leave(id, "the token could not be parsed");
  const std::string path = api.path_of(user.owner.text);
  const HttpAnswer changed = api.get(path, with_changed_payload(*parts, parts->unverified_header)).answer;
  const HttpAnswer unsigned_one = api.get(path, without_signature(*parts)).answer;
  if (is_success(changed.status) || is_success(unsigned_one.status))
    report.fault(
        id,
        fmt::format("the API accepts a token {}", is_success(changed.status)
                                                      ? "whose payload no longer matches its signature"
                                                      : "with alg none, which has no signature"),
        "the API decodes tokens without verifying them, so any client can act as any user",
        "verify the signature with Better Auth's keys and a fixed list of algorithms, as drawbridge does");
  else if (changed.status != 401 || unsigned_one.status != 401)
    report.warning(id,
                   fmt::format("the API returns {} for a changed token and {} for an unsigned one, not 401",
                               answer_text(changed), answer_text(unsigned_one)),
                   "a token that cannot be verified causes a different error; a client that renews its token "
                   "on 401 will not",
                   "return 401 for every token that is not valid");
  else
    report.ok(id, "the API returns 401 for a changed token and for an unsigned one");
}

void judge_foreign_path(Report& report, ApiCalls& api, const SeenToken& token) {
  constexpr std::string_view id = "api.foreign_path";
  const HttpAnswer answer = api.get(api.path_of(random_uuid().text()), token.text).answer;
  const int status = answer.status;
  if (status == 403 || status == 404)
    report.ok(id, fmt::format("the API returns {} for another user's path", status));
  else if (is_success(status))
    report.fault(
        id, fmt::format("the API returns {} for another user's path", status),
        "the API does not compare the user in the path with the user of the token, so any user can read any "
        "other user's data",
        "compare them, and take the owner from the token: in FastAPI, use Depends(auth.verify_user_access)");
  else
    report.warning(id,
                   fmt::format("the API returns {} for another user's path, not 403", answer_text(answer)),
                   "the page cannot tell this refusal from an error or an expired session",
                   "return 403 if the path's user is not the token's");
}

void judge_quiet_errors(Report& report, ApiCalls& api, const std::optional<SeenToken>& token) {
  constexpr std::string_view id = "api.quiet_errors";
  const std::string sent = token ? token->text : std::string{};
  // What is no UUID, no number and no text of SQL.
  api.get(api.path_of("doctor%27"), token ? std::optional<std::string_view>{sent} : std::nullopt);
  for (const HttpAnswer& answer : api.answers()) {
    if (answer.status < 400) continue;
    const auto leak = leak_in(answer.body, sent);
    if (!leak) continue;
    return report.fault(
        id, fmt::format("an API response ({}) reveals {}", answer.status, *leak),
        "the API runs in debug mode or passes on its exceptions; what it reveals helps an attacker",
        "turn off debug mode (FastAPI(debug=False)), and report errors with a code and one sentence");
  }
  report.ok(id, "error responses reveal no code, SQL or token");
}

}  // namespace

bool check_api(Report& report, const Visit& visit, const std::optional<SeenToken>& token) {
  if (!visit.api_url) {
    report.leave("api.reachable", no_api_given);
    return true;
  }
  ApiCalls api{visit};
  const TimedAnswer first = api.get("/readyz");
  judge_reachable(report, visit, first.answer);
  if (!report.stands("api.reachable")) return true;
  judge_ready(report, first.answer);
  if (report.may_check("clock.api"))
    judge_clock(report, "clock.api", "the API", first, visit.policy.clock_skew);
  const auto owner = token ? owner_of(visit, *token) : std::nullopt;
  bool has_route = true;
  if (report.may_check("api.requires_token")) {
    const HttpAnswer answer = api.get(api.path_of(owner ? owner->text : random_uuid().text())).answer;
    has_route = !is_no_route(answer.status);
    judge_requires_token(report, visit, answer);
  }
  const bool may_send_token = may_carry_secrets(*visit.api_url);
  if (report.may_check("api.own_path")) {
    if (!visit.kinds.token)
      report.leave("api.own_path", "DRAWBRIDGE_CREDENTIALS does not include token");
    else if (!owner)
      report.leave("api.own_path", "the token does not identify the user's own path");
    else if (may_send_token)
      judge_own_path(report, api, {*token, *owner});
    else
      report.leave("api.own_path", over_plain_http("token", *visit.api_url));
  }
  if (owner && report.may_check("api.tampered_token")) judge_tampered_token(report, api, {*token, *owner});
  if (owner && report.may_check("api.foreign_path")) judge_foreign_path(report, api, *token);
  judge_quiet_errors(report, api, may_send_token ? token : std::nullopt);
  return has_route;
}

}  // namespace drawbridge::doctor
