#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/jose/strict_json.h"
#include "core/text/json_writer.h"
#include "doctor/api_calls.h"
#include "doctor/names.h"
#include "doctor/sections.h"
#include "doctor/session_cookies.h"
#include "issuer/http_call.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using simdjson::dom::object;

/// That a session is looked at shall not prolong it. Better Auth takes any value for yes; `true` for both
/// would ask drawbridge() for the session's JWT, and fail where none can be made.
constexpr std::string_view as_it_is = "?disableCookieCache=1&disableRefresh=1";

/// Better Auth, asked with the session's cookie.
class Asked {
 public:
  explicit Asked(const Visit& visit) : visit_{visit} {
    const std::array<std::string, 2> usual{"better-auth.session_token", "__Secure-better-auth.session_token"};
    cookie_ = cookie_header(*visit.session_cookie, usual);
  }

  /// `session.token`, as the database has it: what stands in the cookie before the signature.
  std::string session_token() const {
    const auto value = cookie_.find("session_token=") + std::string_view{"session_token="}.size();
    return cookie_.substr(value, cookie_.find('.', value) - value);
  }

  /// With `session.token` as bearer token and without the cookie.
  std::expected<HttpAnswer, std::string> get_as_bearer(std::string_view path) const {
    return visit_.call({.url = fmt::format("{}{}", visit_.better_auth_url, path),
                        .headers = {{"Authorization", "Bearer " + session_token()}}});
  }

  std::expected<HttpAnswer, std::string> get(std::string_view path) const {
    return visit_.call(
        {.url = fmt::format("{}{}", visit_.better_auth_url, path), .headers = {{"Cookie", cookie_}}});
  }

  /// With the origin that Better Auth always trusts.
  std::expected<HttpAnswer, std::string> post(std::string_view path, std::string body) const {
    return visit_.call({.method = "POST",
                        .url = fmt::format("{}{}", visit_.better_auth_url, path),
                        .headers = {{"Cookie", cookie_},
                                    {"Origin", BetterAuth::at(visit_.better_auth_url)->issuer},
                                    {"Content-Type", "application/json"}},
                        .body = std::move(body)});
  }

 private:
  const Visit& visit_;
  std::string cookie_;
};

/// What is read of JSON lives as long as its parser.
std::optional<object> object_in(simdjson::dom::parser& parser, const std::string& body) {
  object members;
  if (parser.parse(body).get(members) != simdjson::SUCCESS) return std::nullopt;
  return members;
}

std::optional<object> member_object(object parent, std::string_view name) {
  const auto value = member(parent, name);
  object members;
  if (!value || value->get(members) != simdjson::SUCCESS) return std::nullopt;
  return members;
}

/// Better Auth's own word for what is wrong, for example ` USER_UUID_MISSING`; empty where it says none.
std::string code_in(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  const auto members = object_in(parser, answer.body);
  const auto code = members ? string_member(*members, "code") : std::nullopt;
  return code ? " " + display_text(*code) : std::string{};
}

// --- the session -----------------------------------------------------------------------------------

bool is_sendable(std::string_view cookie) {
  return std::ranges::all_of(cookie, [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
}

void judge_unknown_session(Report& report, const Visit& visit) {
  const bool unsigned_token = visit.session_cookie->find('.') == std::string::npos;
  report.fault("issuer.session", "Better Auth does not recognize the session cookie",
               unsigned_token ? "this is session.token as stored in the database: the cookie's value is that "
                                "token, a dot and a signature"
                              : "the session has expired or was signed out, the cookie is from another "
                                "Better Auth, or BETTER_AUTH_SECRET has changed since",
               "sign in again, and copy the value of better-auth.session_token from the browser's developer "
               "tools (Application, Cookies)");
}

/// No Better Auth there: of which the missing keys speak already, unless they are elsewhere.
void judge_no_better_auth(Report& report, const Visit& visit, const HttpAnswer& answer) {
  report.fault("issuer.session",
               fmt::format("{}/get-session returns {} and no session",
                           display_text(visit.better_auth_url, 128), answer.status),
               "Better Auth is not there: its address or its basePath is different",
               "set BETTER_AUTH_URL to Better Auth's baseURL with its basePath; BETTER_AUTH_JWKS_URL is only "
               "the address of the keys",
               {"jwks.status", "jwks.document"});
}

/// Better Auth's own JWT plugin makes a token for each answer of /get-session, so that both fail when none
/// can be made; without a session or a database /token would be 401.
bool fails_over_its_token(const Asked& asked) {
  const auto token = asked.get("/token?disableRefresh=1");
  return token && token->status >= 500;
}

/// Whether Better Auth knows the session; judges `issuer.session` in any case.
bool judge_session(Report& report, const Visit& visit, const Asked& asked, const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  if (answer.status == 200 && object_in(parser, answer.body)) {
    report.ok("issuer.session", "Better Auth recognizes the session");
    return true;
  }
  if (answer.status == 200 && answer.body == "null") {
    judge_unknown_session(report, visit);
  } else if (answer.status == 200 || answer.status == 404) {
    judge_no_better_auth(report, visit, answer);
  } else if (answer.status >= 500 && report.stands("jwks.status") && fails_over_its_token(asked)) {
    report.ok("issuer.session", "Better Auth recognizes the session, but cannot make its token");
    return true;
  } else if (answer.status >= 500 && !report.stands("jwks.status")) {
    report.leave("issuer.session", report.why_without("jwks.status"));
  } else {
    report.leave("issuer.session", fmt::format("Better Auth returns {}{} when asked for the session",
                                               answer.status, code_in(answer)));
  }
  return false;
}

// --- its token -------------------------------------------------------------------------------------

/// Whether the key set is Better Auth's own, by its address: a key service has another.
bool has_own_keys(const Visit& visit) {
  return visit.jwks_url.starts_with(visit.better_auth_url + '/');
}

void judge_failed_signature(Report& report, const Visit& visit, const HttpAnswer& answer) {
  const std::string code = code_in(answer);
  const std::string summary = fmt::format("/token returns {}{}", answer.status, code);
  if (code == " USER_UUID_MISSING")
    return report.fault("issuer.signs", summary,
                        "the user has no uuid: the row is older than the column, or another program added it",
                        "run `drawbridge migrate up`", {"tables.user_uuid", "tables.user_uuid_values"});
  if (code == " CLAIM_NOT_ALLOWED")
    return report.fault("issuer.signs", summary,
                        "the option `claims` of drawbridge() adds a claim with a reserved name",
                        "rename that claim; Better Auth's log names it");
  if (code == " TOKEN_TOO_LARGE")
    return report.fault("issuer.signs", summary,
                        "this user's claims make a token that is larger than backends take",
                        "shorten the claim that Better Auth's answer names, or bound it in the option "
                        "`claims` of drawbridge()");
  if (!report.stands("jwks.status")) return report.leave("issuer.signs", report.why_without("jwks.status"));
  if (!has_own_keys(visit))
    return report.fault(
        "issuer.signs", summary,
        fmt::format("the keys come from {}, which is not one of Better Auth's addresses. If a key service "
                    "signs there (jwt.sign), it failed; if Better Auth keeps the keys itself, "
                    "BETTER_AUTH_SECRET may not be the one that encrypted them",
                    display_text(visit.jwks_url, 128)),
        "check Better Auth's log: fix the service, or Better Auth's right to sign with it; if the log has "
        "\"Failed to decrypt private key\", set the old secret again",
        {"tables.jwks"});
  report.fault("issuer.signs", summary,
               "most often, BETTER_AUTH_SECRET changed after the signing key was made and no longer decrypts "
               "it (Better Auth's log: \"Failed to decrypt private key\")",
               "set the old secret again; if it is lost, delete the rows of `jwks` (DELETE FROM jwks), so "
               "that Better Auth makes a new key",
               {"tables.jwks"});
}

std::optional<std::string> judge_signing(Report& report, const Visit& visit, const Asked& asked) {
  const auto answer = asked.get("/token?disableRefresh=1");
  if (!answer) {
    report.leave("issuer.signs", "the request for a token failed: " + answer.error());
    return std::nullopt;
  }
  simdjson::dom::parser parser;
  const auto members = object_in(parser, answer->body);
  const auto token = members ? string_member(*members, "token") : std::nullopt;
  if (answer->status == 200 && token) {
    report.ok("issuer.signs", "Better Auth issues a token for the session");
    return std::string{*token};
  }
  const std::string summary = fmt::format("/token returns {}{}", answer->status, code_in(*answer));
  if (answer->status >= 500)
    judge_failed_signature(report, visit, *answer);
  else if (answer->status == 403 && code_in(*answer) == " BANNED_USER")
    report.fault("issuer.signs", summary + ": the session's user is banned",
                 "Better Auth signs no token for a banned user, and the backend refuses the session",
                 "give doctor another user's session, or lift the ban");
  else if (answer->status == 401)
    report.fault("issuer.signs", summary + ", although Better Auth recognizes the session",
                 "Better Auth also returns this if it cannot reach its database; or a proxy drops the cookie "
                 "on that path",
                 "check Better Auth's log, and run doctor again");
  else if (answer->status == 404 || answer->status == 200)
    report.fault(
        "issuer.signs", summary + " and no token",
        fmt::format("the Better Auth at {} has no JWT plugin", display_text(visit.better_auth_url, 128)),
        "add drawbridge() from @drawbridge/better-auth to its `plugins`", {"jwks.status", "jwks.document"});
  else
    report.leave("issuer.signs", summary);
  return std::nullopt;
}

// --- fields of one's own ---------------------------------------------------------------------------

/// What came of setting a field to the value that it has.
enum class Setting { refused, accepted, unknown };

Setting try_to_set(const Asked& asked, std::string_view field, simdjson::dom::element value) {
  const std::string same = simdjson::minify(value);
  const auto answer =
      asked.post(fmt::format("/update-user{}", as_it_is), fmt::format(R"({{"{}":{}}})", field, same));
  if (!answer) return Setting::unknown;
  if (answer->status == 200) return Setting::accepted;
  // 404: the endpoint is switched off. The others are no answer to what was asked.
  return answer->status == 400 || answer->status == 404 || answer->status == 422 ? Setting::refused
                                                                                 : Setting::unknown;
}

void judge_own_fields(Report& report, const Asked& asked, const HttpAnswer& session) {
  simdjson::dom::parser parser;
  const auto members = object_in(parser, session.body);
  const auto user = members ? member_object(*members, "user") : std::nullopt;
  std::vector<std::string> accepted;
  std::vector<std::string> tried;
  for (const char* field : {"uuid", "role"}) {
    const auto value = user ? member(*user, field) : std::nullopt;
    if (!value) continue;
    tried.emplace_back(field);
    const Setting setting = try_to_set(asked, field, *value);
    if (setting == Setting::accepted) accepted.emplace_back(field);
    if (setting == Setting::unknown)
      return report.leave("issuer.own_fields", "Better Auth's response to /update-user is inconclusive");
  }
  if (tried.empty())
    return report.leave("issuer.own_fields", "the session contains neither uuid nor role of its user");
  if (accepted.empty()) return report.ok("issuer.own_fields", "/update-user refuses " + first_names(tried));
  report.fault("issuer.own_fields", "/update-user lets users set their own " + first_names(accepted),
               "these fields of user.additionalFields lack `input: false`: a user who sets another user's "
               "uuid gets that user's rows, and one who sets a role gets its rights",
               "use drawbridge(), which refuses both, or set input: false for them in user.additionalFields");
}

// --- session tokens as bearer tokens ---------------------------------------------------------------

void judge_bearer(Report& report, const Asked& asked) {
  constexpr std::string_view id = "issuer.bearer";
  const auto answer = asked.get_as_bearer(fmt::format("/get-session{}", as_it_is));
  if (!answer) return report.leave(id, "the request to Better Auth failed: " + answer.error());
  simdjson::dom::parser parser;
  if (answer->status != 200)
    return report.leave(
        id, fmt::format("Better Auth returns {} for a session token without its signature", answer->status));
  if (!object_in(parser, answer->body))
    return report.ok(id, "a session token without its signature does not sign anyone in");
  report.warning(id,
                 "anyone who sends session.token in Authorization is signed in, even without its signature",
                 "bearer() accepts it as the database and /get-session show it: anyone who reads it in a "
                 "log, a backup or a page can act as that user until the session ends",
                 "use bearer({ requireSignature: true }), and send the value of the header set-auth-token "
                 "from the sign-in; or remove bearer(): a backend needs only the JWT from /token");
}

}  // namespace

std::optional<std::string> check_issuer(Report& report, const Visit& visit) {
  if (!report.may_check("issuer.session")) return std::nullopt;
  if (!visit.session_cookie) {
    report.leave("issuer.session", std::string{no_session_given});
    return std::nullopt;
  }
  if (!is_sendable(*visit.session_cookie)) {
    report.fault("issuer.session", "the given session cookie is not a valid cookie",
                 "it contains line breaks or non-ASCII characters",
                 "copy only the value of better-auth.session_token from the browser's developer tools");
    return std::nullopt;
  }
  if (!may_carry_secrets(visit.better_auth_url)) {
    report.leave("issuer.session", over_plain_http("cookie", visit.better_auth_url));
    return std::nullopt;
  }
  const Asked asked{visit};
  const auto session = asked.get(fmt::format("/get-session{}", as_it_is));
  if (!session) {
    report.leave("issuer.session", "the request to Better Auth failed: " + session.error());
    return std::nullopt;
  }
  if (!judge_session(report, visit, asked, *session)) return std::nullopt;
  auto token = judge_signing(report, visit, asked);
  judge_own_fields(report, asked, *session);
  judge_bearer(report, asked);
  return token;
}

}  // namespace drawbridge::doctor
