#pragma once

// The parts of an examination, in their order. Each judges the checks of its groups: every one whose needs
// stand.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/key_set.h"
#include "drawbridge/uuid.h"

#include "doctor/report.h"
#include "doctor/visit.h"

namespace drawbridge::doctor {

/// What a token says, proven or not.
struct SeenToken {
  std::string text;
  std::optional<Uuid> uuid;
  std::string subject;                           ///< empty when it has none
  std::string issuer{};                          ///< claim `iss`, the same
  std::vector<std::string> audiences;            ///< claim `aud`
  std::optional<std::chrono::seconds> lifetime;  ///< from `iat` to `exp`
};

/// What was seen where the key set is asked for.
struct SeenKeys {
  std::optional<KeySet> set;
  std::optional<std::chrono::seconds> clock_lead;  ///< of Better Auth's clock before this one
  /// Where the token's `iss` says that Better Auth is, when keys are there and not where BETTER_AUTH_URL
  /// says.
  std::optional<std::string> other_issuer{};
};

/// `config.*`
void check_configuration(Report& report, const Visit& visit);

/// `credentials.*`, what is taken beside tokens, but for what needs a session.
void check_credentials(Report& report, const Visit& visit);

/// `credentials.cookie_name`, `credentials.cookie_reach` and `credentials.issuer_storage`: by the cookies
/// that Better Auth sets.
void check_session_cookie(Report& report, const Visit& visit);

/// `credentials.secret` and `credentials.storage`.
void check_session_storage(Report& report, const Visit& visit);

/// `credentials.cookie_secret` and `credentials.stored_session`: whether the backend would find the session
/// that Better Auth knows.
void check_stored_session(Report& report, const Visit& visit);

/// `jwks.*` and `clock.issuer`.
SeenKeys check_keys(Report& report, const Visit& visit);

/// `database.*` and `tables.*`; what was read when it could be.
std::optional<schema::BridgeFacts> check_database(Report& report, const Visit& visit);

/// `revocations.feed` and `tables.revocations`; whether Better Auth is known to record what ends.
bool check_revocations(Report& report, const Visit& visit,
                       const std::optional<schema::BridgeFacts>& database);

/// `issuer.*`; the token that Better Auth gave to the session.
std::optional<std::string> check_issuer(Report& report, const Visit& visit);

/// `token.*`; what it says when this Better Auth may have made it.
std::optional<SeenToken> check_token(Report& report, const Visit& visit,
                                     const std::optional<std::string>& token, const SeenKeys& keys,
                                     bool has_revocations = false);

/// `user.*`
void check_user(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                const std::optional<schema::BridgeFacts>& database);

/// `api.*` but `api.session`, and `clock.api`; whether the API has the route of `api_path`, for all that was
/// seen.
bool check_api(Report& report, const Visit& visit, const std::optional<SeenToken>& token);

/// `api.session`, with the token that Better Auth gave to the session.
void check_api_session(Report& report, const Visit& visit,
                       const std::optional<std::string>& token_of_session);

/// `cors.*`
void check_cors(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                const SeenKeys& keys = {}, bool has_route = true);

/// `production.key_fetch`, `production.session_exchange` and `production.key_exchange`
void check_limits(Report& report, const Visit& visit);

/// `production.revocations`
void check_open_feed(Report& report, const Visit& visit);

/// `production.sign_in`
void check_sign_in(Report& report, const Visit& visit);

/// `production.page_*`
void check_page(Report& report, const Visit& visit);

/// `production.*`, the two above among them.
void check_production(Report& report, const Visit& visit, const std::optional<SeenToken>& token,
                      const std::optional<schema::BridgeFacts>& database);

}  // namespace drawbridge::doctor
