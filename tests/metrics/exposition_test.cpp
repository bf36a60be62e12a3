#include "metrics/exposition.h"

#include <gtest/gtest.h>

#include "metrics/routes.h"
#include "tests/api/api_fixture.h"

namespace drawbridge::metrics {
namespace {

using std::chrono::milliseconds;
using test::alice;
using test::Api;
using test::tasks_of;

const http::Routes& no_routes() {
  static const http::Routes routes;
  return routes;
}

/// What is shown where nothing has happened, but for what a test says.
struct Shown {
  http::Counts http{no_routes(), 1};
  database::StoreCounts database;
  KeyStatus keys;
  RevocationStatus revocations;
  CacheCounts remembered_tokens;
  EddsaTableStatus eddsa_tables;
  std::optional<CredentialCounts> sessions{};
  std::optional<CredentialCounts> api_keys{};

  std::string text() const {
    return exposition({"1.2.3", http, 10'000, database, keys, revocations, remembered_tokens, eddsa_tables,
                       sessions, api_keys});
  }
  bool has(std::string_view line) const { return ("\n" + text()).contains("\n" + std::string{line} + "\n"); }
};

TEST(Exposition, says_what_was_counted) {
  Shown shown;
  auto& part = shown.http.of_worker(0);
  part.add_opened();
  part.add_opened();
  part.add_closed();
  part.add({.route = 0,
            .status = 401,
            .code = ErrorCode::token_expired,
            .shed = std::nullopt,
            .took = milliseconds{3}});
  part.add({.route = 99,
            .status = 418,
            .code = std::nullopt,
            .shed = http::Shed::database_busy,
            .took = milliseconds{20'000}});
  shown.database.reads.taken.add();
  shown.database.reads.taken.add();
  shown.database.reads.begun.add();
  shown.database.reads.waited.add(milliseconds{2});
  shown.database.writes.refused.add();
  shown.keys = {.state = KeyStatus::State::stale,
                .usable_keys = 2,
                .age = std::chrono::seconds{75},
                .last_failure = "secret text",
                .fetches = 5,
                .failed_fetches = 2};
  shown.revocations = {.state = RevocationStatus::State::lost,
                       .required = true,
                       .entries = 7,
                       .age = std::chrono::seconds{12},
                       .last_failure = "secret text",
                       .questions = 9,
                       .failed_questions = 4};
  shown.remembered_tokens = {.hits = 30, .misses = 4};
  shown.eddsa_tables = {.state = EddsaTableStatus::State::stopped, .keys = 3, .faults = 1};
  shown.sessions = CredentialCounts{.good = 1, .unknown = 2, .failed = 3, .remembered = 4, .waiting = 5};
  const std::string_view lines[] = {
      R"(drawbridge_build_info{version="1.2.3"} 1)",
      R"(drawbridge_http_requests_total{route="other",status="401"} 1)",
      R"(drawbridge_http_requests_total{route="other",status="other"} 1)",
      R"(drawbridge_http_request_duration_seconds_count{route="other"} 2)",
      R"(drawbridge_http_request_duration_seconds_bucket{route="other",le="0.0025"} 0)",
      R"(drawbridge_http_request_duration_seconds_bucket{route="other",le="0.005"} 1)",
      R"(drawbridge_http_request_duration_seconds_bucket{route="other",le="10"} 1)",
      R"(drawbridge_http_request_duration_seconds_bucket{route="other",le="+Inf"} 2)",
      R"(drawbridge_http_request_duration_seconds_sum{route="other"} 20.003)",
      R"(drawbridge_refusals_total{code="token_expired"} 1)",
      R"(drawbridge_refusals_total{code="internal_error"} 0)",
      R"(drawbridge_shed_total{reason="database_busy"} 1)",
      "drawbridge_connections 1",
      "drawbridge_connections_max 10000",
      "drawbridge_connections_opened_total 2",
      R"(drawbridge_database_waiting{kind="read"} 1)",
      R"(drawbridge_database_running{kind="read"} 1)",
      R"(drawbridge_database_wait_seconds_count{kind="read"} 1)",
      R"(drawbridge_database_refused_total{kind="write",reason="full"} 1)",
      R"(drawbridge_keys_state{state="stale"} 1)",
      R"(drawbridge_keys_state{state="fresh"} 0)",
      "drawbridge_keys_usable 2",
      "drawbridge_keys_age_seconds 75",
      R"(drawbridge_key_fetches_total{result="good"} 3)",
      R"(drawbridge_key_fetches_total{result="failed"} 2)",
      R"(drawbridge_revocations_state{state="lost"} 1)",
      "drawbridge_revocations_required 1",
      "drawbridge_revocations_entries 7",
      "drawbridge_revocations_age_seconds 12",
      R"(drawbridge_revocation_questions_total{result="failed"} 4)",
      R"(drawbridge_token_cache_lookups_total{result="hit"} 30)",
      "drawbridge_eddsa_table_keys 3",
      "drawbridge_eddsa_table_faults_total 1",
      R"(drawbridge_credential_exchanges_total{kind="session",result="unknown"} 2)",
      R"(drawbridge_credential_exchanges_total{kind="session",result="limited"} 0)",
      R"(drawbridge_credential_cache_hits_total{kind="session"} 4)",
      R"(drawbridge_credentials_waiting{kind="session"} 5)",
  };
  for (const auto line : lines) EXPECT_TRUE(shown.has(line)) << line << "\n" << shown.text();
  EXPECT_FALSE(shown.text().contains("secret")) << "what went wrong is for the log";
}

TEST(Exposition, leaves_out_what_is_not_known_or_not_taken) {
  const Shown shown;
  EXPECT_FALSE(shown.text().contains("keys_age_seconds"));
  EXPECT_FALSE(shown.text().contains("revocations_age_seconds"));
  EXPECT_FALSE(shown.text().contains(R"(kind="session")"));
  EXPECT_FALSE(shown.text().contains(R"(kind="key")"));
  EXPECT_TRUE(shown.has(R"(drawbridge_keys_state{state="absent"} 1)"));
}

/// A server of its own, whose numbers are those of an API.
class Metrics {
 public:
  explicit Metrics(Api& api, http::ServerOptions options = server_options("127.0.0.1", 0)) {
    auto started = http::Server::start(std::move(options), routes([&api, this] {
                                         return Seen{"1.2.3", api.counts, 1'000, database_, {}, {}, {}, {}};
                                       }),
                                       api.authenticator, api.store, api.log);
    server_ = *std::move(started);
  }
  test::RawClient connect() const { return test::RawClient{server_->port()}; }
  test::Answer ask(std::string_view method, std::string_view target, std::string_view lines = "",
                   std::string_view body = "") const {
    auto client = connect();
    client.send(test::raw_request(method, target, "", lines, body));
    return client.receive(method == "HEAD").value();
  }

 private:
  database::StoreCounts database_;
  std::unique_ptr<http::Server> server_;
};

TEST(Metrics, has_the_pattern_and_the_code_of_each_request_and_nothing_of_the_user) {
  Api api;
  const Metrics metrics{api};
  EXPECT_EQ(api.call("GET", tasks_of(alice) + "?page=1", "alice").status, 200);
  EXPECT_EQ(api.call("GET", tasks_of(alice), "bob").code(), "user_mismatch");
  EXPECT_EQ(api.call("GET", "/of-my-own", "alice").status, 404);
  EXPECT_EQ(api.call("BREW", "/healthz", "").status, 405);
  EXPECT_EQ(api.request("nonsense\r\n\r\n").status, 400);
  const auto text = metrics.ask("GET", "/metrics").body;
  for (const std::string_view line : {
           R"(drawbridge_http_requests_total{route="/api/v1/{user_id}/tasks",status="200"} 1)",
           R"(drawbridge_http_requests_total{route="/api/v1/{user_id}/tasks",status="403"} 1)",
           R"(drawbridge_http_requests_total{route="other",status="404"} 1)",
           R"(drawbridge_http_requests_total{route="other",status="400"} 1)",
           R"(drawbridge_http_requests_total{route="/healthz",status="405"} 1)",
           R"(drawbridge_http_request_duration_seconds_count{route="/api/v1/{user_id}/tasks"} 2)",
           R"(drawbridge_refusals_total{code="user_mismatch"} 1)",
           R"(drawbridge_refusals_total{code="request_malformed"} 1)",
           "drawbridge_connections_opened_total 5",
       })
    EXPECT_TRUE(text.contains(std::string{line} + "\n")) << line << "\n" << text;
  for (const std::string_view own :
       {std::string_view{alice}, std::string_view{"my-own"}, std::string_view{"BREW"}})
    EXPECT_FALSE(text.contains(own)) << own;
}

TEST(Metrics, are_read_at_one_place_and_nowhere_else) {
  struct Case {
    std::string_view method;
    std::string_view target;
    std::string_view lines;
    std::string_view body;
    int status;
  };
  const Case cases[] = {
      {"GET", "/metrics", "", "", 200},
      {"HEAD", "/metrics", "", "", 200},
      {"GET", "/metrics?name=x", "", "", 200},
      {"POST", "/metrics", "", "", 405},
      {"GET", "/metrics", "", "x", 413},
      {"GET", "/metrics/", "", "", 404},
      {"GET", "/", "", "", 404},
      {"GET", "/healthz", "", "", 404},
      {"GET", "/api/v1/me", "Authorization: Bearer alice\r\n", "", 404},
  };
  Api api;
  const Metrics metrics{api};
  for (const Case& c : cases) {
    const auto answer = metrics.ask(c.method, c.target, c.lines, c.body);
    EXPECT_EQ(answer.status, c.status) << c.method << ' ' << c.target;
    if (c.status == 200) EXPECT_EQ(answer.header("content-type"), text_type);
  }
  EXPECT_EQ(api.authenticator.asked(), 0) << "nobody is asked who they are";
  EXPECT_EQ(api.call("GET", "/metrics", "").status, 404) << "not on the API's port";
}

TEST(Metrics, has_few_connections_and_little_patience) {
  Api api;
  const auto options = server_options("127.0.0.1", 0);
  EXPECT_EQ(options.max_connections, 8U);
  EXPECT_LE(options.limits.head, std::chrono::seconds{5});
  const Metrics metrics{api, options};
  std::vector<test::RawClient> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(metrics.connect());
  EXPECT_EQ(metrics.ask("GET", "/metrics").status, 200);
  EXPECT_TRUE(clients.front().is_closed());
}

}  // namespace
}  // namespace drawbridge::metrics
