#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace drawbridge::redis {

/// Where a Redis server is.
struct RedisUrl {
  std::string host;
  int port = 6379;
  bool is_tls = false;
  std::string user{};      ///< of an ACL; empty for the default user
  std::string password{};  ///< empty where none is asked for
  int database = 0;

  /// Reads `redis://[[user]:password@]host[:port][/database]`, or `rediss://…` for TLS. User and password are
  /// percent-decoded (RFC 3986 §2.1), which gives UTF-8; an IPv6 address is in brackets. Fails with one line
  /// that never holds the URL.
  static std::expected<RedisUrl, std::string> parse(std::string_view url);
};

}  // namespace drawbridge::redis
