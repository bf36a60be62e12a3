#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "core/jose/unverified_token.h"
#include "doctor/sections.h"

namespace drawbridge::doctor {

inline constexpr std::string_view get_a_token =
    "get the JWT from GET /api/auth/token (in the browser, `(await authClient.token()).data.token`), or give "
    "doctor a session instead (DRAWBRIDGE_SESSION)";

/// A token taken apart, nothing of it proven. What is read of JSON lives as long as this.
struct OpenedToken {
  UnverifiedToken parts;
  simdjson::dom::parser header_parser;
  simdjson::dom::parser claims_parser;
  simdjson::dom::object header;
  simdjson::dom::object claims;
};

/// The texts of `aud` or `iss`.
std::vector<std::string> texts_of(const OpenedToken& token, std::string_view claim);

/// Judges `token.algorithm`, `token.key` and `token.signature`. The check which shows that this Better Auth
/// did not make the token as it is, so that what else it says is nobody's fault here; nothing when it may
/// have.
std::optional<std::string_view> judge_origin(Report& report, const Visit& visit, const OpenedToken& token,
                                             const SeenKeys& keys);

}  // namespace drawbridge::doctor
