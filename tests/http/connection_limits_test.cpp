// What a connection gets of what there is for all, and what it is told when something takes too long.

#include <atomic>

#include <fmt/format.h>

#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

using std::chrono::milliseconds;

std::string post(const std::string& lines, const std::string& body = "") {
  return raw_request("POST", tasks_of(alice), "alice", "Content-Type: application/json\r\n" + lines) + body;
}

/// Large enough that their list fits no socket's buffers for long.
void add_large_tasks(const Api& api) {
  for (int i = 0; i < 100; ++i) {
    const std::string body = fmt::format(R"({{"title":"x","description":"{}"}})", std::string(10'000, 'x'));
    ASSERT_EQ(api.call("POST", tasks_of(alice), "alice", body).status, 201);
  }
}

// ---- what one user gets ---------------------------------------------------------------------------

TEST(UserShare, is_asked_before_a_body_is_waited_for) {
  const Api api{{.limits = {.store_places_for_each_user = 1}}};
  auto slow = api.connect();
  slow.send(post("Content-Length: 13\r\n"));
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200);  // so that the first was read
  const auto refused = api.request(post("Content-Length: 13\r\n"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.code(), "rate_limited");
  EXPECT_EQ(refused.header("connection"), "close") << "its body is not read";
  EXPECT_EQ(api.shed(http::Shed::user_places), 1U);
  EXPECT_EQ(api.call("GET", tasks_of(bob), "bob").status, 200);
  slow.send(R"({"title":"x"})");
  EXPECT_EQ(slow.receive().value().status, 201);
  EXPECT_EQ(api.call("GET", tasks_of(alice), "alice").status, 200) << "the place is free again";
}

TEST(UserShare, has_bytes_for_bodies) {
  const Api api{{.limits = {.user_bytes = 1'000'000}}};
  auto slow = api.connect();
  slow.send(post("Content-Length: 1048576\r\n", "{"));
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200);
  EXPECT_EQ(api.request(post("Content-Length: 13\r\n")).code(), "rate_limited");
  EXPECT_EQ(api.request(post("Transfer-Encoding: chunked\r\n", "1\r\n")).code(), "rate_limited");
  EXPECT_EQ(api.shed(http::Shed::user_bytes), 2U);
  EXPECT_EQ(api.call("GET", tasks_of(bob), "bob").status, 200);
}

TEST(UserShare, has_bytes_for_answers_that_are_not_read) {
  const Api api{{.limits = {.user_bytes = 500'000}}};
  add_large_tasks(api);
  {
    auto deaf = api.connect();
    std::string requests;
    for (int i = 0; i < 100; ++i) requests += raw_request("GET", tasks_of(alice) + "?limit=100", "alice");
    deaf.send(requests);
    // As soon as the buffers on the way are full.
    std::string code;
    for (int i = 0; i < 10'000 && code.empty(); ++i) code = api.call("GET", tasks_of(alice), "alice").code();
    EXPECT_EQ(code, "rate_limited");
    EXPECT_EQ(api.call("GET", tasks_of(bob), "bob").status, 200);
  }
  int status = 0;
  for (int i = 0; i < 10'000 && status != 200; ++i) status = api.call("GET", tasks_of(alice), "alice").status;
  EXPECT_EQ(status, 200) << "what the client leaves behind is given back";
}

/// Many may have been let in before the first answer was made.
TEST(UserShare, that_is_used_up_refuses_what_waits_before_it_is_made) {
  Api api;
  std::atomic<int> made{0};
  const auto large = [&made](const http::Request&) -> http::Outcome {
    return http::StoreWork{.kind = http::StoreWork::Kind::read, .run = [&made](database::Session&) {
                             ++made;
                             return http::Response{.content_type = "text/plain",
                                                   .body = std::string(16'000'000, 'x')};
                           }};
  };
  const auto server = http::Server::start({.host = "127.0.0.1",
                                           .port = 0,
                                           .threads = 1,
                                           .allowed_origins = {},
                                           .limits = {.user_bytes = 1'000'000}},
                                          {{"/large", http::Access::signed_in, {{http::Method::get, large}}}},
                                          api.authenticator, api.store, api.log);
  ASSERT_TRUE(server.has_value());
  api.store.hold();
  std::vector<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back((*server)->port());
    clients.back().send(raw_request("GET", "/large", "alice"));
  }
  api.store.wait_for(12);
  api.store.release();
  for (auto& client : clients) EXPECT_TRUE(client.hears_within(10'000));
  EXPECT_LE(made, 3) << "one fills the share, and each thread that reads may have begun another";
}

TEST(AllUsers, have_bytes_together_and_the_longest_unread_answer_gives_way) {
  const Api api{{.limits = {.all_user_bytes = 500'000, .reserved_bytes = 0}}};
  add_large_tasks(api);
  auto deaf = api.connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += raw_request("GET", tasks_of(alice) + "?limit=100", "alice");
  deaf.send(requests);
  std::string code;
  for (int i = 0; i < 10'000 && code.empty(); ++i) code = api.call("GET", tasks_of(bob), "bob").code();
  EXPECT_EQ(code, "store_unavailable");
  EXPECT_GE(api.shed(http::Shed::all_bytes), 1U);
  // Until the deaf one has had a second.
  int status = 503;
  for (int i = 0; i < 100'000 && status == 503; ++i) status = api.call("GET", tasks_of(bob), "bob").status;
  EXPECT_EQ(status, 200);
  EXPECT_TRUE(deaf.is_hung_up_on());
  EXPECT_EQ(api.shed(http::Shed::slow_client), 1U);
}

TEST(LargeHeads, are_few_at_once_and_the_longest_gives_way) {
  const Api api{{.limits = {.large_heads = 2}}};
  const std::string large = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x');
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(api.connect());
    clients.back().send(large);
    EXPECT_FALSE(clients.back().hears_within(100));
  }
  EXPECT_TRUE(clients.front().is_closed());
  EXPECT_EQ(api.shed(http::Shed::large_heads), 1U);
  for (const std::size_t i : {1U, 2U}) {
    clients[i].send("\r\n\r\n");
    EXPECT_EQ(clients[i].receive().value().status, 200);
  }
}

// ---- what is decided elsewhere has its time -------------------------------------------------------

TEST(Decision, about_who_asks_is_503_when_it_does_not_come) {
  Api api{{.limits = {.decision = milliseconds{50}}}};
  auto client = api.connect();
  client.send(raw_request("GET", "/api/v1/me", "held") + raw_request("GET", "/api/v1/me", "bob"));
  const auto answer = client.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->code(), "keys_unavailable");
  EXPECT_EQ(answer->header("retry-after"), "1");
  EXPECT_EQ(answer->header("connection"), "close");
  EXPECT_EQ(api.shed(http::Shed::identity_not_decided), 1U);
  // What comes late is nobody's: that of another request least of all.
  api.authenticator.release();
  client.end_sending();
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(api.call("GET", "/api/v1/me", "alice").status, 200);
}

TEST(Decision, of_the_database_is_503_when_it_does_not_begin_in_time) {
  Api api{{.limits = {.store = milliseconds{1'000}}}};  // enough for the list that is asked for at the end
  api.store.hold();
  auto client = api.connect();
  client.send(post("Content-Length: 13\r\n", R"({"title":"x"})"));
  const auto answer = client.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->code(), "store_unavailable");
  EXPECT_EQ(api.shed(http::Shed::database_busy), 1U);
  // While that work is still held, the connection goes on.
  client.send(raw_request("GET", "/api/v1/me", "bob"));
  EXPECT_EQ(client.receive().value().member("uuid"), bob);
  api.store.release();
  client.send(raw_request("GET", tasks_of(alice), "alice"));
  EXPECT_EQ(client.receive().value().member("total"), "0") << "what was refused was done after all";
}

TEST(HalfClosed, client_is_answered_at_once_or_refused_soon) {
  {
    const Api patient{{.limits = {.half_closed = milliseconds{10'000}}}};
    auto quick = patient.connect();
    quick.send(raw_request("GET", tasks_of(alice), "alice"));
    quick.end_sending();
    EXPECT_EQ(quick.receive().value().status, 200);
  }
  Api api{{.limits = {.half_closed = milliseconds{50}}}};
  api.store.hold();
  auto reads = api.connect();
  reads.send(raw_request("GET", tasks_of(alice), "alice"));
  reads.end_sending();
  EXPECT_EQ(reads.receive().value().code(), "store_unavailable");
  auto writes = api.connect();
  writes.send(post("Content-Length: 13\r\n", R"({"title":"x"})"));
  writes.end_sending();
  EXPECT_FALSE(writes.hears_within(300)) << "what changes something is not given up";
  api.store.release();
  EXPECT_EQ(writes.receive().value().status, 201);
}

// ---- connections ----------------------------------------------------------------------------------

TEST(Cap, of_connections_closes_the_longest_idle_one) {
  const Api api{{.max_connections = 3}};
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(api.connect());
    clients.back().send(raw_request("GET", "/healthz", ""));
    EXPECT_EQ(clients.back().receive().value().status, 200);
  }
  clients.front().send(raw_request("GET", "/healthz", ""));  // no longer the longest
  EXPECT_EQ(clients.front().receive().value().status, 200);
  auto newcomer = api.connect();
  newcomer.send(raw_request("GET", "/healthz", ""));
  EXPECT_EQ(newcomer.receive().value().status, 200);
  EXPECT_TRUE(clients[1].is_closed());
  EXPECT_EQ(api.shed(http::Shed::idle_connection), 1U);
  for (const std::size_t i : {0U, 2U}) {
    clients[i].send(raw_request("GET", "/healthz", ""));
    EXPECT_EQ(clients[i].receive().value().status, 200) << i;
  }
}

TEST(Cap, of_connections_closes_half_sent_requests_where_none_is_idle) {
  const Api api{{.max_connections = 3}};
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(api.connect());
    clients.back().send("GET /healthz HTTP/1.1\r\n");
    EXPECT_FALSE(clients.back().hears_within(20));
  }
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200);
  EXPECT_TRUE(clients.front().is_closed());
}

TEST(Cap, of_connections_leaves_those_alone_that_are_decided_on) {
  Api api{{.max_connections = 2}};
  api.store.hold();
  std::vector<RawClient> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(api.connect());
    busy.back().send(raw_request("GET", tasks_of(alice), "alice"));
  }
  api.store.wait_for(2);
  auto newcomer = api.connect();
  EXPECT_TRUE(newcomer.is_closed()) << "there is nobody to close for it";
  EXPECT_EQ(api.shed(http::Shed::new_connection), 1U);
  api.store.release();
  for (auto& client : busy) EXPECT_EQ(client.receive().value().status, 200);
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200);
}

TEST(Cap, of_connections_holds_over_several_threads) {
  const Api api{{.threads = 3, .max_connections = 6}};
  std::vector<RawClient> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(api.connect());
    clients.back().send(raw_request("GET", "/healthz", ""));
    EXPECT_EQ(clients.back().receive().value().status, 200) << i;
  }
  for (std::size_t i = 0; i < 54; ++i) EXPECT_TRUE(clients[i].is_closed()) << i;
  for (std::size_t i = 54; i < 60; ++i) EXPECT_FALSE(clients[i].hears_within(0)) << i;
}

TEST(Cap, of_one_address_holds_where_addresses_are_known) {
  const Api api{{.max_connections = 8, .trusted_proxies = http::TrustedProxies{}}};
  std::optional first{api.connect()};
  auto second = api.connect();
  EXPECT_FALSE(first->hears_within(20));
  EXPECT_TRUE(api.connect().is_closed()) << "a quarter of 8 is 2";
  first.reset();
  int status = 0;
  for (int i = 0; i < 1'000 && status == 0; ++i) {
    auto third = api.connect();
    third.send(raw_request("GET", "/healthz", ""));
    if (const auto answer = third.receive()) status = answer->status;
  }
  EXPECT_EQ(status, 200);
}

std::string from(std::string_view address, std::string_view target, std::string_view token) {
  return raw_request("GET", target, token, fmt::format("X-Forwarded-For: {}\r\n", address));
}

TEST(Proxy, that_is_trusted_names_the_client) {
  Api api{{.trusted_proxies = http::TrustedProxies{{http::Network::parse("127.0.0.0/8").value()}}}};
  api.request(from("198.51.100.1, 203.0.113.9", "/api/v1/me", "alice"));
  EXPECT_EQ(api.authenticator.last_address(), "203.0.113.9");
  api.call("GET", "/api/v1/me", "alice");
  EXPECT_EQ(api.authenticator.last_address(), "127.0.0.1");
}

TEST(Proxy, that_is_not_trusted_names_nobody) {
  for (const auto& proxies : {std::optional<http::TrustedProxies>{}, std::optional{http::TrustedProxies{}}}) {
    Api api{{.trusted_proxies = proxies}};
    api.request(from("203.0.113.9", "/api/v1/me", "alice"));
    EXPECT_EQ(api.authenticator.last_address(), "127.0.0.1");
  }
}

TEST(Proxy, has_the_requests_of_each_client_counted) {
  Api api{{.max_connections = 8,
           .trusted_proxies = http::TrustedProxies{{http::Network::parse("127.0.0.1").value()}}}};
  api.store.hold();
  std::vector<RawClient> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(api.connect());
    busy.back().send(from("203.0.113.9", tasks_of(alice), "alice"));
  }
  api.store.wait_for(2);
  auto client = api.connect();
  client.send(from("203.0.113.9", "/api/v1/me", "alice"));
  const auto refused = client.receive();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 429);
  EXPECT_EQ(refused->code(), "rate_limited");
  client.send(from("203.0.113.10", "/api/v1/me", "alice"));
  EXPECT_EQ(client.receive().value().status, 200);
  api.store.release();
  for (auto& one : busy) EXPECT_EQ(one.receive().value().status, 200);
  client.send(from("203.0.113.9", "/api/v1/me", "alice"));
  EXPECT_EQ(client.receive().value().status, 200);
}

}  // namespace
}  // namespace drawbridge::test
