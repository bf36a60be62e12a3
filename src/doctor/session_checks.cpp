// credentials.secret, .storage, .cookie_secret and .stored_session: sessions that the backend reads itself.

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "core/credentials/session_identity.h"
#include "core/credentials/session_record.h"
#include "core/errors/hints.h"
#include "doctor/sections.h"
#include "doctor/session_cookies.h"

namespace drawbridge::doctor {
namespace {

using Record = SessionStore::Record;

constexpr const char* no_sessions = "DRAWBRIDGE_CREDENTIALS does not include session";
constexpr const char* asked = "the backend asks Better Auth about sessions";
constexpr const char* not_a_cookie = "the given session cookie does not have the form of one";
/// `session.token` of nobody: those of Better Auth have no hyphen.
constexpr const char* token_of_nobody = "drawbridge-doctor-nobodys-session";
constexpr const char* refused = "the backend refuses every session: 401 session_unknown";
constexpr const char* or_ask =
    "or set DRAWBRIDGE_SESSIONS=issuer, which works wherever Better Auth keeps them";

/// `issuer`, `database` or `redis`.
std::string place_of(const Visit& visit) {
  return visit.variable("DRAWBRIDGE_SESSIONS").value_or("issuer");
}

bool reads_storage(const Visit& visit) {
  return visit.kinds.session && place_of(visit) != "issuer";
}

std::string why_not_read(const Visit& visit) {
  return visit.kinds.session ? asked : no_sessions;
}

// --- the secret ------------------------------------------------------------------------------------

void check_secret(Report& report, const Visit& visit) {
  constexpr std::string_view id = "credentials.secret";
  if (!visit.kinds.session) return report.ok(id, no_sessions);
  const auto versioned = visit.variable("BETTER_AUTH_SECRETS");
  if (versioned && !read_versioned_secrets(*versioned))
    return report.fault(
        id, "BETTER_AUTH_SECRETS cannot be read", "the backend does not start with this value",
        "write each secret as VERSION:SECRET, the newest first, with no version twice: 2:…,1:…");
  if (versioned) return report.ok(id, "BETTER_AUTH_SECRETS is set");
  if (visit.variable("BETTER_AUTH_SECRET")) return report.ok(id, "BETTER_AUTH_SECRET is set");
  if (!reads_storage(visit))
    return report.ok(id, "no secret is set: the backend asks Better Auth about forged cookies, too");
  report.fault(
      id,
      fmt::format("DRAWBRIDGE_SESSIONS is {}, but neither BETTER_AUTH_SECRET nor BETTER_AUTH_SECRETS is set",
                  place_of(visit)),
      "the backend does not start: only the secret distinguishes a session's cookie from a forged one",
      "give the backend Better Auth's secret");
}

bool is_signed_with(const std::string& secret, const SessionCookie& cookie) {
  return SecretKeyring{{secret}}.signed_it(cookie);
}

/// Which secret made the cookie's signature, by its setting's name; empty where none did.
std::string signer_of(const SessionCookie& cookie, const Visit& visit) {
  if (const auto versioned = visit.variable("BETTER_AUTH_SECRETS")) {
    const auto secrets = read_versioned_secrets(*versioned);
    for (std::size_t i = 0; secrets && i < secrets->size(); ++i)
      if (is_signed_with(secrets->at(i), cookie))
        return i == 0 ? "the first of BETTER_AUTH_SECRETS"
                      : fmt::format("number {} of BETTER_AUTH_SECRETS", i + 1);
    return {};
  }
  const auto secret = visit.variable("BETTER_AUTH_SECRET");
  return secret && is_signed_with(*secret, cookie) ? "BETTER_AUTH_SECRET" : "";
}

void judge_cookie_secret(Report& report, const Visit& visit, const SessionCookie& cookie) {
  constexpr std::string_view id = "credentials.cookie_secret";
  const auto versioned = visit.variable("BETTER_AUTH_SECRETS");
  const auto secret = visit.variable("BETTER_AUTH_SECRET");
  if (!versioned && !secret) return report.ok(id, "no secret is set");
  if (const std::string signer = signer_of(cookie, visit); !signer.empty())
    return report.ok(id, signer + " signed the session cookie");
  const std::string name = versioned ? "BETTER_AUTH_SECRETS" : "BETTER_AUTH_SECRET";
  const bool is_hidden = versioned && secret && is_signed_with(*secret, cookie);
  report.fault(
      id, fmt::format("{} did not sign the session cookie, which Better Auth recognizes", name),
      is_hidden
          ? "BETTER_AUTH_SECRET did, but the backend ignores it if BETTER_AUTH_SECRETS is set, and refuses "
            "every session with 401 session_unknown"
          : "it is not Better Auth's secret, so the backend refuses every session with 401 session_unknown",
      is_hidden ? "remove BETTER_AUTH_SECRETS, or add that secret to it, with its version"
                : "give the backend the same value as Better Auth: its BETTER_AUTH_SECRETS or "
                  "BETTER_AUTH_SECRET, or the option `secret`");
}

// --- the storage -----------------------------------------------------------------------------------

SessionStore::Found look(const Visit& visit, const std::string& token) {
  return place_of(visit) == "redis" ? visit.storages.in_redis(token, visit.storages.prefix)
                                    : visit.storages.in_database(token);
}

std::string without_stop(std::string text) {
  while (text.ends_with('.')) text.pop_back();
  return text;
}

void judge_unreadable(Report& report, const Visit& visit, const std::string& why) {
  constexpr std::string_view id = "credentials.storage";
  constexpr const char* cause = "the backend returns 503 session_unavailable for every session";
  if (place_of(visit) == "redis")
    return report.fault(id, without_stop(why), cause,
                        fmt::format("start Redis, and set DRAWBRIDGE_REDIS_URL to Better Auth's, with its "
                                    "password and database; an ACL user needs +getrange and ~{}*",
                                    display_text(visit.storages.prefix)));
  report.fault(id, without_stop(why), cause,
               fmt::format("set DATABASE_URL to the database with Better Auth's sessions; if they are in "
                           "Redis, set DRAWBRIDGE_SESSIONS=redis; {}",
                           or_ask),
               {"database.reachable", "database.better_auth", "tables.session_token"});
}

void check_storage(Report& report, const Visit& visit) {
  constexpr std::string_view id = "credentials.storage";
  if (!reads_storage(visit)) return report.ok(id, why_not_read(visit));
  const bool is_redis = place_of(visit) == "redis";
  if (is_redis && !visit.variable("DRAWBRIDGE_REDIS_URL"))
    return report.fault(
        id, "DRAWBRIDGE_SESSIONS is redis, but DRAWBRIDGE_REDIS_URL is not set", "the backend does not start",
        "set it to the Redis of Better Auth's secondary storage, for example redis://localhost:6379");
  if (is_redis && !visit.storages.in_redis) return report.leave(id, visit.why_no_redis);
  if (!is_redis && !visit.storages.in_database) return report.leave(id, visit.why_no_database);
  if (const auto found = look(visit, token_of_nobody); !found)
    return judge_unreadable(report, visit, found.error());
  report.ok(id, is_redis ? "Redis can be read" : "the sessions in the database can be read");
}

// --- the session -----------------------------------------------------------------------------------

bool is_there(const SessionStore::Found& found) {
  return found && found->has_value();
}

/// A prefix of Redis under which the session is, of those that Better Auth's storages have by themselves.
std::optional<std::string> prefix_of(const Visit& visit, const std::string& token) {
  if (!visit.storages.in_redis) return std::nullopt;
  for (const std::string& prefix : {visit.storages.prefix, std::string{"better-auth:"}, std::string{}})
    if (is_there(visit.storages.in_redis(token, prefix))) return prefix;
  return std::nullopt;
}

std::string setting_of_prefix(const std::string& prefix) {
  return fmt::format("DRAWBRIDGE_REDIS_PREFIX={}", prefix.empty() ? "none" : display_text(prefix));
}

std::string shown_prefix(const std::string& prefix) {
  return prefix.empty() ? "no prefix" : fmt::format("the prefix {}", display_text(prefix));
}

void judge_absent_in_redis(Report& report, const Visit& visit, const std::string& token) {
  constexpr std::string_view id = "credentials.stored_session";
  if (const auto prefix = prefix_of(visit, token))
    return report.fault(id,
                        fmt::format("the session is in Redis with {}, but the backend looks for it with {}",
                                    shown_prefix(*prefix), shown_prefix(visit.storages.prefix)),
                        refused, "set " + setting_of_prefix(*prefix));
  if (visit.storages.in_database && is_there(visit.storages.in_database(token)))
    return report.fault(
        id, "the session is in the database, not in Redis",
        "Better Auth has no secondary storage, or gets sessions that it lost from the database "
        "(storeSessionInDatabase); the backend refuses such sessions: 401 session_unknown",
        "set DRAWBRIDGE_SESSIONS=database");
  report.fault(id,
               fmt::format("Better Auth recognizes the session, but Redis does not have it with {}",
                           shown_prefix(visit.storages.prefix)),
               fmt::format("Better Auth keeps it elsewhere: in another Redis or Redis database, under "
                           "another prefix, in its own database, or in memory; {}",
                           refused),
               fmt::format("set DRAWBRIDGE_REDIS_URL and DRAWBRIDGE_REDIS_PREFIX to those of Better Auth's "
                           "secondaryStorage; if it has none, set DRAWBRIDGE_SESSIONS=database; {}",
                           or_ask));
}

void judge_absent_in_database(Report& report, const Visit& visit, const std::string& token) {
  constexpr std::string_view id = "credentials.stored_session";
  if (const auto prefix = prefix_of(visit, token))
    return report.fault(
        id, fmt::format("the session is in Redis with {}, not in the database", shown_prefix(*prefix)),
        fmt::format("Better Auth has a secondary storage; {}", refused),
        *prefix == visit.storages.prefix ? "set DRAWBRIDGE_SESSIONS=redis"
                                         : "set DRAWBRIDGE_SESSIONS=redis and " + setting_of_prefix(*prefix));
  report.fault(
      id, "Better Auth recognizes the session, but the database does not have it",
      fmt::format(
          "Better Auth keeps it elsewhere: in a secondary storage, in another database, or in memory; {}",
          refused),
      fmt::format("set DRAWBRIDGE_SESSIONS=redis with DRAWBRIDGE_REDIS_URL if it has a secondaryStorage; "
                  "otherwise set DATABASE_URL to its database; {}",
                  or_ask));
}

/// Why a session does not count that is there; empty where that cannot be told.
std::string_view reason_of(const Record& record, const std::string& token, Instant now) {
  const auto read = read_session_record(record.json);
  if (!read) return {};
  switch (state_of(read->session, token, now, record.revoked_before)) {
    case SessionState::ended:
      return "it has expired there";
    case SessionState::revoked:
      return "all sessions of its user were ended after it was created";
    case SessionState::banned:
      return "its user is banned";
    case SessionState::another:
      return "it is a different session";
    case SessionState::good:
      break;
  }
  return {};
}

void judge_record(Report& report, const Visit& visit, const Record& record, const std::string& token) {
  constexpr std::string_view id = "credentials.stored_session";
  const Instant now = visit.now();
  const auto identity = identity_of_session(record.json, token, visit.policy, now, record.revoked_before);
  const bool is_redis = place_of(visit) == "redis";
  const char* const where = is_redis ? "Redis" : "the database";
  if (!identity)
    return report.fault(
        id, fmt::format("the session in {} lacks data: {}", where, without_stop(identity.error())),
        "the backend returns 503 session_unavailable for it",
        "give users the data that tokens need, with drawbridge() from @drawbridge/better-auth and drawbridge "
        "migrate up; then sign in again",
        {"tables.user_uuid", "tables.user_uuid_values"});
  if (*identity) return report.ok(id, fmt::format("the session is found in {}", where));
  const std::string_view reason = reason_of(record, token, now);
  if (reason == "its user is banned") return report.leave(id, std::string{reason});
  report.fault(id, fmt::format("the session is in {}, but it is not valid: {}", where, reason),
               "Better Auth accepts it: it reads another storage, or its clock is different",
               fmt::format("set DRAWBRIDGE_SESSIONS to the storage that Better Auth reads, which is redis if "
                           "it has a secondaryStorage; {}",
                           or_ask),
               {"clock.issuer"});
}

void judge_stored_session(Report& report, const Visit& visit, const std::string& token) {
  const auto found = look(visit, token);
  if (!found) return report.leave("credentials.stored_session", without_stop(found.error()));
  if (*found) return judge_record(report, visit, **found, token);
  if (place_of(visit) == "redis") return judge_absent_in_redis(report, visit, token);
  judge_absent_in_database(report, visit, token);
}

}  // namespace

void check_session_storage(Report& report, const Visit& visit) {
  check_secret(report, visit);
  check_storage(report, visit);
}

void check_stored_session(Report& report, const Visit& visit) {
  constexpr std::string_view secret = "credentials.cookie_secret";
  constexpr std::string_view stored = "credentials.stored_session";
  const auto cookie = given_session_cookie(visit);
  if (!visit.kinds.session)
    report.ok(secret, no_sessions);
  else if (report.may_check(secret) && !cookie)
    report.leave(secret, not_a_cookie);
  else if (report.may_check(secret))
    judge_cookie_secret(report, visit, *cookie);

  if (!reads_storage(visit))
    report.ok(stored, why_not_read(visit));
  else if (report.may_check(stored) && !cookie)
    report.leave(stored, not_a_cookie);
  else if (report.may_check(stored))
    judge_stored_session(report, visit, cookie->token);
}

}  // namespace drawbridge::doctor
