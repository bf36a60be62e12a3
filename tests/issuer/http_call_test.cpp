// One HTTP call to a server of the tests' own.

#include "issuer/http_call.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/misbehaving_server.h"
#include "tests/support/variable.h"

namespace drawbridge::fetch {
namespace {

using test::Answer;
using test::MisbehavingServer;

TEST(HttpCall, SendsItsHeadersAndBringsTheAnswer) {
  MisbehavingServer server;
  server.answer(Answer::of(401, "no", "X-One: 1\r\nx-one: 2\r\nWWW-Authenticate: Bearer\r\n"));
  const auto answer = call_http({.method = "GET",
                                 .url = server.url("/api/v1/me?x=1"),
                                 .headers = {{"Origin", "http://localhost:3000"}}},
                                {});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->body, "no");
  EXPECT_EQ(answer->header("X-ONE"), "1");
  EXPECT_EQ(answer->header("www-authenticate"), "Bearer");
  EXPECT_EQ(answer->header("absent"), "");
  const test::HeardRequest request = server.requests().front();
  EXPECT_EQ(request.target, "/api/v1/me?x=1");
  EXPECT_EQ(request.header("origin"), "http://localhost:3000");
}

TEST(HttpCall, SendsABody) {
  MisbehavingServer server;
  server.answer(Answer::json("{}"));
  const auto answer = call_http({.method = "POST",
                                 .url = server.url("/api/auth/update-user"),
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = "{\"a\":1}"},
                                {});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(server.requests().front().header("content-length"), "7");
  EXPECT_EQ(server.requests().front().header("content-type"), "application/json");
}

/// A proxy could read what plain http carries, and answer with keys of its own.
TEST(HttpCall, GoesByNoProxyOverPlainHttp) {
  MisbehavingServer server;
  MisbehavingServer proxy;
  server.answer(Answer::json("\"the server\""));
  proxy.answer(Answer::json("\"the proxy\""));
  const std::string address = proxy.url("");
  std::vector<std::unique_ptr<test::Variable>> variables;
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    variables.push_back(std::make_unique<test::Variable>(name, address.c_str()));
  for (const char* name : {"no_proxy", "NO_PROXY"})
    variables.push_back(std::make_unique<test::Variable>(name, nullptr));
  // An address of this machine that is not loopback's.
  const auto answer = call_http({.url = server.url("/api/auth/jwks", "0.0.0.0")},
                                {.jwks_url = {}, .allow_http_hosts = {"0.0.0.0"}});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->body, "\"the server\"");
  EXPECT_EQ(proxy.request_count(), 0U);
}

TEST(HttpCall, GoesByTheProxyForHttpsWhichItPassesOn) {
  MisbehavingServer proxy;
  proxy.answer(Answer::of(503, ""));
  const test::Variable https_proxy{"https_proxy", proxy.url("").c_str()};
  const test::Variable no_proxy{"no_proxy", nullptr};
  const test::Variable capitals{"NO_PROXY", nullptr};
  EXPECT_FALSE(call_http({.url = "https://auth.invalid/api/auth/jwks"}, {}));
  ASSERT_EQ(proxy.request_count(), 1U);
  EXPECT_EQ(proxy.requests().front().target, "auth.invalid:443") << "what CONNECT asks for";
}

TEST(HttpCall, FollowsNoRedirect) {
  MisbehavingServer server;
  server.answer(Answer::of(307, "", "Location: /elsewhere\r\n"));
  const auto answer = call_http({.url = server.url()}, {});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, 307);
  EXPECT_EQ(server.request_count(), 1U);
}

TEST(HttpCall, KeepsTheFirstMebibyte) {
  MisbehavingServer server;
  server.answer(Answer::of(200, std::string(1024 * 1024 + 1, 'x')));
  const auto answer = call_http({.url = server.url()}, {});
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->body.size(), 1024U * 1024U);
}

TEST(HttpCall, SaysInOneLineWhyThereIsNoAnswer) {
  MisbehavingServer server;
  server.go_down();
  MisbehavingServer untrusted{test::Tls{.self_signed = true}};
  const struct {
    const char* name;
    std::string url;
    const char* says;
  } cases[] = {
      {"nothing listens", server.url(), "Nothing listens at"},
      {"a certificate of nobody", untrusted.url(), "is not trusted"},
      {"plain http to another machine", "http://192.0.2.1/", "is plain http to another machine"},
      {"no URL", "nonsense", "is not a URL"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto answer = call_http({.url = c.url}, {});
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().find(c.says), std::string::npos) << answer.error();
    EXPECT_EQ(answer.error().find('\n'), std::string::npos);
  }
}

TEST(HttpCall, KnowsHowFarItGot) {
  using Stage = NoAnswer::Stage;
  using Then = Answer::Then;
  MisbehavingServer server;
  MisbehavingServer down;
  down.go_down();
  MisbehavingServer untrusted{test::Tls{.self_signed = true}};
  const Answer whole = Answer::of(200, "a body of some length");
  const std::string header = "Set-Auth-Jwt: " + std::string(110UL * 1024, 'x') + "\r\n";
  const struct {
    const char* name;
    std::string url;
    Answer answer;
    Stage stage;
  } cases[] = {
      {"nothing listens", down.url(), {}, Stage::not_sent},
      {"a certificate of nobody", untrusted.url(), {}, Stage::not_sent},
      {"closed without a byte", server.url(), {}, Stage::not_answered},
      {"silent", server.url(), {.then = Then::say_nothing}, Stage::not_answered},
      {"closed in its first line", server.url(), whole.cut_after(10, Then::close), Stage::not_answered},
      {"silent after its first line", server.url(), whole.cut_after(40, Then::say_nothing),
       Stage::broken_off},
      {"closed in its body", server.url(), whole.cut_in_body(5, Then::close), Stage::broken_off},
      {"silent in its body", server.url(), whole.cut_in_body(5, Then::say_nothing), Stage::broken_off},
      {"a header of 110 KB", server.url(), Answer::of(200, "{}", header), Stage::broken_off},
      {"gzip that is none", server.url(), Answer::of(200, "{}", "Content-Encoding: gzip\r\n"),
       Stage::broken_off},
  };
  for (const auto& c : cases) {
    server.answer(c.answer);
    HttpRequest request{{.url = c.url}, *check_jwks_url(c.url, {}), std::nullopt};
    if (c.answer.then == Then::say_nothing) curl_easy_setopt(request.handle(), CURLOPT_TIMEOUT_MS, 500L);
    const auto answer = request.take_result(curl_easy_perform(request.handle()));
    ASSERT_FALSE(answer) << c.name;
    EXPECT_EQ(answer.error().stage, c.stage) << c.name << ": " << answer.error().text;
  }
}

}  // namespace
}  // namespace drawbridge::fetch
