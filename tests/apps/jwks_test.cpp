// `drawbridge jwks`.

#include <array>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drawbridge_program.h"

namespace drawbridge::app {
namespace {

namespace json = boost::json;

/// An HTTP server on a free loopback port that gives its one answer to one request.
class OneAnswer {
 public:
  OneAnswer(int status, const std::string& body)
      : answer_{fmt::format("HTTP/1.1 {} Status\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status,
                            body.size(), body)},
        listener_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    // The sockets API takes every kind of address by a pointer to this one.
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 1) != 0 ||
        getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error{"no loopback port could be had"};
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this] { serve(); }};
  }
  ~OneAnswer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}/api/auth/jwks", port_); }

 private:
  void serve() const {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    std::string request;
    std::array<char, 1024> buffer{};
    while (!request.contains("\r\n\r\n")) {
      const ssize_t size = recv(client, buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      request.append(buffer.data(), static_cast<std::size_t>(size));
    }
    if (request.starts_with("GET /api/auth/jwks HTTP/1.1\r\n"))
      send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    close(client);
  }

  std::string answer_;
  int listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

class Jwks : public DrawbridgeProgram {};

TEST_F(Jwks, ListsEachKeyAndNeverAPrivateMember) {
  const auto rsa = test::TestKey::generate(Algorithm::rs256, "weak", 1024);
  const auto leaked = test::TestKey::generate(Algorithm::eddsa, "leaked");
  const std::string keys =
      file("mixed.json",
           test::jwks_of({key_.jwk(R"(,"use":"sig")"), leaked.jwk(R"(,"d":"c2VjcmV0")"), rsa.jwk(), "{}"}));
  const test::Outcome outcome = drawbridge({"jwks", keys, "--json"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_FALSE(outcome.out.contains("c2VjcmV0"));
  json::object answer = json_line(outcome.out);
  EXPECT_EQ(text_member(answer, "source"), keys);
  ASSERT_EQ(answer.at("keys").as_array().size(), 4u);
  const json::object& good = answer.at("keys").at(0).as_object();
  const std::string x = json::parse(key_.jwk()).at("x").as_string().c_str();
  EXPECT_EQ(json::value(good), json::value({{"kid", "the-key"},
                                            {"kty", "OKP"},
                                            {"crv", "Ed25519"},
                                            {"alg", "EdDSA"},
                                            {"use", "sig"},
                                            {"x", x},
                                            {"usable", true},
                                            {"reason", nullptr}}));
  for (const std::size_t index : {2u, 3u}) {
    const json::object& bad = answer.at("keys").at(index).as_object();
    EXPECT_EQ(bad.at("usable"), json::value(false));
    EXPECT_NE(text_member(bad, "reason"), "");
  }
  EXPECT_TRUE(answer.at("keys").at(3).at("kid").is_null());

  std::int64_t usable = 0;
  for (const json::value& key : answer.at("keys").as_array()) usable += key.at("usable").as_bool() ? 1 : 0;
  EXPECT_EQ(answer.at("usable"), json::value(usable));

  const test::Outcome for_people = drawbridge({"jwks", keys});
  EXPECT_EQ(for_people.status, 0);
  EXPECT_TRUE(for_people.out.starts_with("4 keys at ")) << for_people.out;
  EXPECT_TRUE(for_people.out.contains("usable  the-key\n")) << for_people.out;
  EXPECT_TRUE(for_people.out.contains("not usable  weak\n")) << for_people.out;
  EXPECT_FALSE(for_people.out.contains("c2VjcmV0"));
}

TEST_F(Jwks, EdDsaIsShownByTheNameThatTheKeyHas) {
  const auto named = test::TestKey::generate(Algorithm::ed25519, "new");
  const auto ec = test::TestKey::generate(Algorithm::es256, "ec");
  const std::string misnamed = '{' + ec.material() + R"(,"alg":"Ed25519","kid":"ec"})";
  const std::string keys = file("named.json", test::jwks_of({named.jwk(), misnamed}));
  const json::array list = json_line(drawbridge({"jwks", keys, "--json"}).out).at("keys").as_array();
  EXPECT_EQ(list.at(0).at("alg"), json::value("Ed25519"));
  EXPECT_EQ(list.at(0).at("usable"), json::value(true));
  EXPECT_EQ(list.at(1).at("usable"), json::value(false));
  EXPECT_TRUE(drawbridge({"jwks", keys}).out.contains("alg  Ed25519\n")) << drawbridge({"jwks", keys}).out;
}

TEST_F(Jwks, NoUsableKeyIsExitOne) {
  const test::Outcome none = drawbridge({"jwks", "--json", file("none.json", R"({"keys":[]})")});
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(json_line(none.out).at("usable"), json::value(0));
  EXPECT_TRUE(
      drawbridge({"jwks", file("none.json", R"({"keys":[]})")}).out.contains("creates its first key"));
  EXPECT_EQ(drawbridge({"jwks", file("bad.json", R"({"keys":[{"kid":"\u001b[31m"}]})")}).status, 1);
  EXPECT_FALSE(
      drawbridge({"jwks", file("bad.json", R"({"keys":[{"kid":"\u001b[31m"}]})")}).out.contains('\x1B'));
}

TEST_F(Jwks, WhatCannotBeReadIsExitThreeAndOneLine) {
  for (const std::string& place :
       {std::string{"/nonexistent"}, file("page.json", "<html>"), std::string{"http://127.0.0.1:1/jwks"}}) {
    const test::Outcome outcome = drawbridge({"jwks", "--json", place});
    EXPECT_EQ(outcome.status, 3) << place;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("drawbridge: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

TEST_F(Jwks, AUrlIsFetched) {
  const std::string keys = test::jwks_of({key_.jwk()});
  {
    const OneAnswer issuer{200, keys};
    const test::Outcome outcome = drawbridge({"jwks", "--json", issuer.url()});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(text_member(json_line(outcome.out), "source"), issuer.url());
    EXPECT_EQ(json_line(outcome.out).at("usable"), json::value(1));
  }
  {
    const OneAnswer issuer{200, keys};
    const test::Outcome outcome =
        drawbridge({"token", "verify", "--json", "--at", std::to_string(now)}, token(),
                   {{"BETTER_AUTH_URL", origin}, {"BETTER_AUTH_JWKS_URL", issuer.url()}});
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  }
  const std::tuple<int, std::string, std::string> faults[] = {
      {404, "", "404"}, {500, "", "500"}, {200, "<!doctype html>", "a web page"}, {200, "{}", "no array"}};
  for (const auto& [status, body, part] : faults) {
    const OneAnswer issuer{status, body};
    const test::Outcome outcome = drawbridge({"jwks", issuer.url()});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.contains(part)) << outcome.err;
  }
}

TEST_F(Jwks, ThePlaceComesFromTheSettings) {
  const test::Outcome outcome = drawbridge({"jwks"}, "", {{"BETTER_AUTH_URL", "http://127.0.0.1:1"}});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_TRUE(outcome.err.contains("http://127.0.0.1:1/api/auth/jwks")) << outcome.err;
}

}  // namespace
}  // namespace drawbridge::app
