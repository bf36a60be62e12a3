#include "commands/idle_settings.h"

#include <fmt/format.h>

namespace drawbridge::app {

std::vector<std::string> idle_settings(
    CredentialKinds kinds, SessionPlace place,
    const std::function<std::optional<std::string>(const std::string& variable)>& value_of) {
  struct Rule {
    const char* variable;
    bool is_idle;
    const char* since;
  };
  const bool no_session = !kinds.session;
  const bool is_asked = kinds.key || (kinds.session && place == SessionPlace::issuer);
  const char* const without_sessions = "DRAWBRIDGE_CREDENTIALS does not include session";
  const char* const of_redis = no_session ? without_sessions : "DRAWBRIDGE_SESSIONS is not redis";
  const Rule rules[] = {
      {"DRAWBRIDGE_SESSIONS", no_session, without_sessions},
      {"DRAWBRIDGE_SESSION_COOKIE", no_session, without_sessions},
      {"DRAWBRIDGE_REDIS_URL", no_session || place != SessionPlace::redis, of_redis},
      {"DRAWBRIDGE_REDIS_PREFIX", no_session || place != SessionPlace::redis, of_redis},
      {"DRAWBRIDGE_CREDENTIAL_MAX_AGE", !is_asked,
       "the backend does not ask Better Auth about sessions or keys"},
  };
  std::vector<std::string> idle;
  for (const Rule& rule : rules)
    if (rule.is_idle && value_of(rule.variable))
      idle.push_back(fmt::format("{}, because {}", rule.variable, rule.since));
  return idle;
}

}  // namespace drawbridge::app
