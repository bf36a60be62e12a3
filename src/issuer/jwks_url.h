#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace drawbridge::fetch {

/// A URL that keys may be fetched from.
struct JwksUrl {
  std::string text;
  /// Then no proxy is asked: plain http, which a proxy could read and change, and loopback.
  bool is_direct;
};

/// Checks a URL by the rules for keys: https anywhere, http only to loopback or to `allow_http_hosts`, no
/// user info. The error is one line.
std::expected<JwksUrl, std::string> check_jwks_url(std::string_view url,
                                                   std::span<const std::string> allow_http_hosts);

}  // namespace drawbridge::fetch
