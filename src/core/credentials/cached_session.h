#pragma once

// A session by Better Auth's session cache: a JWT with a profile of its own, which the key set signs where
// `jwt({ sessionCookieCache: true })` is set. Its payload is a session's record, beside claims of its own.

#include <expected>
#include <optional>
#include <string_view>

#include "core/jose/verification.h"

namespace drawbridge {

/// Whose session `jwt` caches, as an Identity with the claims that a token of the session would have. They
/// hold until the cache's `exp`, or the session's end where that comes first.
///
/// `typ` must be `better-auth.session-cache+jwt`, `aud` `better-auth:session-cache`, `iss` one of the
/// policy's; `exp` and `iat` must be there, `sub` be the user's id and `sid` the session's token, which goes
/// nowhere from here. A change of the user ends it up to a minute before its `iat`, by which the clocks of
/// the issuer's processes may differ. The codes:
/// - `credential_malformed`: no JWT at all;
/// - `session_unknown`: it was not signed for this by a key of the set. With `missing_kid` as of a token;
/// - `token_expired`: it may have been good, and counts no more: it or the session has ended, the user is
///   banned, or the session is another than that of `session_token`, the token in the session's own cookie;
/// - `session_unavailable`: it is good, and no token of its user would be: who that is cannot be told.
/// With `tables` EdDSA is faster.
std::expected<Verdict, Refusal> verify_cached_session(std::string_view jwt,
                                                      std::optional<std::string_view> session_token,
                                                      const Policy& policy, const KeySet& keys, TokenTime now,
                                                      ed25519::KeyTables* tables = nullptr);

}  // namespace drawbridge
