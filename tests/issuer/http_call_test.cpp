// One HTTP call to a server of the tests' own.

#include "issuer/http_call.h"

#include <gtest/gtest.h>

#include "tests/support/misbehaving_server.h"

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

}  // namespace
}  // namespace drawbridge::fetch
