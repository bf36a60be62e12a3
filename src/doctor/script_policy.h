#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "issuer/http_call.h"

namespace drawbridge::doctor {

/// Every policy that binds the page: those of the header `Content-Security-Policy`, of which there may be
/// several, and of `<meta>` in the body (CSP3 §3). One that is only reported is none.
std::vector<std::string> policies_of(const fetch::HttpAnswer& page);

/// What a policy lets scripts do (CSP3 §6.1.11, §6.7).
struct ScriptRule {
  /// Why somebody else's script could run, as words behind "it has"; empty where none can.
  std::string weakness;
  std::string nonce;  ///< empty where there is none
};

ScriptRule script_rule_of(std::string_view policy);

}  // namespace drawbridge::doctor
