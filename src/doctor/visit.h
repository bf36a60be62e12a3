#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/credentials.h"
#include "drawbridge/policy.h"
#include "drawbridge/session_store.h"
#include "drawbridge/verifier.h"

#include "issuer/http_call.h"
#include "schema/bridge_facts.h"

namespace drawbridge::doctor {

/// Of the tasks API.
inline constexpr const char* tasks_path = "/api/v1/{user_id}/tasks";

/// Why nothing of the API is checked.
inline constexpr const char* no_api_given = "give --api-url";

/// Where sessions may be stored. A function is empty where that storage is not known; each waits for its
/// answer.
struct SessionStorages {
  std::function<SessionStore::Found(const std::string& token)> in_database{};
  std::function<SessionStore::Found(const std::string& token, const std::string& prefix)> in_redis{};
  std::string prefix{"better-auth:"};  ///< that the backend puts before each key of Redis
};

/// What the doctor was asked to look at, and what it looks with. It opens nothing by itself.
struct Visit {
  /// What the backend accepts, as its settings say.
  Policy policy;

  std::string better_auth_url;  ///< Better Auth's base, `http://localhost:3000/api/auth`: no slash at the end
  std::string jwks_url;
  std::string page_origin;  ///< of the pages that call the API, `http://localhost:3000`
  std::optional<std::string> token{};
  std::optional<std::string> session_cookie{};  ///< the value, or `name=value`
  std::optional<std::string> api_url{};         ///< the origin or base of the backend, no slash at the end
  std::string api_path{tasks_path};             ///< of a GET that shows what is a user's
  bool production = false;
  CredentialKinds kinds{};  ///< that the backend takes

  /// One HTTP call; the error is one line.
  std::function<std::expected<fetch::HttpAnswer, std::string>(const fetch::HttpCall&)> call{};
  /// What the database looks like; the error is one line. Empty where none is to be looked at.
  std::function<std::expected<schema::BridgeFacts, std::string>()> read_database{};
  /// Whether that database has the user; the error is one line.
  std::function<std::expected<bool, std::string>(const schema::NamedUser&)> user_exists{};
  std::string why_no_database{};  ///< why that is empty, or what to give
  /// The URL of a database that is there, where `read_database` is empty since none was given.
  std::string default_database{};
  SessionStorages storages{};
  std::string why_no_redis{};  ///< as `why_no_database`, where `storages.in_redis` is empty
  /// UNIX time with milliseconds, as tokens are judged by.
  std::function<TokenTime()> now{};
  /// The value of an environment variable or of the file of `--env-file`; nothing when it is not set.
  std::function<std::optional<std::string>(const std::string&)> variable{};
  std::vector<std::string> variable_names{};   ///< of all that are set
  std::vector<std::string> known_variables{};  ///< that any command of Drawbridge reads
  std::vector<std::string> idle_settings{};    ///< each that does nothing beside the others, and why
};

/// Whether the backend knows its users by `sub`, Better Auth's user.id, and not by `uuid`.
inline bool goes_by_subject(const Visit& visit) {
  return visit.variable && visit.variable("DRAWBRIDGE_USER_CLAIM") == "sub";
}

}  // namespace drawbridge::doctor
