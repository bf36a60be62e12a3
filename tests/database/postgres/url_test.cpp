#include "database/postgres/url.h"

#include <gtest/gtest.h>

namespace drawbridge::test {
namespace {

TEST(PostgresUrl, gets_time_limits_where_it_leaves_them_open) {
  struct Case {
    std::string_view name;
    std::string url;
    std::vector<std::string_view> has;
    std::vector<std::string_view> has_not;
  };
  const std::vector<Case> cases{
      {"bare",
       "postgresql://db.example.com/app",
       {"host='db.example.com'", "dbname='app'", "connect_timeout='5'", "tcp_user_timeout='10000'",
        "application_name='drawbridge'"},
       {}},
      {"its own limit stays",
       "postgres://h/d?connect_timeout=2",
       {"connect_timeout='2'"},
       {"connect_timeout='5'"}},
      {"a password that names an option",
       "postgresql://u:connect_timeout%3D@h/d",
       {"password='connect_timeout='", "connect_timeout='5'"},
       {}},
      {"options' names everywhere but as options",
       "postgresql://tcp_user_timeout=:keepalives_count=0@h/"
       "keepalives_idle=?application_name=connect_timeout%3D1",
       {"tcp_user_timeout='10000'", "keepalives_count='2'", "keepalives_idle='30'", "connect_timeout='5'",
        "application_name='connect_timeout=1'"},
       {"application_name='drawbridge'"}},
      {"quotes and backslashes", "postgresql://u:a%27b%5Cc@h/d", {R"(password='a\'b\\c')"}, {}},
      {"several hosts",
       "postgresql://a,b/d?target_session_attrs=read-write",
       {"host='a,b'", "target_session_attrs='read-write'"},
       {}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    EXPECT_EQ(database::fault_of_postgres_url(item.url), std::nullopt);
    const std::string text = database::postgres_connection_text(item.url);
    for (const auto part : item.has) EXPECT_NE(text.find(part), std::string::npos) << text;
    for (const auto part : item.has_not) EXPECT_EQ(text.find(part), std::string::npos) << text;
  }
}

TEST(PostgresUrl, is_refused_without_being_shown) {
  struct Case {
    std::string_view name;
    std::string url;
    std::string_view because;
  };
  const std::vector<Case> cases{
      {"another library's parameter", "postgresql://u:secret@h/d?schema=public", "?schema=, for example"},
      {"bad escape", "postgresql://u:secret%zz@h/d", "is not of the form"},
      {"open bracket", "postgresql://u:secret@[::1/d", "is not of the form"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const auto fault = database::fault_of_postgres_url(item.url);
    ASSERT_TRUE(fault.has_value());
    EXPECT_NE(fault->find(item.because), std::string::npos) << *fault;
    EXPECT_EQ(fault->find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace drawbridge::test
