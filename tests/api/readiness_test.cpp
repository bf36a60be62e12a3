// What /readyz says, of keys, revocations and the database, and how often it looks.

#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

class ReadinessTest : public testing::Test {
 protected:
  Api api;
};

TEST_F(ReadinessTest, tells_keys_and_database) {
  const auto ready = api.call("GET", "/readyz", "");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.body, R"({"status":"ready","keys":"fresh","database":"ready"})");
  api.authenticator.keys = KeyStatus::State::stale;
  const auto stale = api.call("GET", "/readyz", "");
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, R"({"status":"ready","keys":"stale","database":"ready"})");
  api.authenticator.keys = KeyStatus::State::absent;
  const auto absent = api.call("GET", "/readyz", "");
  EXPECT_EQ(absent.status, 503);
  EXPECT_EQ(absent.body, R"({"status":"not_ready","keys":"absent","database":"ready"})");
}

TEST_F(ReadinessTest, tells_revocations) {
  using State = RevocationStatus::State;
  const struct {
    State state;
    bool required;
    int status;
    std::string body;
  } cases[] = {
      {State::off, false, 200, R"({"status":"ready","keys":"fresh","database":"ready"})"},
      {State::pending, false, 200,
       R"({"status":"ready","keys":"fresh","database":"ready","revocations":"pending"})"},
      {State::current, true, 200,
       R"({"status":"ready","keys":"fresh","database":"ready","revocations":"current"})"},
      {State::lost, false, 200,
       R"({"status":"ready","keys":"fresh","database":"ready","revocations":"lost"})"},
  };
  for (const auto& each : cases) {
    api.authenticator.revocations = {.state = each.state, .required = each.required};
    const auto answer = api.call("GET", "/readyz", "");
    EXPECT_EQ(answer.status, each.status) << each.body;
    EXPECT_EQ(answer.body, each.body);
  }
}

TEST_F(ReadinessTest, ends_with_revocations_that_are_required) {
  for (const auto state : {RevocationStatus::State::pending, RevocationStatus::State::lost}) {
    api.authenticator.revocations = {.state = state, .required = true};
    const auto answer = api.call("GET", "/readyz", "");
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(
        answer.body.starts_with(R"({"status":"not_ready","keys":"fresh","database":"ready","revocations":)"));
  }
}

TEST_F(ReadinessTest, needs_a_place_in_the_queue) {
  api.store.refuse(true);
  const auto busy = api.call("GET", "/readyz", "");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.body, R"({"status":"not_ready","keys":"fresh","database":"not_ready"})");
}

TEST_F(ReadinessTest, is_looked_at_once_for_all_who_ask) {
  api.store.hold();
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(api.connect());
    clients.back().send(raw_request("GET", "/readyz", ""));
  }
  api.store.wait_for(1);
  EXPECT_EQ(api.call("GET", "/healthz", "").status, 200) << "the others have been read meanwhile";
  EXPECT_EQ(api.store.given(), 1);
  api.store.release();
  for (auto& client : clients) EXPECT_EQ(client.receive().value().status, 200);
  EXPECT_EQ(api.call("GET", "/readyz", "").status, 200);
  EXPECT_EQ(api.store.given(), 1) << "it is kept";
}

}  // namespace
}  // namespace drawbridge::test
