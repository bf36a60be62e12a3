// Where Redis is, as a URL says.

#include "redis/redis_url.h"

#include <gtest/gtest.h>

namespace drawbridge::redis {
namespace {

TEST(RedisUrl, SaysWhereTheServerIs) {
  const std::pair<const char*, RedisUrl> cases[] = {
      {"redis://localhost", {.host = "localhost"}},
      {"redis://localhost/", {.host = "localhost"}},
      {"REDIS://127.0.0.1:7000/3", {.host = "127.0.0.1", .port = 7000, .database = 3}},
      {"rediss://cache.example.com", {.host = "cache.example.com", .is_tls = true}},
      {"redis://[::1]:7000", {.host = "::1", .port = 7000}},
      {"redis://:secret@h", {.host = "h", .password = "secret"}},
      {"redis://app:s%40%2f%3A@h:1/0", {.host = "h", .port = 1, .user = "app", .password = "s@/:"}},
      {"redis://app:a:b@h", {.host = "h", .user = "app", .password = "a:b"}},
  };
  for (const auto& [text, expected] : cases) {
    const auto url = RedisUrl::parse(text);
    ASSERT_TRUE(url) << text << ": " << url.error();
    EXPECT_EQ(url->host, expected.host) << text;
    EXPECT_EQ(url->port, expected.port) << text;
    EXPECT_EQ(url->is_tls, expected.is_tls) << text;
    EXPECT_EQ(url->user, expected.user) << text;
    EXPECT_EQ(url->password, expected.password) << text;
    EXPECT_EQ(url->database, expected.database) << text;
  }
}

TEST(RedisUrl, NothingElseIsOne) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "does not start with"},
      {"localhost:6379", "does not start with"},
      {"http://secret@h", "does not start with"},
      {"redis:/h", "does not start with"},
      {"redis://", "has no host"},
      {"redis://:6379", "has no host"},
      {"redis://[::1", "has no host"},
      {"redis://secret@h", "has a user but no password"},
      {"redis://secret:@h", "has a user but no password"},
      {"redis://:se/cret@h", "has a password with / or @"},
      {"redis://:se@cret@h", "has a password with / or @"},
      {"redis://:secret%2@h", "has an incomplete % escape"},
      {"redis://:secret%zz@h", "has an incomplete % escape"},
      {"redis://:secret@h:0", "has no port"},
      {"redis://:secret@h:65536", "has no port"},
      {"redis://:secret@[::1]x", "has no port"},
      {"redis://:secret@h/one", "has no database number"},
      {"redis://:secret@h/-1", "has no database number"},
      {"redis://:secret@h/1?tls=1", "contains ? or #"},
      {"redis://:secret@h /1", "contains a blank"},
      {"redis://:secret@h\n", "contains a blank"},
  };
  for (const auto& [text, fault] : cases) {
    const auto url = RedisUrl::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_TRUE(url.error().starts_with(std::string{"the Redis URL "} + fault))
        << text << ": " << url.error();
    EXPECT_FALSE(url.error().contains("secret")) << url.error();
  }
}

}  // namespace
}  // namespace drawbridge::redis
