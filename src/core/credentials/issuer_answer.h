#pragma once

// What Better Auth answers when it is asked what a credential is worth.

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/identity.h"

#include "core/credentials/exchange_queue.h"

namespace drawbridge {

struct IssuerAnswer {
  std::string_view url;  ///< what was asked, for the log
  int status = 0;
  std::string_view body;
  std::vector<std::string_view> jwts{};  ///< the values of all headers `set-auth-jwt`
  std::optional<std::chrono::seconds> retry_after{};
};

/// A session as `get-session` shows it.
struct ShownSession {
  std::string id;
  std::string user_id;
  std::string jwt;  ///< not verified; empty where none came along, and `token` is to be asked
};

/// The session with this token (`session.token`), of an answer to
/// `get-session?disableCookieCache=true&disableRefresh=true`. `CredentialUnknown` for `null`, and for a
/// banned user; whatever is neither that nor this very session is a failure, so that an outage, or a proxy
/// that mixes up answers, never reads as a sign-out nor as somebody else. Bodies are not quoted: they hold
/// the token.
std::expected<ShownSession, ExchangeResult> read_session_answer(const IssuerAnswer& answer,
                                                                std::string_view token);

/// The JWT, not verified, of an answer to `token` that was asked with the cookie of a session that
/// `get-session` had just shown. A 401 is a failure: Better Auth says it when its database is down, too.
std::expected<std::string, ExchangeResult> read_session_token_answer(const IssuerAnswer& answer);

/// The same with an API key, whose own faults Better Auth names by codes: `CredentialUnknown` or
/// `CredentialLimited`. A 401 without one is a failure, since it is what an issuer without the plugin says.
std::expected<std::string, ExchangeResult> read_key_token_answer(const IssuerAnswer& answer);

/// The identity of a verified token that a session or an API key was exchanged for.
Identity identity_of_exchange(Identity of_token, CredentialKind kind);

/// Whether a verified token is of the session that came with it: `sub` is its user, and `sid`, where there is
/// one, the session.
bool is_of_session(const Identity& identity, const ShownSession& session);

}  // namespace drawbridge
