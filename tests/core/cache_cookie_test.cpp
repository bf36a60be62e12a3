// The cookie in which Better Auth caches a session: its name, and its chunks put together.

#include "core/credentials/cache_cookie.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using Headers = std::vector<std::string_view>;

std::string chunks(std::size_t from, std::size_t to) {
  std::string header;
  for (std::size_t i = from; i < to; ++i)
    header += "sd." + std::to_string(i) + "=" + std::to_string(i) + "; ";
  return header;
}

TEST(CacheCookie, IsNamedAfterTheSessionsOwn) {
  EXPECT_EQ(cache_cookie_name("better-auth.session_token"), "better-auth.session_data");
  EXPECT_EQ(cache_cookie_name("__Secure-shop.session_token"), "__Secure-shop.session_data");
  EXPECT_EQ(cache_cookie_name("sid"), std::nullopt);
  EXPECT_EQ(cache_cookie_name("session_token.x"), std::nullopt);
}

TEST(CacheCookie, IsPutTogether) {
  const std::string most = chunks(0, max_cache_chunks);
  const std::pair<Headers, std::string> cases[] = {
      {{"sd=whole"}, "whole"},
      {{"other=1; sd=whole; sid=2"}, "whole"},
      {{"sd.0=a; sd.1=b"}, "ab"},
      {{"sd.1=b; sd.0=a"}, "ab"},
      {{"sd.0=a", "sid=1; sd.1=b"}, "ab"},
      {{most}, "0123456789101112131415"},
      {{"sd.0=a; sd.1=b; sd.01=x; sd.=y; sd.a=z; sd.1a=z; sd.-1=z; sd_2=z; Sd.2=z; xsd.2=z"}, "ab"},
      {{"sd=whole; sd.x=1; sd.00=1"}, "whole"},
  };
  for (const auto& [headers, expected] : cases)
    EXPECT_EQ(cache_cookie_value(headers, "sd"), expected) << headers.front();
}

TEST(CacheCookie, HasEachPartOnce) {
  const std::string one_more = chunks(0, max_cache_chunks + 1);
  const std::tuple<const char*, Headers, CookieFault> cases[] = {
      {"no cookie", {}, CookieFault::absent},
      {"none of the name", {"sid=1; SD=1"}, CookieFault::absent},
      {"an empty one, as after the session's end", {"sd="}, CookieFault::absent},
      {"an empty one twice", {"sd=; sd="}, CookieFault::twice},
      {"the whole twice", {"sd=a; sd=a"}, CookieFault::twice},
      {"a chunk twice", {"sd.0=a; sd.1=b", "sd.1=b"}, CookieFault::twice},
      {"the whole beside chunks", {"sd=a; sd.0=a; sd.1=b"}, CookieFault::twice},
      {"the whole beside an old chunk", {"sd=a; sd.3=b"}, CookieFault::twice},
      {"without the first", {"sd.1=b; sd.2=c"}, CookieFault::malformed},
      {"without one between", {"sd.0=a; sd.2=c"}, CookieFault::malformed},
      {"the first alone", {"sd.0=a"}, CookieFault::malformed},
      {"too many", {one_more}, CookieFault::malformed},
      {"a number that is none of a chunk", {"sd.0=a; sd.1=b; sd.16=q"}, CookieFault::malformed},
      {"a number beyond all", {"sd.0=a; sd.1=b; sd.99999999999999999999999=q"}, CookieFault::malformed},
  };
  for (const auto& [name, headers, fault] : cases)
    EXPECT_EQ(cache_cookie_value(headers, "sd"), std::unexpected{fault}) << name;
}

}  // namespace
}  // namespace drawbridge
