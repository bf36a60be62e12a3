#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "drawbridge/auth_error.h"
#include "drawbridge/policy.h"

namespace drawbridge {

/// A token taken apart: of its content nothing is proven yet.
struct UnverifiedToken {
  /// What was signed: header and payload segments with the dot between (RFC 7515 §5.1). A view into
  /// the token.
  std::string_view signing_input;
  std::string unverified_header;   ///< JSON
  std::string unverified_payload;  ///< any bytes
  std::string signature;
};

/// What the header of a JWS says (RFC 7515 §4.1).
struct TokenHeader {
  Algorithm algorithm;
  std::string kid;
};

/// Step 3: three segments of canonical base64url, else `token_malformed`.
std::expected<UnverifiedToken, AuthError> split_token(std::string_view token);

/// What the keys of one Better Auth sign, of which a backend takes something. Each is refused where the other
/// is asked for (RFC 8725 §3.11).
enum class TokenType {
  jwt,            ///< no `typ`, or `JWT`: a token for an API
  session_cache,  ///< `better-auth.session-cache+jwt`: a session's cache, which a cookie holds
};

/// Steps 4 and 5: the header's form and type, and the algorithm against the policy's list.
std::expected<TokenHeader, AuthError> read_header(std::string_view header_json, const Policy& policy,
                                                  TokenType type = TokenType::jwt);

}  // namespace drawbridge
