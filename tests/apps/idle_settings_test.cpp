// Which settings do nothing beside the others.

#include "commands/idle_settings.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

using Names = std::vector<std::string>;

TEST(IdleSettings, AreThoseThatNothingReads) {
  constexpr CredentialKinds tokens{};
  constexpr CredentialKinds sessions{.token = true, .session = true, .key = false};
  constexpr CredentialKinds keys{.token = false, .session = false, .key = true};
  constexpr auto issuer = SessionPlace::issuer;
  const std::string url = "DRAWBRIDGE_REDIS_URL";
  const std::string prefix = "DRAWBRIDGE_REDIS_PREFIX";
  const std::string cookie = "DRAWBRIDGE_SESSION_COOKIE";
  const std::string place = "DRAWBRIDGE_SESSIONS";
  const std::string age = "DRAWBRIDGE_CREDENTIAL_MAX_AGE";
  struct Case {
    const char* name;
    CredentialKinds kinds;
    SessionPlace place;
    Names given;
    Names idle;
  };
  const Case cases[] = {
      {"nothing", tokens, issuer, {}, {}},
      {"tokens", tokens, issuer, {place, cookie, url, prefix, age}, {place, cookie, url, prefix, age}},
      {"keys", keys, issuer, {place, cookie, url, age}, {place, cookie, url}},
      {"sessions that are asked about", sessions, issuer, {place, cookie, url, prefix, age}, {url, prefix}},
      {"in the database", sessions, SessionPlace::database, {place, cookie, url, age}, {url, age}},
      {"in Redis", sessions, SessionPlace::redis, {place, cookie, url, prefix, age}, {age}},
      {"secrets, which others read", tokens, issuer, {"BETTER_AUTH_SECRET", "BETTER_AUTH_SECRETS"}, {}},
  };
  for (const Case& c : cases) {
    const auto value_of = [&](const std::string& name) -> std::optional<std::string> {
      return std::ranges::find(c.given, name) == c.given.end() ? std::nullopt : std::optional{"a secret"};
    };
    Names idle;
    for (const std::string& line : idle_settings(c.kinds, c.place, value_of)) {
      EXPECT_FALSE(line.contains("a secret")) << line;
      idle.push_back(line.substr(0, line.find(", because ")));
    }
    std::ranges::sort(idle);
    Names expected = c.idle;
    std::ranges::sort(expected);
    EXPECT_EQ(idle, expected) << c.name;
  }
}

}  // namespace
}  // namespace drawbridge::app
