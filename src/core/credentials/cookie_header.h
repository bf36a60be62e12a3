#pragma once

#include <ranges>
#include <span>
#include <string_view>

#include "core/text/ascii.h"

namespace drawbridge {

/// Calls `visit(name, value)` for each cookie of all Cookie headers (RFC 6265 §5.4; HTTP/2 may cut one into
/// several, RFC 9113 §8.2.3), views of the same text. What has no `=` is no cookie.
template <typename Visit>
void each_cookie(std::span<const std::string_view> headers, const Visit& visit) {
  for (const std::string_view header : headers) {
    for (const auto part : std::views::split(header, ';')) {
      const std::string_view pair = ascii::trimmed(std::string_view{part});
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      visit(ascii::trimmed(pair.substr(0, equals)), ascii::trimmed(pair.substr(equals + 1)));
    }
  }
}

}  // namespace drawbridge
