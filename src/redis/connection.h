#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "redis/redis_url.h"

// NOLINTBEGIN(readability-identifier-naming): hiredis names them
struct redisContext;
struct redisSSLContext;
// NOLINTEND(readability-identifier-naming)

namespace drawbridge::redis {

/// One connection, which only reads. One thread at a time may use it; each call may block for some
/// two seconds, whatever the server sends.
class RedisConnection {
 public:
  /// Why something failed, in one line without a key, a value or a password.
  using Fault = std::string;

  /// Connects, by TLS with the server's name checked where the URL says so, and signs in. `ca_file`: a PEM
  /// file of authorities to trust instead of the system's.
  static std::expected<std::unique_ptr<RedisConnection>, Fault> open(
      const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// The text under the key, of a longer one the first `most` bytes; or that there is none, or an empty one.
  std::expected<std::optional<std::string>, Fault> get(std::string_view key, std::size_t most);

  /// Whether it is lost: whatever is asked on it from now on fails.
  bool is_lost() const;
  /// Whether it is lost because the server took too long to answer.
  bool has_timed_out() const;

 private:
  RedisConnection() = default;
  std::optional<Fault> start(const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file);
  std::optional<Fault> start_tls(const RedisUrl& url, const std::optional<std::filesystem::path>& ca_file);
  std::optional<Fault> sign_in(const RedisUrl& url);

  struct Free {
    void operator()(redisContext* context) const;
    void operator()(redisSSLContext* context) const;
  };
  std::unique_ptr<redisSSLContext, Free> tls_{};
  std::unique_ptr<redisContext, Free> context_{};  // goes before what it uses
};

}  // namespace drawbridge::redis
