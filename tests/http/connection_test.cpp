// What a connection bears: framing, limits, slowness, several requests in a row.

#include <ostream>

#include <fmt/format.h>

#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

using std::chrono::milliseconds;

struct RefusedCase {
  const char* name;
  std::string raw;
  int status = 400;
  std::string_view code = "request_malformed";
};
void PrintTo(const RefusedCase& refused, std::ostream* out) {
  *out << refused.raw.substr(0, 300);
}
class Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Refused, and_the_connection_closed) {
  const Api api;
  auto client = api.connect();
  // A second request behind it, as a smuggler would send it, must not be answered.
  client.send(GetParam().raw + raw_request("GET", "/healthz", ""));
  const auto answer = client.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, GetParam().status);
  EXPECT_EQ(answer->code(), GetParam().code);
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_EQ(answer->header("vary"), "Origin");
  client.end_sending();
  EXPECT_TRUE(client.is_closed());
}

std::string post(const std::string& lines, const std::string& body = "") {
  return "POST " + tasks_of(alice) +
         " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\nContent-Type: application/json\r\n" + lines +
         "\r\n" + body;
}
std::string get(const std::string& lines) {
  return "GET /healthz HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    framing, Refused,
    testing::Values(
        RefusedCase{"encoding_gzip", post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n")},
        RefusedCase{"encoding_list", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
        RefusedCase{"encoding_identity", post("Transfer-Encoding: identity\r\n")},
        RefusedCase{"encoding_with_length",
                    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        RefusedCase{"encoding_on_http_1_0",
                    "POST /healthz HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        RefusedCase{"two_lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}")},
        RefusedCase{"length_list", post("Content-Length: 2, 2\r\n", "{}")},
        RefusedCase{"two_hosts", get("Host: b\r\n")}, RefusedCase{"no_host", "GET /healthz HTTP/1.1\r\n\r\n"},
        RefusedCase{"folded", get("X: a\r\n b\r\n")},
        RefusedCase{"bare_line_feed", "GET /healthz HTTP/1.1\nHost: a\n\n"},
        RefusedCase{"bare_carriage_return", get("X: a\rb\r\n")},
        RefusedCase{"space_before_colon", get("X : a\r\n")},
        RefusedCase{"non_ascii_target", "GET /h\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n"},
        RefusedCase{"absolute_target", "GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
        RefusedCase{"bad_connection_header", get("Connection: a b\r\n")}, RefusedCase{"tls", "\x16\x03\x01"},
        RefusedCase{"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        RefusedCase{"bad_chunk_size", post("Transfer-Encoding: chunked\r\n", "x\r\n{}\r\n0\r\n\r\n")},
        RefusedCase{"chunk_longer_than_it_says",
                    post("Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n")},
        RefusedCase{"chunk_with_line_feed", post("Transfer-Encoding: chunked\r\n", "2\n{}\n0\n\n\r\n\r\n")},
        RefusedCase{"chunk_size_overflow",
                    post("Transfer-Encoding: chunked\r\n", "10000000000000002\r\n{}\r\n0\r\n\r\n")},
        RefusedCase{"endless_chunk_line",
                    post("Transfer-Encoding: chunked\r\n", "2;" + std::string(70'000, 'x'))},
        RefusedCase{"length_in_a_trailer",
                    post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n")}),
    [](const auto& refused) { return refused.param.name; });

INSTANTIATE_TEST_SUITE_P(
    size, Refused,
    testing::Values(
        RefusedCase{"long_header", get("X: " + std::string(33'000, 'x') + "\r\n"), 431, "headers_too_large"},
        RefusedCase{"endless_header", "GET /healthz HTTP/1.1\r\nX: " + std::string(40'000, 'x'), 431,
                    "headers_too_large"},
        RefusedCase{"long_target", "GET /" + std::string(33'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 431,
                    "headers_too_large"},
        RefusedCase{"long_body", post("Content-Length: 1048577\r\n", std::string(1'048'577, ' ')), 413,
                    "body_too_large"},
        RefusedCase{"long_body_on_a_route_without_one",
                    "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n" +
                        std::string(1'048'577, ' '),
                    413, "body_too_large"},
        RefusedCase{
            "long_chunks",
            post("Transfer-Encoding: chunked\r\n", fmt::format("{0:x}\r\n{1}\r\n{0:x}\r\n{1}\r\n0\r\n\r\n",
                                                               600'000, std::string(600'000, ' '))),
            413, "body_too_large"},
        RefusedCase{"trailer",
                    post("Transfer-Encoding: chunked\r\n", "d\r\n{\"title\":\"x\"}\r\n0\r\nX: y\r\n\r\n"),
                    400, "request_malformed"},
        RefusedCase{
            "folded_trailer",
            post("Transfer-Encoding: chunked\r\n", "d\r\n{\"title\":\"x\"}\r\n0\r\nX: y\r\n z\r\n\r\n"), 400,
            "request_malformed"}),
    [](const auto& refused) { return refused.param.name; });

TEST(Connection, takes_a_head_and_a_body_of_the_largest_size) {
  const Api api;
  const std::string start = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ";
  EXPECT_EQ(api.request(start + std::string(32 * 1024 - start.size() - 4, 'x') + "\r\n\r\n").status, 200);
  EXPECT_EQ(api.request(start + std::string(32 * 1024 - start.size() - 3, 'x') + "\r\n\r\n").status, 431);
  std::string body = R"({"title":"x"})";
  body.resize(1024 * 1024, ' ');
  EXPECT_EQ(api.call("POST", tasks_of(alice), "alice", body).status, 201);
}

TEST(Connection, reads_chunks_however_they_arrive) {
  const Api api;
  const std::string chunks = "5\r\n{\"tit\r\n8;name=value\r\nle\":\"x\"}\r\n0\r\n\r\n";
  auto client = api.connect();
  client.send(post("Transfer-Encoding: chunked\r\n", chunks));
  EXPECT_EQ(client.receive().value().status, 201);
  client.send(post("Transfer-Encoding: chunked\r\n"));
  for (const char byte : chunks) client.send({&byte, 1});
  EXPECT_EQ(client.receive().value().status, 201);
}

TEST(Connection, reads_a_request_byte_by_byte) {
  const Api api;
  auto client = api.connect();
  for (const char byte : post("Content-Length: 13\r\n", R"({"title":"x"})")) client.send({&byte, 1});
  EXPECT_EQ(client.receive().value().status, 201);
}

TEST(Connection, answers_pipelined_requests_in_order) {
  const Api api;
  auto client = api.connect();
  // Those in the middle wait for another thread; the last must wait for them.
  client.send(raw_request("GET", "/api/v1/me", "alice") + raw_request("GET", "/api/v1/me", "alice-later") +
              post("Content-Length: 13\r\n", R"({"title":"x"})") +
              raw_request("GET", tasks_of(alice), "alice") + raw_request("GET", "/api/v1/me", "expired") +
              raw_request("GET", "/healthz", ""));
  EXPECT_EQ(client.receive().value().member("uuid"), alice);
  EXPECT_EQ(client.receive().value().member("uuid"), alice);
  EXPECT_EQ(client.receive().value().member("title"), "x");
  EXPECT_EQ(client.receive().value().member("total"), "1");
  EXPECT_EQ(client.receive().value().code(), "token_expired");
  EXPECT_EQ(client.receive().value().member("status"), "ok");
}

TEST(Connection, one_request_leaves_nothing_for_the_next) {
  const Api api;
  auto client = api.connect();
  client.send(raw_request("GET", tasks_of(alice), "alice"));
  EXPECT_EQ(client.receive().value().status, 200);
  client.send(raw_request("GET", tasks_of(alice), ""));
  EXPECT_EQ(client.receive().value().code(), "token_missing");
  client.send(raw_request("GET", tasks_of(alice), "bob"));
  EXPECT_EQ(client.receive().value().code(), "user_mismatch");
  EXPECT_FALSE(api.log_text.str().contains("user=" + alice + " code"));
}

TEST(Connection, is_kept_or_closed_as_the_client_says) {
  const Api api;
  auto client = api.connect();
  client.send("GET /healthz HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.receive().value().header("connection"), "keep-alive");
  client.send(get("Connection: close\r\n"));
  EXPECT_EQ(client.receive().value().header("connection"), "close");
  EXPECT_TRUE(client.is_closed());
  auto old_client = api.connect();
  old_client.send("GET /healthz HTTP/1.0\r\nHost: a\r\n\r\n");
  EXPECT_EQ(old_client.receive().value().header("connection"), "close");
  EXPECT_TRUE(old_client.is_closed());
}

TEST(Connection, answers_a_client_that_has_stopped_sending) {
  const Api api;
  auto client = api.connect();
  client.send(raw_request("GET", "/api/v1/me", "alice-later"));
  client.end_sending();
  EXPECT_EQ(client.receive().value().status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Connection, ignores_a_body_where_none_belongs) {
  const Api api;
  auto client = api.connect();
  client.send(raw_request("GET", "/api/v1/me", "alice", "", "whatever") + raw_request("GET", "/healthz", ""));
  EXPECT_EQ(client.receive().value().status, 200);
  EXPECT_EQ(client.receive().value().member("status"), "ok");
}

// ---- the body is read after isolation has passed --------------------------------------------------

TEST(Continue, is_said_once_the_body_is_wanted) {
  const Api api;
  auto client = api.connect();
  client.send(post("Expect: 100-continue\r\nContent-Length: 13\r\n"));
  EXPECT_EQ(client.receive().value().status, 100);
  client.send(R"({"title":"x"})");
  EXPECT_EQ(client.receive().value().status, 201);
}

struct UnwantedCase {
  const char* name;
  std::string target;
  std::string_view token;
  std::string_view content_type;
  int status;
};
void PrintTo(const UnwantedCase& unwanted, std::ostream* out) {
  *out << unwanted.name;
}
class Unwanted : public testing::TestWithParam<UnwantedCase> {};

/// The body never comes, so an answer shows that it was not waited for.
TEST_P(Unwanted, body_is_not_read) {
  const Api api;
  auto client = api.connect();
  client.send(raw_request("POST", GetParam().target, GetParam().token,
                          fmt::format("Content-Type: {}\r\nExpect: 100-continue\r\nContent-Length: 13\r\n",
                                      GetParam().content_type)));
  const auto answer = client.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, GetParam().status);
  EXPECT_EQ(answer->header("connection"), "close");
  client.end_sending();
  EXPECT_TRUE(client.is_closed());
}

INSTANTIATE_TEST_SUITE_P(
    , Unwanted,
    testing::Values(UnwantedCase{"unknown_route", "/nowhere", "alice", "application/json", 404},
                    UnwantedCase{"no_token", tasks_of(alice), "", "application/json", 401},
                    UnwantedCase{"bad_token", tasks_of(alice), "expired", "application/json", 401},
                    UnwantedCase{"outage", tasks_of(alice), "outage", "application/json", 503},
                    UnwantedCase{"another_user", tasks_of(bob), "alice", "application/json", 403},
                    UnwantedCase{"wrong_method", "/api/v1/me", "alice", "application/json", 405},
                    UnwantedCase{"wrong_media_type", tasks_of(alice), "alice", "text/plain", 415},
                    UnwantedCase{"method_that_an_open_route_lacks", "/healthz", "", "application/json", 405}),
    [](const auto& unwanted) { return unwanted.param.name; });

class OpenRoute : public testing::TestWithParam<std::string> {};

/// Nobody has said who they are: nothing that they send is kept, and nothing is waited for.
TEST_P(OpenRoute, takes_no_body) {
  for (const std::string_view lines :
       {"Content-Length: 1\r\n", "Content-Length: 1048576\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const Api api;
    auto client = api.connect();
    client.send(GetParam() + std::string{lines} + "\r\n");
    const auto answer = client.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413);
    EXPECT_EQ(answer->code(), "body_too_large");
    EXPECT_EQ(answer->header("connection"), "close");
  }
}

INSTANTIATE_TEST_SUITE_P(
    , OpenRoute,
    testing::Values("GET /healthz HTTP/1.1\r\nHost: a\r\n", "GET /readyz HTTP/1.1\r\nHost: a\r\n",
                    "GET /openapi.json HTTP/1.1\r\nHost: a\r\n", "GET /docs HTTP/1.1\r\nHost: a\r\n",
                    "GET /docs/none HTTP/1.1\r\nHost: a\r\n",
                    "OPTIONS /api/v1/me HTTP/1.1\r\nHost: a\r\nOrigin: http://localhost:3000\r\n"
                    "Access-Control-Request-Method: GET\r\n"));

TEST(Connection, takes_a_length_of_nothing_for_no_body) {
  const Api api;
  EXPECT_EQ(api.request("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 200);
}

TEST(Connection, lets_a_client_that_sends_on_read_its_refusal) {
  const Api api;
  auto client = api.connect();
  client.send(raw_request("POST", tasks_of(bob), "alice", "Content-Length: 8000000\r\n"));
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 80; ++i) ASSERT_TRUE(client.send(piece)) << i;
  EXPECT_EQ(client.receive().value().code(), "user_mismatch");
}

TEST(Connection, stops_draining_at_its_bound) {
  const Api api{{.limits = {.linger = std::chrono::seconds{60}, .linger_bytes = 1'000'000}}};
  auto client = api.connect();
  client.send(raw_request("POST", tasks_of(bob), "alice", "Content-Length: 900000000\r\n"));
  EXPECT_EQ(client.receive().value().code(), "user_mismatch");
  const std::string piece(100'000, 'x');
  for (int i = 0; i < 40; ++i) client.send(piece);
  EXPECT_TRUE(client.is_closed());
}

// ---- slowness: a few of the cases in connection_phases_test.cpp, done to sockets ------------------

TEST(Timeout, slow_headers_are_refused) {
  const Api api{{.limits = {.head = milliseconds{100}, .linger = milliseconds{100}}}};
  auto client = api.connect();
  client.send("GET /healthz HTTP/1.1\r\nHost:");
  const auto answer = client.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->code(), "request_malformed");
  EXPECT_TRUE(client.is_closed());
}

TEST(Timeout, a_slow_body_is_refused) {
  const Api api{{.limits = {.body = milliseconds{100}}}};
  auto client = api.connect();
  client.send(post("Content-Length: 13\r\n", R"({"title")"));
  EXPECT_EQ(client.receive().value().code(), "request_malformed");
  EXPECT_EQ(api.backend->count_rows("tasks"), 0);
}

TEST(Timeout, a_client_that_takes_no_answer_is_let_go) {
  const Api api{{.limits = {.write = milliseconds{100}}}};
  for (int i = 0; i < 100; ++i) {
    const std::string body = fmt::format(R"({{"title":"x","description":"{}"}})", std::string(10'000, 'x'));
    ASSERT_EQ(api.call("POST", tasks_of(alice), "alice", body).status, 201);
  }
  auto client = api.connect();
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += raw_request("GET", tasks_of(alice) + "?limit=100", "alice");
  client.send(requests);
  // 300 MB of answers fit no socket's buffers, and nobody reads them: the server must give up by itself.
  EXPECT_TRUE(client.is_hung_up_on());
}

// ---- requests do not wait for each other ----------------------------------------------------------

TEST(Concurrency, a_held_up_database_or_token_keeps_nobody_else_waiting) {
  Api api;
  api.store.hold();
  auto waits_for_database = api.connect();
  waits_for_database.send(raw_request("GET", tasks_of(alice), "alice"));
  api.store.wait_for(1);
  auto waits_for_token = api.connect();
  waits_for_token.send(raw_request("GET", "/api/v1/me", "held"));
  EXPECT_EQ(api.call("GET", "/api/v1/me", "alice").status, 200);
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200);
  api.store.release();
  EXPECT_EQ(waits_for_database.receive().value().status, 200);
  api.authenticator.release();
  EXPECT_EQ(waits_for_token.receive().value().status, 200);
}

TEST(Concurrency, several_threads_serve_many_connections) {
  const Api api{{.threads = 3}};
  std::vector<RawClient> clients;
  for (int i = 0; i < 30; ++i) clients.push_back(api.connect());
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients)
      client.send(raw_request("GET", "/api/v1/me", "alice-later") + raw_request("GET", tasks_of(bob), "bob"));
    for (auto& client : clients) {
      EXPECT_EQ(client.receive().value().member("uuid"), alice);
      EXPECT_EQ(client.receive().value().member("total"), "0");
    }
  }
}

TEST(Concurrency, a_client_that_leaves_while_it_is_decided_on_does_no_harm) {
  Api api;
  api.store.hold();
  {
    auto client = api.connect();
    client.send(raw_request("GET", tasks_of(alice), "alice"));
    api.store.wait_for(1);
  }
  api.store.release();
  EXPECT_EQ(api.call("GET", tasks_of(alice), "alice").status, 200);
}

}  // namespace
}  // namespace drawbridge::test
