#pragma once

// Better Auth's session cookie, as it sets it and as somebody gave it.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/credentials/session_cookie.h"
#include "doctor/visit.h"

namespace drawbridge::doctor {

/// Why nothing of a session is checked.
inline constexpr std::string_view no_session_given =
    "give a session (DRAWBRIDGE_SESSION), or pipe it in with --session -";

/// A cookie with its attributes (RFC 6265 §4.1).
struct SetCookie {
  std::string name;
  std::string domain{};  ///< in lower case, without a dot before it; empty: of the host alone that set it
  std::string same_site{"lax"};  ///< in lower case; a browser takes a cookie without one for Lax
  bool is_secure = false;
};

/// The cookies that Better Auth takes away at POST /sign-out, the session's among them, with the names and
/// attributes that it gives them at sign-in. No session goes with the request, so that nobody is signed out.
/// The error says why there are none.
std::expected<std::vector<SetCookie>, std::string> cookies_of_better_auth(const Visit& visit);

/// Among them the session's.
const SetCookie& session_cookie_in(const std::vector<SetCookie>& cookies);

/// The session cookie that doctor was given, as a value or as `name=value`; nothing where it is no such
/// cookie.
std::optional<SessionCookie> given_session_cookie(const Visit& visit);

/// The header Cookie of what was given: as it is where it has a name, else with each of these before it.
std::string cookie_header(std::string_view given, std::span<const std::string> names);

}  // namespace drawbridge::doctor
