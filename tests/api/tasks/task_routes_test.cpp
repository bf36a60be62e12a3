// Tags, tags of tasks, replacement, toggling, filters, and each user's share of the database, over real
// sockets on a real SQLite database.

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tests/api/api_fixture.h"
#include "tests/support/identities.h"

namespace drawbridge::test {
namespace {

std::string tags_of(const std::string& user) {
  return "/api/v1/" + user + "/tags";
}

class TaskRoutes : public testing::Test {
 protected:
  /// The id of what was made.
  std::string make(const std::string& path, std::string_view token, std::string_view body) {
    const auto made = api.call("POST", path, token, body);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.member("id");
  }
  std::string listed(const std::string& query) {
    const auto page = api.call("GET", tasks_of(alice) + query, "alice");
    EXPECT_EQ(page.status, 200) << page.body;
    const auto document = boost::json::parse(page.body);
    std::string titles;
    for (const auto& task : document.at("items").as_array())
      titles += std::string{task.at("title").as_string()} + ' ';
    return titles;
  }

  Api api;
};

TEST_F(TaskRoutes, makes_reads_changes_and_deletes_a_tag) {
  const auto made = api.call("POST", tags_of(alice), "alice", R"({"name":" work ","color":"#00ff7F"})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body, fmt::format(R"({{"id":{},"name":"work","color":"#00ff7F"}})", made.member("id")));
  const std::string path = tags_of(alice) + '/' + made.member("id");
  EXPECT_EQ(made.header("location"), path);
  EXPECT_EQ(api.call("GET", path, "alice").body, made.body);
  EXPECT_EQ(api.call("PATCH", path, "alice", R"({"color":null})").member("color"), "null");
  EXPECT_EQ(
      api.call("GET", tags_of(alice), "alice").body,
      fmt::format(
          R"({{"items":[{{"id":{},"name":"work","color":null}}],"total":1,"page":1,"limit":20,"pages":1}})",
          made.member("id")));
  EXPECT_EQ(api.call("DELETE", path, "alice").status, 204);
  EXPECT_EQ(api.call("GET", path, "alice").code(), "not_found");
}

TEST_F(TaskRoutes, a_tags_name_is_taken_once) {
  make(tags_of(alice), "alice", R"({"name":"work"})");
  const auto other = make(tags_of(alice), "alice", R"({"name":"home"})");
  for (const auto& refused :
       {api.call("POST", tags_of(alice), "alice", R"({"name":"work"})"),
        api.call("PATCH", tags_of(alice) + '/' + other, "alice", R"({"name":"work"})")}) {
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.code(), "conflict");
  }
  make(tags_of(bob), "bob", R"({"name":"work"})");
}

TEST_F(TaskRoutes, a_tag_id_has_one_spelling) {
  const auto id = make(tags_of(alice), "alice", R"({"name":"work"})");
  EXPECT_EQ(api.call("GET", tags_of(alice) + '/' + id, "alice").status, 200);
  for (const std::string& spelling :
       {"0" + id, "+" + id, "-" + id, id + ".0", id + "%20", std::string{"work"}, std::string{"0"},
        std::string{"9223372036854775808"}, std::string{"9223372036854775807"}}) {
    EXPECT_EQ(api.call("GET", tags_of(alice) + '/' + spelling, "alice").code(), "not_found") << spelling;
  }
}

TEST_F(TaskRoutes, another_users_tag_is_refused_where_it_stands) {
  const auto mine = make(tags_of(alice), "alice", R"({"name":"mine"})");
  const auto bobs = make(tags_of(bob), "bob", R"({"name":"bob's"})");
  const auto body = fmt::format(R"({{"title":"x","tag_ids":[{},{}]}})", mine, bobs);
  const auto id = make(tasks_of(alice), "alice", R"({"title":"x"})");
  for (const auto& refused : {api.call("POST", tasks_of(alice), "alice", body),
                              api.call("PUT", tasks_of(alice) + '/' + id, "alice", body),
                              api.call("PATCH", tasks_of(alice) + '/' + id, "alice", body)}) {
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.member("errors"), R"([{"pointer":"/tag_ids/1","message":"is not one of your tags"}])");
  }
  EXPECT_EQ(api.call("GET", tasks_of(alice) + '/' + id, "alice").member("tags"), "[]");
  EXPECT_EQ(api.call("GET", tags_of(alice) + '/' + bobs, "alice").code(), "not_found");
}

TEST_F(TaskRoutes, put_replaces_the_whole_task) {
  const auto tag = make(tags_of(alice), "alice", R"({"name":"work"})");
  const auto made = api.call("POST", tasks_of(alice), "alice",
                             fmt::format(R"({{"title":"old","description":"d",
      "completed":true,"priority":"high","due_date":"2026-11-23T10:00Z","tag_ids":[{}]}})",
                                         tag));
  ASSERT_EQ(made.status, 201);
  const auto replaced =
      api.call("PUT", tasks_of(alice) + '/' + made.member("id"), "alice", R"({"title":"new"})");
  ASSERT_EQ(replaced.status, 200);
  for (const auto& [name, value] : {std::pair{"title", "new"},
                                    {"description", "null"},
                                    {"completed", "false"},
                                    {"priority", "null"},
                                    {"due_date", "null"},
                                    {"tags", "[]"}})
    EXPECT_EQ(replaced.member(name), value) << name;
  EXPECT_EQ(replaced.member("created_at"), made.member("created_at"));
}

TEST_F(TaskRoutes, toggles_back_and_forth) {
  const auto id = make(tasks_of(alice), "alice", R"({"title":"x"})");
  const std::string path = tasks_of(alice) + '/' + id + "/complete";
  EXPECT_EQ(api.call("PATCH", path, "alice").member("completed"), "true");
  EXPECT_EQ(api.call("PATCH", path, "alice", "a body is not looked at").member("completed"), "false");
  EXPECT_EQ(api.call("PATCH", path + "?x=1", "alice").code(), "validation_failed");
  EXPECT_EQ(api.call("POST", path, "alice").header("allow"), "PATCH");
  EXPECT_EQ(api.call("PATCH", tasks_of(bob) + '/' + id + "/complete", "bob").code(), "not_found");
  EXPECT_EQ(api.call("GET", tasks_of(alice) + '/' + id, "alice").member("completed"), "false");
}

TEST_F(TaskRoutes, lists_what_the_query_asks_for) {
  const auto tag = make(tags_of(alice), "alice", R"({"name":"work"})");
  make(tasks_of(alice), "alice", R"({"title":"B","due_date":"2026-11-23T10:00:00+02:00","priority":"low"})");
  make(tasks_of(alice), "alice",
       fmt::format(R"({{"title":"a","due_date":"2026-11-23T09:00","completed":true,"tag_ids":[{}]}})", tag));
  make(tasks_of(bob), "bob", R"({"title":"secret"})");
  EXPECT_EQ(listed("?sort_by=title&order=asc"), "a B ");
  EXPECT_EQ(listed("?sort_by=due_date&order=asc"), "B a ");
  EXPECT_EQ(listed("?status=open"), "B ");
  EXPECT_EQ(listed("?priority=low"), "B ");
  EXPECT_EQ(listed("?tag=" + tag), "a ");
  EXPECT_EQ(listed("?due_before=2026-11-23T10:00%2B01:00"), "B ");
  EXPECT_EQ(listed("?search=A"), "a ");
  EXPECT_EQ(listed("?search=secret"), "");
  EXPECT_EQ(api.call("GET", tasks_of(alice) + "?status=done", "alice").code(), "validation_failed");
}

TEST_F(TaskRoutes, serves_its_contract) {
  const auto contract = api.call("GET", "/openapi.json", "");
  EXPECT_EQ(contract.status, 200);
  EXPECT_EQ(contract.header("content-type"), "application/json");
  EXPECT_EQ(boost::json::parse(contract.body).at("openapi"), "3.1.0");
  EXPECT_EQ(api.call("GET", "/openapi.json?x=1", "").code(), "validation_failed");
}

TEST_F(TaskRoutes, says_whose_work_it_is_and_what_it_costs) {
  struct Case {
    std::string_view query;
    bool costly;
  };
  const Case cases[]{
      {"", false},
      {"?status=all", false},
      {"?status=open", true},
      {"?priority=low", true},
      {"?due_before=2026-11-23T10:00", true},
      {"?due_after=2026-11-23T10:00", true},
      {"?tag=1", true},
      {"?search=", false},
      {"?search=a", true},
      {"?sort_by=title", true},
      {"?sort_by=created_at&order=desc", false},
      {"?sort_by=created_at&order=asc", true},
      {"?sort_by=due_date&order=asc", false},
      {"?sort_by=due_date&order=desc", true},
      {"?sort_by=priority&order=asc", false},
      {"?sort_by=priority&order=desc", true},
      {"?page=10&limit=100", false},
      {"?page=11&limit=100", true},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.query);
    ASSERT_EQ(api.call("GET", tasks_of(alice).append(item.query), "alice").status, 200);
    const auto seen = api.store.last();
    EXPECT_EQ(seen.owner, Uuid::parse(alice));
    EXPECT_EQ(seen.costly, item.costly);
    EXPECT_TRUE(seen.can_stop);
  }
  ASSERT_EQ(api.call("GET", "/readyz", "").status, 200);
  EXPECT_EQ(api.store.last().owner, std::nullopt);
  ASSERT_EQ(api.call("POST", tasks_of(bob), "bob", R"({"title":"T"})").status, 201);
  EXPECT_EQ(api.store.last().owner, Uuid::parse(bob));
}

TEST(Shares, one_user_cannot_fill_the_queue_of_the_database) {
  test::Api::Options options;
  options.limits.store_places_for_each_user = 2;
  test::Api api{options};
  api.store.hold();
  std::vector<RawClient> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.push_back(api.connect());
    waiting.back().send(raw_request("GET", tasks_of(alice), "alice"));
  }
  api.store.wait_for(2);
  const auto refused = api.call("GET", tasks_of(alice), "alice");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.code(), "rate_limited");
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(api.call("GET", "/api/v1/me", "alice").status, 200) << "which needs no database";
  waiting.push_back(api.connect());
  waiting.back().send(raw_request("GET", tasks_of(bob), "bob"));
  api.store.wait_for(3);
  api.store.release();
  for (auto& client : waiting) EXPECT_EQ(client.receive().value().status, 200);
  EXPECT_EQ(api.call("GET", tasks_of(alice), "alice").status, 200);
}

}  // namespace
}  // namespace drawbridge::test
