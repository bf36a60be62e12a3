#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/errors/hints.h"
#include "core/text/ascii.h"
#include "doctor/api_calls.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

constexpr std::string_view no_sessions = "DRAWBRIDGE_CREDENTIALS does not include session";

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
      id, fmt::format("{} is not in DRAWBRIDGE_ALLOWED_ORIGINS", page),
      "with only its cookie, the page cannot change anything (403 origin_not_allowed), and CORS blocks the "
      "rest",
      fmt::format(
          "add {} to DRAWBRIDGE_ALLOWED_ORIGINS; if the page has another origin, give it with --origin",
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
  if (!visit.kinds.key) return report.ok(id, "DRAWBRIDGE_CREDENTIALS does not include key");
  if (!report.stands("jwks.reachable")) return report.leave(id, report.why_without("jwks.reachable"));
  const auto answer = visit.call(question_with_nobodys_key(visit));
  if (!answer) return report.leave(id, "the request to Better Auth failed: " + answer.error());
  if (is_of_the_plugin(*answer)) return report.ok(id, "Better Auth recognizes API keys");
  if (answer->status != 401)
    return report.leave(id, fmt::format("Better Auth returns {} for an unknown key", answer->status));
  report.fault(id,
               "Better Auth ignores API keys: /token returns 401 without reporting that the key is unknown",
               "it has no API key plugin, or one that makes no session from a key; the backend returns 503 "
               "session_unavailable for every key",
               "add apiKey({ enableSessionForAPIKeys: true }) from @better-auth/api-key to its `plugins`, or "
               "remove `key` from DRAWBRIDGE_CREDENTIALS");
}

}  // namespace

void check_credentials(Report& report, const Visit& visit) {
  check_session_cookie(report, visit);
  check_page_origin(report, visit);
  check_api_keys(report, visit);
  check_session_storage(report, visit);
}

}  // namespace drawbridge::doctor
