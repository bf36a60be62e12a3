// The server's life: starting, stopping, and what it writes into the log.

#include <thread>

#include <boost/json.hpp>

#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Start, a_port_in_use_is_one_clear_line) {
  Api api;
  const auto port = api.server->port();
  const auto second = http::Server::start({.port = port, .threads = 1, .allowed_origins = {}}, http::Routes{},
                                          api.authenticator, api.store, api.log);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error(),
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
}

TEST(Start, an_address_of_another_machine_is_refused) {
  Api api;
  const auto server =
      http::Server::start({.host = "192.0.2.1", .port = 0, .threads = 1, .allowed_origins = {}},
                          http::Routes{}, api.authenticator, api.store, api.log);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error(), "cannot listen on 192.0.2.1:0: Cannot assign requested address");
}

TEST(Stop, frees_the_port_at_once) {
  Api api;
  const auto port = api.server->port();
  auto client = api.connect();
  client.send(raw_request("GET", "/healthz", ""));
  ASSERT_EQ(client.receive().value().status, 200);
  api.server->stop(seconds{10});
  const auto second = http::Server::start({.port = port, .threads = 1, .allowed_origins = {}}, http::Routes{},
                                          api.authenticator, api.store, api.log);
  ASSERT_TRUE(second.has_value()) << second.error();
  EXPECT_EQ(RawClient{port}.hears_within(0), false);
}

TEST(Stop, closes_what_is_idle_and_takes_nothing_new) {
  Api api;
  auto fresh = api.connect();
  auto used = api.connect();
  used.send(raw_request("GET", "/healthz", ""));
  ASSERT_EQ(used.receive().value().status, 200);
  const auto before = std::chrono::steady_clock::now();
  api.server->stop(seconds{60});
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds{30});
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_TRUE(used.is_closed());
  EXPECT_THROW(api.connect(), std::system_error);
}

/// A request that waits for the database, one that waits for its token and one whose body is half sent.
TEST(Stop, finishes_what_is_in_flight) {
  Api api;
  api.store.hold();
  auto waits_for_database = api.connect();
  waits_for_database.send(raw_request("POST", tasks_of(alice), "alice", "Content-Type: application/json\r\n",
                                      R"({"title":"x"})"));
  auto half_sent = api.connect();
  half_sent.send(raw_request("POST", tasks_of(alice), "alice",
                             "Content-Type: application/json\r\nContent-Length: 13\r\n") +
                 R"({"title")");
  auto waits_for_token = api.connect();
  waits_for_token.send(raw_request("GET", "/api/v1/me", "held"));
  api.store.wait_for(1);
  while (api.authenticator.held() == 0) std::this_thread::yield();

  std::jthread stopping{[&] { api.server->stop(seconds{60}); }};
  // The listener closes first: once nobody answers there, the server is stopping.
  try {
    while (true) api.connect();
  } catch (const std::system_error&) {
  }
  half_sent.send(R"(:"y"})");
  api.store.release();
  api.authenticator.release();
  const auto made = waits_for_database.receive();
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->status, 201);
  EXPECT_EQ(made->header("connection"), "close");
  EXPECT_TRUE(waits_for_database.is_closed());
  EXPECT_EQ(half_sent.receive().value().status, 201);
  EXPECT_EQ(waits_for_token.receive().value().status, 200);
  stopping.join();
  EXPECT_EQ(api.backend->count_rows("tasks"), 2);
}

TEST(Stop, ends_its_patience_with_the_grace) {
  Api api;
  auto client = api.connect();
  client.send("GET /healthz HTTP/1.1\r\n");
  while (api.call("GET", "/healthz", "").status != 200) {
  }
  api.server->stop(milliseconds{50});
  EXPECT_TRUE(client.is_closed());
}

TEST(Stop, waits_for_work_that_others_still_do_for_it) {
  Api api;
  api.store.hold();
  auto client = api.connect();
  client.send(raw_request("GET", tasks_of(alice), "alice"));
  api.store.wait_for(1);
  std::jthread stopping{[&] { api.server->stop(milliseconds{0}); }};
  EXPECT_TRUE(client.is_closed());
  api.store.release();
  stopping.join();
}

// ---- the log --------------------------------------------------------------------------------------

std::string last_line(const Api& api) {
  auto text = api.log_text.str();
  if (!text.empty()) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

TEST(Log, has_pattern_status_code_time_id_and_user) {
  const Api api;
  const auto answer = api.call("GET", tasks_of(alice) + "?page=0", "alice");
  const auto line = last_line(api);
  EXPECT_TRUE(line.contains(" info    GET /api/v1/{user_id}/tasks 422 ")) << line;
  EXPECT_TRUE(
      line.ends_with("id=" + answer.header("x-request-id") + " user=" + alice + " code=validation_failed"))
      << line;
}

TEST(Log, tells_the_developer_why) {
  const Api api;
  api.call("GET", "/api/v1/me", "expired");
  EXPECT_TRUE(last_line(api).ends_with(" code=token_expired note=\"expired 5 s ago\"")) << last_line(api);
  api.call("GET", "/api/v1/me", "outage");
  EXPECT_TRUE(last_line(api).contains(" warning GET /api/v1/me 503 ")) << last_line(api);
}

TEST(Log, as_json_is_one_object_a_line) {
  const Api api{{.log_format = http::EventLog::Format::json}};
  const auto answer = api.call("GET", "/api/v1/me", "expired");
  const auto line = boost::json::parse(last_line(api)).as_object();
  EXPECT_EQ(line.at("level"), "info");
  EXPECT_EQ(line.at("event"), "request");
  EXPECT_EQ(line.at("method"), "GET");
  EXPECT_EQ(line.at("route"), "/api/v1/me");
  EXPECT_EQ(line.at("status"), 401);
  EXPECT_EQ(line.at("code"), "token_expired");
  EXPECT_EQ(line.at("request_id").as_string(), answer.header("x-request-id"));
  EXPECT_EQ(line.at("note"), "expired 5 s ago");
  EXPECT_TRUE(line.at("ms").is_double());
  EXPECT_FALSE(line.contains("user_id"));
  api.call("GET", "/api/v1/me", "alice");
  EXPECT_EQ(boost::json::parse(last_line(api)).at("user_id").as_string(), alice);
}

TEST(Log, events_are_lines_of_the_same_form) {
  Api api{{.log_format = http::EventLog::Format::json}};
  api.log.event(spdlog::level::warn, "keys", "two\nlines");
  const auto line = boost::json::parse(last_line(api)).as_object();
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("event"), "keys");
  EXPECT_EQ(line.at("text"), "two\nlines");
}

TEST(Log, holds_nothing_that_was_sent) {
  for (const auto format : {http::EventLog::Format::text, http::EventLog::Format::json}) {
    const Api api{{.log_format = format}};
    api.call("POST", tasks_of(alice) + "?secret=secret", "alice", R"({"title":"secret","secret":1})");
    api.call("GET", tasks_of(alice) + "/secret", "secret");
    api.call("GET", "/secret?secret", "secret");
    api.request("GET /healthz HTTP/1.1\r\nHost: a\r\nsecret: a\r\n secret\r\n\r\n");
    EXPECT_FALSE(api.log_text.str().contains("secret")) << api.log_text.str();
    EXPECT_TRUE(api.log_text.str().contains("request_malformed"));
  }
}

TEST(Log, cuts_a_foreign_method) {
  const Api api;
  api.call(std::string(1000, 'X'), "/healthz", "");
  EXPECT_LT(last_line(api).size(), 300U);
  EXPECT_TRUE(last_line(api).contains(std::string(60, 'X')));
}

}  // namespace
}  // namespace drawbridge::test
