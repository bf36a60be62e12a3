#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace drawbridge {

/// Why a request was refused. One vocabulary for C++, JSON, Python and TypeScript; `docs/errors.md`
/// explains each. The names are stable: clients switch on them.
enum class ErrorCode {
  // malformed: no credential, or something that cannot be one (401)
  token_missing,
  token_malformed,
  token_too_large,
  credential_malformed,
  // rejected: a credential that is not good here (401)
  token_type_not_allowed,
  algorithm_not_allowed,
  key_id_missing,
  key_unknown,
  key_unusable,
  signature_invalid,
  claim_missing,
  claim_invalid,
  token_expired,
  token_not_yet_valid,
  token_revoked,
  issuer_mismatch,
  audience_mismatch,
  session_unknown,
  api_key_unknown,
  // forbidden: a good credential, but not for this (403)
  user_mismatch,
  user_unknown,
  role_missing,
  permission_missing,
  membership_missing,
  origin_not_allowed,
  // unavailable: cannot be decided now; try again (503)
  keys_unavailable,
  session_unavailable,
  revocations_unavailable,
  store_unavailable,
  statement_timeout,
  // request: the request itself is wrong (4xx)
  request_malformed,
  body_malformed,
  not_found,
  method_not_allowed,
  conflict,
  quota_exceeded,
  body_too_large,
  media_type_unsupported,
  validation_failed,
  rate_limited,
  headers_too_large,
  // internal (500)
  internal_error,
};

enum class ErrorGroup { malformed, rejected, forbidden, unavailable, request, internal };

/// Every code, in the order of the enumeration.
DRAWBRIDGE_API std::span<const ErrorCode> all_error_codes();

/// The code as clients see it, for example `token_expired`.
DRAWBRIDGE_API std::string_view name_of(ErrorCode code);
DRAWBRIDGE_API std::string_view name_of(ErrorGroup group);
DRAWBRIDGE_API ErrorGroup group_of(ErrorCode code);

/// The HTTP status that goes with the code.
DRAWBRIDGE_API int http_status(ErrorCode code);

/// One English phrase for the code, the `title` of a problem document.
DRAWBRIDGE_API std::string_view title_of(ErrorCode code);

/// A refusal. `detail` says what happened and may be shown to whoever sent the request: it holds
/// nothing of the token. `hint` says why and what to do, for the developer; it may quote claims,
/// escaped and shortened, but never the token or a secret.
struct AuthError {
  ErrorCode code;
  std::string detail;
  std::string hint;
  /// For the group *unavailable*: when it is worth trying again (RFC 9110 §10.2.3).
  std::optional<std::chrono::seconds> retry_after;
};

/// The value of the `WWW-Authenticate` header for an answer with this code (RFC 6750 §3), or an
/// empty view where none belongs (anything but 401 and `role_missing`).
DRAWBRIDGE_API std::string www_authenticate(ErrorCode code);

/// The RFC 9457 problem document (`application/problem+json`) for an error:
/// `type`, `title`, `status`, `detail`, `code`.
DRAWBRIDGE_API std::string problem_json(const AuthError& error);

}  // namespace drawbridge
