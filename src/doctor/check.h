#pragma once

#include <string>
#include <string_view>

namespace drawbridge::doctor {

enum class CheckStatus { ok, warning, fault, not_checked };

/// As it stands in JSON, for example `not_checked`.
std::string_view name_of(CheckStatus status);

/// What one check found. Each text is one line of plain text that quotes foreign text escaped and shortened,
/// and never a token, a cookie or a secret.
struct Check {
  std::string_view id;  ///< of the catalogue, for example `jwks.reachable`
  CheckStatus status = CheckStatus::not_checked;
  std::string summary;  ///< what was seen, or why nothing was looked at
  std::string cause;    ///< why that is so; empty unless it is a warning or a fault
  std::string remedy;   ///< what to do; empty unless it is a warning or a fault
};

}  // namespace drawbridge::doctor
