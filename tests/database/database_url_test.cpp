#include "database/database_url.h"

#include <gtest/gtest.h>

namespace drawbridge::database {
namespace {

TEST(DatabaseUrl, names_a_file) {
  struct Case {
    std::string_view url;
    std::string_view file;
  };
  const Case cases[]{
      {"sqlite:.data/drawbridge.db", ".data/drawbridge.db"},
      {"sqlite:a.db", "a.db"},
      {"sqlite:../web/my data.db", "../web/my data.db"},
      {"sqlite:///var/lib/app.db", "/var/lib/app.db"},
      {"sqlite:///a", "/a"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.url);
    const auto url = DatabaseUrl::parse(item.url);
    ASSERT_TRUE(url.has_value()) << url.error();
    EXPECT_EQ(url->file, item.file);
  }
}

TEST(DatabaseUrl, names_a_server) {
  for (const std::string_view text :
       {"postgresql://u:hunter2@h:5432/d", "postgres://h/d", "postgresql://", "postgresql://u:%40%2Fx@h/d",
        "postgresql://[::1]:1,h:65535,h2/d", "postgresql:///d?host=/run/postgresql"}) {
    SCOPED_TRACE(text);
    const auto url = DatabaseUrl::parse(text);
    ASSERT_TRUE(url.has_value()) << url.error();
    EXPECT_TRUE(url->is_postgres());
    EXPECT_EQ(url->server, text);
    EXPECT_EQ(url->file, "");
  }
}

TEST(DatabaseUrl, refuses_what_is_not_clear) {
  struct Case {
    std::string_view url;
    std::string_view because;
  };
  using namespace std::string_view_literals;
  const Case cases[]{
      {"", "is empty"},
      {"a.db", "does not start with sqlite:"},
      {"SQLITE:a.db", "does not start with sqlite:"},
      {"file:a.db", "does not start with sqlite:"},
      {"sqlite+aiosqlite:///a.db", "remove the + and what follows it"},
      {"postgresql+asyncpg://u:hunter2@h/d", "remove the + and what follows it"},
      {"mysql://u:hunter2@h/d", "does not start with sqlite:"},
      {"postgresql:u:hunter2@h/d", "does not start with sqlite: or postgresql://"},
      {"postgresql://u:hunter2@h/d?schema=public", "?schema=, for example"},
      {"postgresql://u:hunter2%zz@h/d", "is not of the form postgresql://"},
      {"postgresql://u:hunter2/more@h/d", "has an @ in the wrong place"},
      {"postgresql://u:123/hunter2@h/d", "has an @ in the wrong place"},
      {"postgresql://u:x?hunter2@h/d", "write @ : / ? # and % of a password"},
      {"postgresql://u:x@hunter2@h:5432/d", "has an @ in the wrong place"},
      {"postgresql://u:hunter2", "has a port that is not a number"},
      {"postgresql://h:5432,u:hunter2/d", "has a port that is not a number"},
      {"postgresql://h/d?port=hunter2", "has a port that is not a number"},
      {"postgresql://u:65536/d", "has a port that is not a number"},
      {"postgresql://u:hunter2@h/d\n", "control character"},
      {"sqlite:", "names no file"},
      {"sqlite:data/", "names no file"},
      {"sqlite:///", "names no file"},
      {"sqlite:/a.db", "wrong number of slashes"},
      {"sqlite://a.db", "wrong number of slashes"},
      {"sqlite::memory:", "in memory"},
      {"sqlite:a.db?mode=ro", "contains ?, # or %"},
      {"sqlite:a%20b.db", "contains ?, # or %"},
      {"sqlite:a\nb.db", "control character"},
      {"sqlite:a\0b.db"sv, "control character"},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.url);
    const auto url = DatabaseUrl::parse(item.url);
    ASSERT_FALSE(url.has_value());
    EXPECT_NE(url.error().find(item.because), std::string::npos) << url.error();
    EXPECT_EQ(url.error().find("hunter2"), std::string::npos);
    EXPECT_EQ(url.error().find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace drawbridge::database
