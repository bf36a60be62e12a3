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
      Explanation{"token_missing", "the API takes no sessions, or looks for a cookie of another name",
                  "set the API's DRAWBRIDGE_CREDENTIALS and DRAWBRIDGE_SESSION_COOKIE as here; in Python "
                  "Verifier(credentials=…, session_cookie=…); its log says which cookie it takes"},
      Explanation{"session_unknown",
                  "the API has another secret than Better Auth's, asks another Better Auth, or looks for "
                  "sessions where Better Auth does not keep them",
                  "set the API's BETTER_AUTH_SECRET (or BETTER_AUTH_SECRETS), BETTER_AUTH_URL and "
                  "DRAWBRIDGE_SESSIONS as here; its log says why it refused"},
      Explanation{"credential_malformed",
                  "the API got two session cookies, or one that was changed on its way",
                  "give doctor one session cookie as the browser has it; look at the proxy before the API"},
      Explanation{"session_unavailable",
                  "the API cannot ask Better Auth about the session, or cannot read where sessions are kept",
                  "look at the API's log for why; set its BETTER_AUTH_URL, or its DATABASE_URL or "
                  "DRAWBRIDGE_REDIS_URL, to what it can reach"},
      Explanation{"user_mismatch", "the API takes the session for another user than Better Auth does",
                  "give the API the same DRAWBRIDGE_USER_CLAIM as doctor, and compare UUID with UUID"},
      Explanation{"", "the session is good by the settings that doctor was given, so the API has others",
                  "compare the API's settings with those given here; its log says why it refused"}};
  const auto found = std::ranges::find(all, code, &Explanation::code);
  return found == all.end() ? all.back() : *found;
}

void judge(Report& report, const Visit& visit, const HttpAnswer& answer) {
  if (is_success(answer.status))
    return report.ok(id, "the API takes the session cookie, and lets its user reach their own path");
  if (is_no_route(answer.status))
    return report.leave(
        id, fmt::format("the API has no route {} (it answers {})", visit.api_path, answer.status));
  if (answer.status == 429) return report.leave(id, "the API limits requests (429)");
  for (const char* root : same_settings)
    if (report.is_at_fault(root)) return report.leave(id, report.why_without(root));
  const std::string summary =
      fmt::format("the API answers {} to a session that is good here", answer_text(answer));
  if (answer.status != 401 && answer.status != 403 && refusal_code(answer) != "session_unavailable")
    return report.fault(id, summary, "the API fails for a good session", "look at the API's log");
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
    return report.leave(id,
                        "the API takes sessions, and DRAWBRIDGE_CREDENTIALS as doctor was given it does not: "
                        "run doctor with the API's settings (--env-file) and a session (DRAWBRIDGE_SESSION)");
  report.ok(id, "DRAWBRIDGE_CREDENTIALS takes no session");
}

}  // namespace

void check_api_session(Report& report, const Visit& visit,
                       const std::optional<std::string>& token_of_session) {
  if (!visit.kinds.session) return judge_without_sessions(report, visit);
  if (!report.may_check(id)) return;
  if (!may_carry_secrets(*visit.api_url)) return report.leave(id, over_plain_http("cookie", *visit.api_url));
  const auto owner = owner_in(visit, *token_of_session);
  if (!owner) return report.leave(id, "the session's token does not say which path is the user's own");
  const std::array name{name_of_cookie(visit)};
  judge(report, visit,
        answer_to(visit, {.url = *visit.api_url + path_of_user(visit, owner->text),
                          .headers = {{"Cookie", cookie_header(*visit.session_cookie, name)}}}));
}

}  // namespace drawbridge::doctor
