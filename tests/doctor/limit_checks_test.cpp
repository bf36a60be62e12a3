// Whether Better Auth limits what a backend asks for all its users.

#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "doctor/sections.h"
#include "fake_api.h"
#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

constexpr CredentialKinds tokens{};
constexpr CredentialKinds all{.token = true, .session = true, .key = true};
constexpr const char* keys_url = "/jwks";
constexpr const char* session_url = "/get-session?disableCookieCache=true&disableRefresh=true";
constexpr const char* token_url = "/token";
constexpr const char* session = "production.session_exchange";
constexpr const char* key = "production.key_exchange";

using Told = std::set<std::string>;

struct Case {
  const char* name;
  CredentialKinds kinds;
  const char* place;    ///< DRAWBRIDGE_SESSIONS
  const char* limited;  ///< the end of an address that is asked for a hundred times at most
  Told faults;
};

/// Those of the three that are at fault.
Told faults_of(const Case& c) {
  std::atomic<int> count = 0;
  FakeBetterAuth better_auth;
  Visit visit = better_auth.visit();
  visit.kinds = c.kinds;
  visit.production = true;
  visit.variable = [&c](const std::string& name) {
    return name == "DRAWBRIDGE_SESSIONS" ? std::optional<std::string>{c.place} : std::nullopt;
  };
  visit.call = [&](const fetch::HttpCall& asked) -> std::expected<fetch::HttpAnswer, std::string> {
    if (asked.url.ends_with(c.limited) && ++count > 100) return fetch::HttpAnswer{.status = 429};
    return fetch::HttpAnswer{.status = asked.url.ends_with(token_url) ? 401 : 200};
  };
  Report report = report_before_the_api({.production = true});
  check_limits(report, visit);
  Told faults;
  for (const char* const id : {"production.key_fetch", session, key})
    if (report.is_at_fault(id)) faults.insert(id);
  return faults;
}

TEST(LimitChecks, SeeALimitOfWhatTheBackendAsks) {
  const Case cases[] = {
      {"keys of tokens", tokens, "issuer", keys_url, {"production.key_fetch"}},
      {"sessions, and none is taken", tokens, "issuer", session_url, {}},
      {"API keys, and none is taken", tokens, "issuer", token_url, {}},
      {"sessions", all, "issuer", session_url, {session}},
      {"sessions that the backend reads itself", all, "database", session_url, {}},
      {"API keys", all, "redis", token_url, {key}},
      {"nothing", all, "issuer", "/elsewhere", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(faults_of(c), c.faults) << c.name;
}

}  // namespace
}  // namespace drawbridge::doctor
