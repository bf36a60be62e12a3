#include "tests/redis/redis_server.h"

#include <array>
#include <cstdlib>
#include <map>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/places.h"
#include "tests/support/process.h"

namespace drawbridge::test {

RedisServer::RedisServer(const std::vector<std::string>& arguments, int port) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::vector<std::string> words{"bash", source_folder() / "tests/support/private_redis"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> command;
  command.reserve(words.size() + 1);
  for (std::string& word : words) command.push_back(word.data());
  command.push_back(nullptr);
  if (port != 0) setenv("PORT", std::to_string(port).c_str(), 1);
  const int result = posix_spawnp(&script_, "bash", &actions, nullptr, command.data(), environ);
  unsetenv("PORT");
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  if (result != 0) throw std::runtime_error{"bash cannot be started"};
  std::string line;
  for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) line += c;
  close(out[0]);
  port_ = std::atoi(line.c_str());
  if (port_ == 0) throw std::runtime_error{"private_redis gave no port"};
}

RedisServer::~RedisServer() {
  close(input_);
  waitpid(script_, nullptr, 0);
}

std::string RedisServer::url(const std::string& credentials, const std::string& path) const {
  return "redis://" + credentials + "127.0.0.1:" + std::to_string(port_) + path;
}

std::string RedisServer::run(const std::vector<std::string>& command) const {
  Invocation invocation{.arguments = {"-p", std::to_string(port_)}};
  invocation.arguments.insert(invocation.arguments.end(), command.begin(), command.end());
  const Outcome outcome = run_program("/usr/bin/redis-cli", invocation);
  if (outcome.status != 0) throw std::runtime_error{outcome.out + outcome.err};
  return outcome.out;
}

}  // namespace drawbridge::test
