// api.session: the session cookie, sent to the API as the browser sends it.

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <simdjson.h>

#include "core/errors/hints.h"
#include "core/jose/strict_json.h"
#include "core/jose/unverified_token.h"
#include "doctor/api_calls.h"
#include "doctor/sections.h"
#include "doctor/session_cookies.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;

constexpr std::string_view id = "api.session";

/// No session has this form, so that nobody is asked about it: an API that takes sessions calls it malformed.
constexpr std::string_view no_session = "drawbridge-doctor";

/// Whose fault a refusal is as well, where doctor has the same settings as the API.
constexpr std::array same_settings{"credentials.cookie_name",    "credentials.secret",
                                   "credentials.storage",        "credentials.cookie_secret",
                                   "credentials.stored_session", "api.own_path"};

std::optional<Owner> owner_in(const Visit& visit, const std::string& token) {
  const auto parts = split_token(token);
  if (!parts) return std::nullopt;
  simdjson::dom::parser parser;
  const auto claims = parse_strict_object(parser, parts->unverified_payload);
  if (!claims) return std::nullopt;
  SeenToken seen{.text = token, .uuid = {}, .subject = {}, .audiences = {}, .lifetime = {}};
  seen.subject = string_member(*claims, "sub").value_or("");
  if (const auto uuid = string_member(*claims, "uuid")) seen.uuid = Uuid::parse(*uuid);
  return owner_of(visit, seen);
}

/// That the browser sends: as Better Auth sets it, where that can be seen.
std::string name_of_cookie(const Visit& visit) {
  if (const auto cookies = cookies_of_better_auth(visit)) return session_cookie_in(*cookies).name;
  return visit.variable("DRAWBRIDGE_SESSION_COOKIE")
      .value_or(session_cookie_name(visit.policy.issuers.front()));
}

struct Explanation {
  std::string_view code;
  const char* cause;
  const char* remedy;
};

/// Why an API refuses a session that Better Auth knows and that is good by the settings that doctor has.
const Explanation& explanation_of(std::string_view code) {
  static constexpr std::array all{
      Explanation{
          "token_missing", "the API does not accept sessions, or looks for a cookie with another name",
          "set the API's DRAWBRIDGE_CREDENTIALS and DRAWBRIDGE_SESSION_COOKIE to the same values as here; in "
          "Python, Verifier(credentials=…, session_cookie=…); its log names the cookie that it accepts"},
      Explanation{"session_unknown",
                  "the API's secret is not Better Auth's, it asks another Better Auth, or it looks for "
                  "sessions where Better Auth does not keep them",
                  "set the API's BETTER_AUTH_SECRET (or BETTER_AUTH_SECRETS), BETTER_AUTH_URL and "
                  "DRAWBRIDGE_SESSIONS to the same values as here; its log states why it refused"},
      Explanation{"credential_malformed",
                  "the API received two session cookies, or one that was changed in transit",
                  "give doctor one session cookie exactly as the browser has it; check the proxy in front of "
                  "the API"},
      Explanation{"session_unavailable",
                  "the API cannot ask Better Auth about the session, or cannot read the session storage",
                  "check the API's log for the reason; set its BETTER_AUTH_URL, or its DATABASE_URL or "
                  "DRAWBRIDGE_REDIS_URL, to an address that it can reach"},
      Explanation{"user_mismatch", "the API finds a different user in the session than Better Auth does",
                  "give the API the same DRAWBRIDGE_USER_CLAIM as doctor, and compare UUID with UUID"},
      Explanation{
          "", "the session is valid with the settings that doctor was given, so the API has different ones",
          "compare the API's settings with those given here; its log states why it refused"}};
  const auto found = std::ranges::find(all, code, &Explanation::code);
  return found == all.end() ? all.back() : *found;
}

void judge(Report& report, const Visit& visit, const HttpAnswer& answer) {
  if (is_success(answer.status))
    return report.ok(id, "the API accepts the session cookie, and lets its user reach their own path");
  if (is_no_route(answer.status))
    return report.leave(
        id, fmt::format("the API has no route {} (it returns {})", visit.api_path, answer.status));
  if (answer.status == 429) return report.leave(id, "the API limits requests (429)");
  for (const char* root : same_settings)
    if (report.is_at_fault(root)) return report.leave(id, report.why_without(root));
  const std::string summary =
      fmt::format("the API returns {} for a session that is valid here", answer_text(answer));
  if (answer.status != 401 && answer.status != 403 && refusal_code(answer) != "session_unavailable")
    return report.fault(id, summary, "the API fails with a valid session", "check the API's log");
  const Explanation& why = explanation_of(refusal_code(answer));
  report.fault(id, summary, why.cause, why.remedy);
}

/// No session goes to an API that takes none, by the settings that doctor has; nobody's shows whether it
/// does.
void judge_without_sessions(Report& report, const Visit& visit) {
  const auto takes_sessions = [&] {
    const std::array<std::string, 2> usual{"better-auth.session_token", "__Secure-better-auth.session_token"};
    const std::string code =
        refusal_code(answer_to(visit, {.url = *visit.api_url + path_of_user(visit, random_uuid().text()),
                                       .headers = {{"Cookie", cookie_header(no_session, usual)}}}));
    return code == "credential_malformed";
  };
  if (report.may_check(id) && takes_sessions())
    return report.leave(
        id,
        "the API accepts sessions, but the DRAWBRIDGE_CREDENTIALS that doctor was given does not include "
        "session: run doctor with the API's settings (--env-file) and a session (DRAWBRIDGE_SESSION)");
  report.ok(id, "DRAWBRIDGE_CREDENTIALS does not include session");
}

}  // namespace

void check_api_session(Report& report, const Visit& visit,
                       const std::optional<std::string>& token_of_session) {
  if (!visit.kinds.session) return judge_without_sessions(report, visit);
  if (!report.may_check(id)) return;
  if (!may_carry_secrets(*visit.api_url)) return report.leave(id, over_plain_http("cookie", *visit.api_url));
  const auto owner = owner_in(visit, *token_of_session);
  if (!owner) return report.leave(id, "the session's token does not identify the user's own path");
  const std::array name{name_of_cookie(visit)};
  judge(report, visit,
        answer_to(visit, {.url = *visit.api_url + path_of_user(visit, owner->text),
                          .headers = {{"Cookie", cookie_header(*visit.session_cookie, name)}}}));
}

}  // namespace drawbridge::doctor
