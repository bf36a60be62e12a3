// Sessions in a real Redis, as Better Auth's secondary storage keeps them.

#include <array>
#include <atomic>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/credentials/session_identity.h"
#include "redis/stored_sessions.h"
#include "tests/redis/redis_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::test {
namespace {

using namespace std::chrono_literals;
using redis::RedisUrl;

constexpr std::string_view token = "HFDeVu7FoEkX8oWy4n2lQFYQlTEI4m66";
const std::string key = "better-auth:" + std::string{token};
const std::string revoked = "better-auth:revoked-sessions-before-ada";
constexpr Instant now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 30};
// As Better Auth 1.7.25 writes one.
const std::string record =
    R"({"session":{"id":"s1","ipAddress":"","userAgent":"","expiresAt":"2026-12-06T09:50:02.163Z","userId":"ada",)"
    R"("token":"HFDeVu7FoEkX8oWy4n2lQFYQlTEI4m66","createdAt":"2026-11-29T09:50:02.163Z"},"user":{"name":"Ada",)"
    R"("email":"ada@example.com","emailVerified":false,"image":null,"banned":false,"id":"ada"}})";

std::unique_ptr<SessionStore> sessions_at(const std::string& url, const redis::StoredSessions& options = {}) {
  return redis::open_stored_sessions(RedisUrl::parse(url).value(), options);
}

/// Whose session it is, or why that cannot be told.
std::string said_by(SessionStore& store) {
  std::promise<SessionStore::Found> promise;
  store.find(token, [&promise](SessionStore::Found found) { promise.set_value(std::move(found)); });
  const auto found = promise.get_future().get();
  if (!found) return found.error();
  if (!*found) return "no session";
  const auto who = identity_of_session((*found)->json, token, {"https://a.example", "https://a.example"}, now,
                                       (*found)->revoked_before);
  if (!who) return who.error();
  return *who ? (*who)->subject() : "no good session";
}

std::string unreadable(const std::string& why) {
  return "The sessions in Redis cannot be read: " + why + ".";
}

TEST(RedisSessions, CountFromTheNextRequestOn) {
  const RedisServer server;
  const auto store = sessions_at(server.url());
  EXPECT_EQ(said_by(*store), "no session");
  server.run({"SET", key, record});
  EXPECT_EQ(said_by(*store), "ada");
  server.run({"SET", revoked, "1795945802164"});  // a millisecond after it was made
  EXPECT_EQ(said_by(*store), "no good session");
  server.run({"SET", revoked, "1795945802163"});
  EXPECT_EQ(said_by(*store), "ada");
  server.run({"DEL", key});
  EXPECT_EQ(said_by(*store), "no session");
}

TEST(RedisSessions, WhatCannotBeReadIsNotGood) {
  const RedisServer server;
  const auto store = sessions_at(server.url());
  server.run({"SET", key, "{}"});
  EXPECT_EQ(said_by(*store), "The session's record is incomplete: session is missing.");
  server.run({"SET", key, record});
  server.run({"SET", revoked, "yesterday"});
  EXPECT_EQ(said_by(*store), unreadable("the time at which all the user's sessions ended is not a time"));
  server.run({"DEL", revoked});
  server.run({"LPUSH", revoked, "1795945802164"});
  EXPECT_EQ(said_by(*store), unreadable("Redis refuses: the key does not hold a string"));
  server.run({"DEL", revoked, key});
  server.run({"SET", key, "\xff" + record});
  EXPECT_EQ(said_by(*store), "The session's record is not valid UTF-8.");
  server.run({"DEL", key});
  server.run({"LPUSH", key, record});
  EXPECT_EQ(said_by(*store), unreadable("Redis refuses: the key does not hold a string"));
}

TEST(RedisSessions, AreWhereThePrefixAndTheDatabaseSay) {
  const RedisServer server;
  server.run({"-n", "3", "SET", "mine:" + std::string{token}, record});
  EXPECT_EQ(said_by(*sessions_at(server.url("", "/3"), {.prefix = "mine:"})), "ada");
  EXPECT_EQ(said_by(*sessions_at(server.url("", "/3"))), "no session");
  EXPECT_EQ(said_by(*sessions_at(server.url(), {.prefix = "mine:"})), "no session");
}

TEST(RedisSessions, AreForWhoMayReadThem) {
  const RedisServer server{{"--requirepass", "p@ss", "--user", "reader", "on", ">r", "~better-auth:*",
                            "+getrange", "--user", "other", "on", ">o", "~other:*", "+getrange"}};
  server.run({"-a", "p@ss", "--no-auth-warning", "SET", key, record});
  const std::pair<const char*, std::string> cases[] = {
      {":p%40ss@", "ada"},
      {"reader:r@", "ada"},
      {"default:p%40ss@", "ada"},
      {"", unreadable("Redis refuses: it asks for a password")},
      {":wrong@", unreadable("Redis refuses: user or password is wrong")},
      {"nobody:r@", unreadable("Redis refuses: user or password is wrong")},
      {"other:o@", unreadable("Redis refuses: the user may not read these keys with GETRANGE")},
  };
  for (const auto& [credentials, said] : cases)
    EXPECT_EQ(said_by(*sessions_at(server.url(credentials))), said) << credentials;
}

TEST(RedisSessions, AConnectionThatWasCutCostsNoAnswer) {
  const RedisServer server;
  server.run({"SET", key, record});
  const auto store = sessions_at(server.url(), {.readers = 1});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(said_by(*store), "ada");
    server.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  }
}

TEST(RedisSessions, AnOutageIsNoSignOutAndEnds) {
  std::optional<RedisServer> server{std::in_place};
  const int port = server->port();
  const auto store = sessions_at(server->url(), {.readers = 1});
  EXPECT_EQ(said_by(*store), "no session");
  server.reset();
  for (int round = 0; round < 3; ++round)
    EXPECT_TRUE(
        said_by(*store).starts_with("The sessions in Redis cannot be read: Redis cannot be reached: "));
  server.emplace(std::vector<std::string>{}, port);
  server->run({"SET", key, record});
  const auto deadline = std::chrono::steady_clock::now() + 15s;
  while (said_by(*store) != "ada" && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(said_by(*store), "ada");
}

/// A server that answers at once `quick` times that there is nothing. Then it begins an answer to whatever
/// comes, and goes on with it a byte at a time.
class SlowServer {
 public:
  explicit SlowServer(int quick = 0) : quick_{quick} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const place = reinterpret_cast<sockaddr*>(&address);
    if (bind(listening_, place, size) != 0 || listen(listening_, 4) != 0 ||
        getsockname(listening_, place, &size) != 0)
      throw std::runtime_error{"no port"};
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this] { serve(); }};
  }
  ~SlowServer() {
    shutdown(listening_, SHUT_RDWR);  // in case nobody came
    thread_.join();
    close(listening_);
  }
  SlowServer(const SlowServer&) = delete;
  SlowServer& operator=(const SlowServer&) = delete;

  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void serve() {
    for (int connection = 0; (connection = accept(listening_, nullptr, nullptr)) >= 0; close(connection)) {
      ++connections_;
      std::array<char, 256> command{};
      while (recv(connection, command.data(), command.size(), 0) > 0) {
        if (quick_-- > 0)
          send_all(connection, "$0\r\n\r\n");
        else
          send_slowly(connection, "$40\r\n0123456789012345678901234567890123456789\r\n");
      }
    }
  }
  static void send_all(int connection, std::string_view answer) {
    send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  static void send_slowly(int connection, std::string_view answer) {
    while (!answer.empty() && send(connection, answer.data(), 1, MSG_NOSIGNAL) == 1) {
      answer.remove_prefix(1);
      std::this_thread::sleep_for(100ms);
    }
  }

  int listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  int quick_;
  std::atomic<int> connections_{0};
  std::jthread thread_{};
};

const std::string too_late = unreadable("Redis cannot be reached: it takes too long to answer");

TEST(RedisSessions, AnAnswerThatTakesTooLongIsNotWaitedFor) {
  const SlowServer server;
  const auto store = sessions_at(server.url(), {.readers = 1, .reads = {.longest_wait = 1h}});
  EXPECT_EQ(said_by(*store), too_late);
}

/// A connection that was cut is replaced. A server that is too slow would keep the reader for twice as long.
TEST(RedisSessions, AServerThatTakesTooLongIsNotAskedTwice) {
  const SlowServer server{1};
  const auto store = sessions_at(server.url(), {.readers = 1, .reads = {.longest_wait = 1h}});
  EXPECT_EQ(said_by(*store), "no session");
  EXPECT_EQ(said_by(*store), too_late);
  EXPECT_EQ(server.connections(), 1);
}

/// What the server has sent so far.
std::size_t bytes_sent_by(const RedisServer& server) {
  const std::string facts = server.run({"INFO", "stats"});
  constexpr std::string_view name = "total_net_output_bytes:";
  return std::stoull(facts.substr(facts.find(name) + name.size()));
}

/// A user whose row holds a picture takes no more of a reader than anyone.
TEST(RedisSessions, OfARecordThatDoesNotFitOnlyTheBeginningIsRead) {
  constexpr std::size_t largest = 1'048'576;
  const RedisServer server;
  const auto store = sessions_at(server.url(), {.readers = 1});
  server.run({"SET", key, record});
  server.run({"SETRANGE", key, std::to_string(64 * largest), "}"});
  const std::size_t before = bytes_sent_by(server);
  for (int times = 0; times < 2; ++times) EXPECT_EQ(said_by(*store), "The session's record is too large.");
  EXPECT_LT(bytes_sent_by(server) - before, 3 * largest);
}

TEST(RedisSessions, ARecordThatJustFitsIsRead) {
  constexpr std::size_t largest = 1'048'576;
  const RedisServer server;
  const auto store = sessions_at(server.url(), {.readers = 1});
  // White space is JSON; what SETRANGE puts between is not, so the record is filled up part by part.
  server.run({"SET", key, record});
  const std::string blanks(65'536, ' ');
  for (std::size_t size = record.size(); size < largest; size += blanks.size())
    server.run({"SETRANGE", key, std::to_string(size), blanks.substr(0, largest - size)});
  EXPECT_EQ(said_by(*store), "ada");
  server.run({"APPEND", key, " "});
  EXPECT_EQ(said_by(*store), "The session's record is too large.");
}

/// A certificate of an authority made on the spot, for 127.0.0.1 alone.
class Certificate {
 public:
  Certificate() {
    make({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis", "-addext",
          "subjectAltName=IP:127.0.0.1", "-keyout", path("key.pem"), "-out", path("certificate.pem")});
    make({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other", "-keyout",
          path("other-key.pem"), "-out", path("other.pem")});
  }
  std::string path(const char* name) const { return directory_.path() / name; }

 private:
  static void make(const std::vector<std::string>& arguments) {
    const Outcome outcome = run_program("/usr/bin/openssl", {.arguments = arguments});
    if (outcome.status != 0) throw std::runtime_error{outcome.err};
  }
  ScratchDirectory directory_;
};

TEST(RedisSessions, OverTlsTheServerProvesItsName) {
  const Certificate certificate;
  const RedisServer server{{"--tls-cert-file", certificate.path("certificate.pem"), "--tls-key-file",
                            certificate.path("key.pem"), "--tls-ca-cert-file",
                            certificate.path("certificate.pem"), "--tls-auth-clients", "no"}};
  const std::string place = ":" + std::to_string(server.port());
  const auto said_at = [](const std::string& url, const std::optional<std::filesystem::path>& ca_file) {
    return said_by(*sessions_at(url, {.ca_file = ca_file, .readers = 1}));
  };
  EXPECT_EQ(said_at("rediss://127.0.0.1" + place, certificate.path("certificate.pem")), "no session");
  const std::string unreached = "The sessions in Redis cannot be read: Redis cannot be reached: ";
  const std::string another_name = said_at("rediss://localhost" + place, certificate.path("certificate.pem"));
  EXPECT_TRUE(another_name.starts_with(unreached)) << another_name;
  const std::string another_authority = said_at("rediss://127.0.0.1" + place, certificate.path("other.pem"));
  EXPECT_TRUE(another_authority.starts_with(unreached)) << another_authority;
  const std::string systems_authorities = said_at("rediss://127.0.0.1" + place, std::nullopt);
  EXPECT_TRUE(systems_authorities.starts_with(unreached)) << systems_authorities;
  const std::string no_file = said_at("rediss://127.0.0.1" + place, "/nonexistent.pem");
  EXPECT_TRUE(no_file.starts_with("The sessions in Redis cannot be read: TLS to Redis cannot be set up: "))
      << no_file;
  const std::string plain = said_at("redis://127.0.0.1" + place, std::nullopt);
  EXPECT_TRUE(plain.starts_with(unreached)) << plain;
}

}  // namespace
}  // namespace drawbridge::test
