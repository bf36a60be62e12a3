#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace drawbridge::test {

/// A Redis server of this test alone, gone at the end. Throws std::runtime_error when it cannot be started.
class RedisServer {
 public:
  /// `arguments` go to redis-server; without a `port` it has a free one.
  explicit RedisServer(const std::vector<std::string>& arguments = {}, int port = 0);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& credentials = "", const std::string& path = "") const;
  /// Runs a command by redis-cli, with more options of it before, and gives what it prints.
  std::string run(const std::vector<std::string>& command) const;

 private:
  pid_t script_ = 0;
  int input_ = -1;
  int port_ = 0;
};

}  // namespace drawbridge::test
