#include "tests/support/postgres_server.h"

#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <pqxx/pqxx>
#include <spawn.h>
#include <unistd.h>

#include "tests/support/places.h"

namespace drawbridge::test {
namespace {

/// The script stops the server when its standard input ends, which it does with this process: the pipe's
/// other end is never closed.
std::string start() {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const std::string script = source_folder() / "tests/support/private_postgres";
  std::array<char*, 3> arguments{const_cast<char*>("bash"), const_cast<char*>(script.c_str()), nullptr};
  setenv("FSYNC", "off", 1);
  pid_t child = 0;
  const int result = posix_spawnp(&child, "bash", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (result != 0) throw std::runtime_error{"bash cannot be started"};
  std::string url;
  for (char c = 0; read(out[0], &c, 1) == 1 && c != '\n';) url += c;
  if (!url.starts_with("postgresql://")) throw std::runtime_error{"private_postgres gave no URL"};
  return url;
}

}  // namespace

PostgresServer::PostgresServer() : url_{start()} {}

const PostgresServer& PostgresServer::instance() {
  static const PostgresServer server;
  return server;
}

std::string PostgresServer::url_of(const std::string& database) const {
  return url_.substr(0, url_.rfind('/') + 1) + database;
}

std::string PostgresServer::make_database(const std::string& copy_of) const {
  static std::atomic<int> count{0};
  const std::string name = "test_" + std::to_string(++count);
  pqxx::connection connection{url_};
  pqxx::nontransaction{connection}.exec("CREATE DATABASE " + name + " TEMPLATE " + copy_of);
  return url_of(name);
}

void PostgresServer::drop_database(const std::string& url) const {
  pqxx::connection connection{url_};
  pqxx::nontransaction{connection}.exec("DROP DATABASE " + url.substr(url.rfind('/') + 1) + " WITH (FORCE)");
}

}  // namespace drawbridge::test
