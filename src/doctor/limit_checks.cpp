// production.key_fetch, .session_exchange and .key_exchange: what a backend asks Better Auth for, for all its
// users from one address, must not be limited by address.

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>

#include <fmt/format.h>

#include "doctor/api_calls.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {
namespace {

/// Better Auth's limit is 100 in 10 seconds for each address and path.
constexpr int requests = 105;
/// No request is begun later.
constexpr std::chrono::seconds longest_asking{6};

struct Seen {
  int answered = 0;
  int refused_with = 200;  ///< the status of one that was answered otherwise
  std::string no_answer;   ///< why one got none
};

/// As often as no limit lets through, until the first that is not answered `expected` or until it takes too
/// long.
Seen ask_often(const Visit& visit, const fetch::HttpCall& call, int expected) {
  const auto begun = visit.now();
  std::atomic<int> left = requests;
  std::atomic<bool> goes_on = true;
  std::mutex mutex;
  Seen seen;
  const auto ask = [&] {
    while (goes_on && left-- > 0 && visit.now() - begun < longest_asking) {
      const auto answer = visit.call(call);
      const std::lock_guard lock{mutex};
      if (!answer)
        seen.no_answer = answer.error();
      else if (answer->status != expected)
        seen.refused_with = answer->status;
      else
        ++seen.answered;
      if (!answer || answer->status != expected) goes_on = false;
    }
  };
  std::array<std::future<void>, 4> asking;  // each waits for its thread, whatever happens
  for (auto& one : asking) one = std::async(std::launch::async, ask);
  for (auto& one : asking) one.get();
  return seen;
}

/// One thing that backends ask for.
struct Asking {
  std::string_view id;
  std::string_view many;        ///< "fetches of the key set"
  std::string_view path;        ///< of Better Auth's, for a rule
  std::string_view without_it;  ///< what becomes of users
};

void judge(Report& report, const Asking& asking, const Seen& seen) {
  constexpr const char* overloaded = "Better Auth, or the proxy in front of it, fails under light load";
  if (seen.refused_with == 429)
    report.fault(
        asking.id, fmt::format("{} {} in a row reach a limit (429)", requests, asking.many),
        fmt::format("Better Auth limits requests by address: backends behind one address, or all clients if "
                    "it does not know their addresses, share 100 requests in 10 seconds; {}",
                    asking.without_it),
        fmt::format("set rateLimit: {{ customRules: {{ \"{}\": false }} }}; drawbridge() from "
                    "@drawbridge/better-auth does this for the paths that backends use, unless one of your "
                    "rules names that path",
                    asking.path));
  else if (seen.refused_with != 200)
    report.warning(asking.id,
                   fmt::format("one of {} {} returned {}", requests, asking.many, seen.refused_with),
                   overloaded, "check its log");
  else if (!seen.no_answer.empty())
    report.warning(asking.id,
                   fmt::format("one of {} {} got no answer: {}", requests, asking.many, seen.no_answer),
                   overloaded, "check its log");
  else if (seen.answered < requests)
    report.leave(asking.id, fmt::format("only {} of {} {} were answered within {} seconds", seen.answered,
                                        requests, asking.many, longest_asking.count()));
  else
    report.ok(asking.id, fmt::format("all {} {} in a row were answered", requests, asking.many));
}

void check_key_fetch(Report& report, const Visit& visit) {
  judge(report,
        {.id = "production.key_fetch",
         .many = "fetches of the key set",
         .path = "/jwks",
         .without_it = "without keys, a backend refuses every user"},
        ask_often(visit, {.url = visit.jwks_url}, 200));
}

/// By nobody's: where that is limited, everybody's is.
void check_session_exchange(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.session_exchange";
  if (!visit.kinds.session) return report.ok(id, "DRAWBRIDGE_CREDENTIALS does not include session");
  if (visit.variable("DRAWBRIDGE_SESSIONS").value_or("issuer") != "issuer")
    return report.ok(id, "the backend reads sessions itself");
  judge(report,
        {.id = id,
         .many = "session lookups",
         .path = "/get-session",
         .without_it = "the backend returns 503 session_unavailable for every session"},
        ask_often(visit,
                  {.url = visit.better_auth_url + "/get-session?disableCookieCache=true&disableRefresh=true"},
                  200));
}

void check_key_exchange(Report& report, const Visit& visit) {
  constexpr std::string_view id = "production.key_exchange";
  if (!visit.kinds.key) return report.ok(id, "DRAWBRIDGE_CREDENTIALS does not include key");
  if (!report.stands("credentials.api_keys"))
    return report.leave(id, report.why_without("credentials.api_keys"));
  const auto call = question_with_nobodys_key(visit);
  const auto first = visit.call(call);
  if (!first) return report.leave(id, "the request to Better Auth failed: " + first.error());
  judge(report,
        {.id = id,
         .many = "API key lookups",
         .path = "/token",
         .without_it = "the backend returns 503 session_unavailable for every API key"},
        ask_often(visit, call, first->status == 429 ? 401 : first->status));
}

}  // namespace

void check_limits(Report& report, const Visit& visit) {
  if (report.may_check("production.key_fetch")) check_key_fetch(report, visit);
  if (report.may_check("production.session_exchange")) check_session_exchange(report, visit);
  if (report.may_check("production.key_exchange")) check_key_exchange(report, visit);
}

}  // namespace drawbridge::doctor
