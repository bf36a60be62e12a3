// What doctor makes of the storage that sessions are read from.

#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using Found = SessionStore::Found;
using Variables = std::map<std::string, std::string>;

constexpr auto ok = CheckStatus::ok;
constexpr auto fault = CheckStatus::fault;
constexpr auto not_checked = CheckStatus::not_checked;

const std::string token(32, 't');
const std::string secret(32, 's');

std::string cookie_of(const std::string& signer) {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> signature{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(signer.data()), signer.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(token.data()), token.size());
  crypto_auth_hmacsha256_final(&state, signature.data());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)>
      text{};
  sodium_bin2base64(text.data(), text.size(), signature.data(), signature.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  return token + '.' + text.data();
}

/// As Better Auth keeps it; `ends` is UNIX time in milliseconds.
SessionStore::Record record(long long ends = (now_seconds + 60) * 1000, const std::string& of_user = "") {
  return {.json = fmt::format(
              R"({{"session":{{"id":"s1","token":"{}","userId":"u1","expiresAt":{},"createdAt":{}}},)"
              R"("user":{{"id":"u1","uuid":"{}"{}}}}})",
              token, ends, (now_seconds - 600) * 1000, users_uuid, of_user)};
}

struct Case {
  const char* name;
  Variables variables;
  std::string id;
  CheckStatus status;
  const char* says;
};

/// `stored`: by place, `database`, or `redis` with the prefix behind a blank.
Check told_of(const Case& c, const std::map<std::string, Found>& stored) {
  FakeBetterAuth better_auth;
  Visit visit = better_auth.visit();
  visit.kinds = {.token = true, .session = true, .key = false};
  visit.session_cookie = cookie_of(secret);
  visit.variable = [&c](const std::string& name) {
    const auto found = c.variables.find(name);
    return found == c.variables.end() ? std::nullopt : std::optional{found->second};
  };
  const auto look = [&stored](const std::string& place, const std::string& asked) -> Found {
    const auto found = stored.find(place);
    if (found == stored.end()) return std::nullopt;
    if (!found->second || asked == token) return found->second;
    return std::nullopt;
  };
  visit.storages.in_database = [look](const std::string& asked) { return look("database", asked); };
  visit.storages.in_redis = [look](const std::string& asked, const std::string& prefix) {
    return look("redis " + prefix, asked);
  };
  const auto prefix = visit.variable("DRAWBRIDGE_REDIS_PREFIX");
  if (prefix) visit.storages.prefix = *prefix;
  return found_by(visit).checks.at(c.id);
}

void expect_told(const Case& c, const std::map<std::string, Found>& stored) {
  const Check check = told_of(c, stored);
  const std::string told = check.summary + " | " + check.cause + " | " + check.remedy;
  EXPECT_EQ(check.status, c.status) << c.name << ": " << told;
  EXPECT_TRUE(told.contains(c.says)) << c.name << ": " << told;
  EXPECT_FALSE(told.contains(secret) || told.contains(token)) << c.name;
}

Variables at(const char* place, Variables more = {}) {
  more.insert({{"DRAWBRIDGE_SESSIONS", place}, {"DRAWBRIDGE_REDIS_URL", "redis://localhost"}});
  return more;
}

TEST(SessionChecks, TheSecretIsTheOneThatSignedTheCookie) {
  const std::string other(32, 'o');
  const std::string both = "2:" + other + ",1:" + secret;
  constexpr const char* set = "credentials.secret";
  constexpr const char* signer = "credentials.cookie_secret";
  const Case cases[] = {
      {"none, and Better Auth is asked", {}, set, ok, "asks Better Auth about forged cookies"},
      {"none, and Better Auth is asked: its signer", {}, signer, ok, "no secret is set"},
      {"none, for the database", at("database"), set, fault, "DRAWBRIDGE_SESSIONS is database"},
      {"none, for Redis", at("redis"), set, fault, "DRAWBRIDGE_SESSIONS is redis"},
      {"none to compare", at("redis"), signer, not_checked, "credentials.secret"},
      {"the right one", {{"BETTER_AUTH_SECRET", secret}}, signer, ok, "BETTER_AUTH_SECRET signed"},
      {"another", {{"BETTER_AUTH_SECRET", other}}, signer, fault, "not Better Auth's secret"},
      {"an older one", {{"BETTER_AUTH_SECRETS", both}}, signer, ok, "number 2 of BETTER_AUTH_SECRETS"},
      {"the newest",
       {{"BETTER_AUTH_SECRETS", "1:" + secret}},
       signer,
       ok,
       "the first of BETTER_AUTH_SECRETS"},
      {"unreadable ones", {{"BETTER_AUTH_SECRETS", secret}}, set, fault, "VERSION:SECRET"},
      {"the right one behind others",
       {{"BETTER_AUTH_SECRETS", "1:" + other}, {"BETTER_AUTH_SECRET", secret}},
       signer,
       fault,
       "ignores it"},
  };
  for (const Case& c : cases) expect_told(c, {});
}

TEST(SessionChecks, TheStorageCanBeRead) {
  constexpr const char* id = "credentials.storage";
  const std::map<std::string, Found> broken{
      {"database", std::unexpected{"The sessions in the database cannot be read: it is down."}},
      {"redis better-auth:", std::unexpected{"The sessions in Redis cannot be read: it is down."}}};
  const Case cases[] = {
      {"asked", {}, id, ok, "asks Better Auth"},
      {"database", at("database"), id, fault, "The sessions in the database cannot be read: it is down |"},
      {"Redis", at("redis"), id, fault, "+getrange and ~better-auth:*"},
      {"no Redis", {{"DRAWBRIDGE_SESSIONS", "redis"}}, id, fault, "DRAWBRIDGE_REDIS_URL is not set"},
  };
  for (const Case& c : cases) expect_told(c, broken);
  expect_told({"database that is there", at("database"), id, ok, "can be read"}, {});
  expect_told({"Redis that is there", at("redis"), id, ok, "Redis can be read"}, {});
}

TEST(SessionChecks, TheSessionIsWhereItIsLookedFor) {
  constexpr const char* id = "credentials.stored_session";
  const std::map<std::string, Found> database{{"database", record()}};
  const std::map<std::string, Found> redis{{"redis better-auth:", record()}};
  const std::map<std::string, Found> bare{{"redis ", record()}};
  const Variables other = at("redis", {{"DRAWBRIDGE_REDIS_PREFIX", "app:"}});
  const std::pair<Case, std::map<std::string, Found>> cases[] = {
      {{"asked", {}, id, ok, "asks Better Auth"}, {}},
      {{"database", at("database"), id, ok, "found in the database"}, database},
      {{"Redis", at("redis"), id, ok, "found in Redis"}, redis},
      {{"another prefix", other, id, fault, "set DRAWBRIDGE_REDIS_PREFIX=better-auth:"}, redis},
      {{"no prefix", at("redis"), id, fault, "set DRAWBRIDGE_REDIS_PREFIX=none"}, bare},
      {{"database in place of Redis", at("redis"), id, fault, "set DRAWBRIDGE_SESSIONS=database"}, database},
      {{"Redis in place of database", at("database"), id, fault, "set DRAWBRIDGE_SESSIONS=redis"}, redis},
      {{"and without prefix", at("database"), id, fault, "=redis and DRAWBRIDGE_REDIS_PREFIX=none"}, bare},
      {{"nowhere, of Redis", at("redis"), id, fault, "DRAWBRIDGE_SESSIONS=issuer"}, {}},
      {{"nowhere, of the database", at("database"), id, fault, "DRAWBRIDGE_SESSIONS=issuer"}, {}},
      {{"ended", at("database"), id, fault, "it has expired there"},
       {{"database", record((now_seconds - 1) * 1000)}}},
      {{"banned", at("database"), id, not_checked, "its user is banned"},
       {{"database", record((now_seconds + 60) * 1000, R"(,"banned":true)")}}},
      {{"no record", at("redis"), id, fault, "lacks data"},
       {{"redis better-auth:", SessionStore::Record{.json = "{}"}}}},
  };
  for (const auto& [c, stored] : cases) expect_told(c, stored);
}

}  // namespace
}  // namespace drawbridge::doctor
