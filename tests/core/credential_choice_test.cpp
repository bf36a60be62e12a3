// Which of a request's credentials counts, and whether its cookie may count at all (CSRF).

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/credentials/choice.h"
#include "core/credentials/cross_site.h"

namespace drawbridge {
namespace {

using Values = std::vector<std::string_view>;

struct Sent {
  Values authorization{};
  Values api_key{};
  Values cookie{};
};

struct ChoiceCase {
  const char* name;
  Sent sent;
  CredentialKinds kinds;
  std::string expected;
};

constexpr CredentialKinds all{.token = true, .session = true, .key = true};
constexpr CredentialKinds token_only{};
constexpr CredentialKinds session_only{.token = false, .session = true, .key = false};
constexpr CredentialKinds key_only{.token = false, .session = false, .key = true};

std::string text_of(const std::expected<SentCredential, ChoiceFault>& choice) {
  if (!choice) switch (choice.error()) {
      case ChoiceFault::several_keys:
        return "several keys";
      case ChoiceFault::key_malformed:
        return "key malformed";
      case ChoiceFault::several_cookies:
        return "several cookies";
      case ChoiceFault::cache_malformed:
        return "cache malformed";
    }
  if (const auto* key = std::get_if<SentKey>(&*choice)) return "key " + std::string{key->key};
  if (const auto* session = std::get_if<SentSession>(&*choice))
    return "session " + std::string{session->cookie};
  if (const auto* cached = std::get_if<SentCachedSession>(&*choice))
    return "cached " + cached->jwt + (cached->cookie ? " beside " + std::string{*cached->cookie} : "");
  return std::holds_alternative<SentToken>(*choice) ? "token" : "nothing";
}

TEST(CredentialChoice, HasOneOrder) {
  const Values bearer{"Bearer a.b.c"};
  const Values basic{"Basic YTpi"};
  const Values key{"the-key"};
  const Values cookie{"other=1; sid=the-value"};
  const std::string longest(max_api_key_size, 'k');
  const std::string too_long = longest + 'k';
  const ChoiceCase cases[] = {
      {"nothing", {}, all, "nothing"},
      {"a token", {.authorization = bearer}, all, "token"},
      {"a token counts alone", {bearer, key, cookie}, all, "token"},
      {"another scheme is never replaced", {basic, key, cookie}, all, "token"},
      {"an empty header is never replaced", {{""}, key, cookie}, all, "token"},
      {"two headers are never replaced", {{"Bearer a", "Bearer b"}, {}, cookie}, all, "token"},
      {"a key goes before the cookie", {{}, key, cookie}, all, "key the-key"},
      {"a bad key is never replaced", {{}, {""}, cookie}, all, "key malformed"},
      {"two keys", {{}, {"a", "b"}, cookie}, all, "several keys"},
      {"one key twice", {{}, {"a", "a"}, {}}, all, "several keys"},
      {"a key with a blank", {{}, {"a b"}, {}}, all, "key malformed"},
      {"a key beyond ASCII", {{}, {"\xC3\xA4"}, {}}, all, "key malformed"},
      {"the longest key", {{}, {longest}, {}}, all, "key " + longest},
      {"a longer key", {{}, {too_long}, {}}, all, "key malformed"},
      {"a cookie", {{}, {}, cookie}, all, "session the-value"},
      {"an empty cookie", {{}, {}, {"sid="}}, all, "session "},
      {"two cookies of the name", {{}, {}, {"sid=1; sid=2"}}, all, "several cookies"},
      {"another cookie", {{}, {}, {"sid2=1"}}, all, "nothing"},
      {"tokens alone are taken", {{}, key, cookie}, token_only, "nothing"},
      {"sessions alone are taken", {bearer, key, cookie}, session_only, "session the-value"},
      {"keys alone are taken", {bearer, key, cookie}, key_only, "key the-key"},
      {"two cookies where none is taken", {{}, {}, {"sid=1; sid=2"}}, key_only, "nothing"},
      {"two keys where none is taken", {{}, {"a", "b"}, cookie}, session_only, "session the-value"},
  };
  for (const ChoiceCase& c : cases) {
    const Credentials credentials{
        .authorization = c.sent.authorization, .cookie = c.sent.cookie, .api_key = c.sent.api_key};
    EXPECT_EQ(text_of(chosen_credential(credentials, c.kinds, "sid", {})), c.expected) << c.name;
    const bool depends_on_cookie = cookie_may_count(credentials, c.kinds);
    if (c.expected.starts_with("session") || c.expected == "several cookies")
      EXPECT_TRUE(depends_on_cookie) << c.name;
    else if (c.expected != "nothing" || !c.kinds.session)
      EXPECT_FALSE(depends_on_cookie) << c.name;
    else
      EXPECT_TRUE(depends_on_cookie) << c.name << ": with a cookie it would be another answer";
  }
}

TEST(CredentialChoice, TheCacheGoesBeforeTheCookie) {
  const Values key{"the-key"};
  const ChoiceCase cases[] = {
      {"alone", {{}, {}, {"sd=a"}}, all, "cached a"},
      {"beside the cookie", {{}, {}, {"sid=1; sd=a"}}, all, "cached a beside 1"},
      {"in chunks", {{}, {}, {"sd.1=b; sid=1", "sd.0=a"}}, all, "cached ab beside 1"},
      {"the cookie alone", {{}, {}, {"sid=1"}}, all, "session 1"},
      {"with a gap", {{}, {}, {"sd.1=b; sid=1"}}, all, "cache malformed"},
      {"twice", {{}, {}, {"sd=a; sd=b"}}, all, "several cookies"},
      {"beside two cookies", {{}, {}, {"sd=a; sid=1; sid=2"}}, all, "several cookies"},
      {"a token goes before it", {{"Bearer a"}, {}, {"sd.1=b"}}, all, "token"},
      {"a key goes before it", {{}, key, {"sd.1=b"}}, all, "key the-key"},
      {"where no sessions are taken", {{}, {}, {"sd=a"}}, token_only, "nothing"},
  };
  for (const ChoiceCase& c : cases) {
    const Credentials credentials{
        .authorization = c.sent.authorization, .cookie = c.sent.cookie, .api_key = c.sent.api_key};
    const auto chosen = chosen_credential(credentials, c.kinds, "sid", "sd");
    EXPECT_EQ(text_of(chosen), c.expected) << c.name;
    EXPECT_EQ(counts_by_cookie(chosen), cookie_may_count(credentials, c.kinds)) << c.name;
    // Who does not take it does not look at it.
    const auto without = text_of(chosen_credential(credentials, c.kinds, "sid", {}));
    EXPECT_FALSE(without.starts_with("cache")) << c.name;
  }
}

TEST(CrossSite, WhatChangesSomethingShowsItsSender) {
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) {
    EXPECT_FALSE(must_show_its_sender({.method = method})) << method;
    EXPECT_TRUE(must_show_its_sender({.method = method, .is_websocket_handshake = true})) << method;
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "QUERY", ""})
    EXPECT_TRUE(must_show_its_sender({.method = method})) << method;
}

TEST(CrossSite, AnOriginDecidesAloneWhereThereIsOne) {
  const std::vector<std::string> origins{"https://app.example", "http://localhost:3000", "null"};
  struct Case {
    const char* name;
    Values origin;
    Values site;
    Sender expected;
  };
  const Case cases[] = {
      {"an origin that may call", {"https://app.example"}, {}, Sender::allowed},
      {"the same from a sibling", {"https://app.example"}, {"same-site"}, Sender::allowed},
      {"the same, said to be foreign", {"https://app.example"}, {"cross-site"}, Sender::allowed},
      {"a foreign origin, said to be ours", {"https://evil.example"}, {"same-origin"}, Sender::foreign},
      {"a sibling", {"https://api.app.example"}, {"same-site"}, Sender::foreign},
      {"another scheme", {"http://app.example"}, {}, Sender::foreign},
      {"another port", {"http://localhost:3001"}, {}, Sender::foreign},
      {"another letter case", {"https://App.example"}, {}, Sender::foreign},
      {"a slash at the end", {"https://app.example/"}, {}, Sender::foreign},
      {"an empty origin", {""}, {"same-origin"}, Sender::foreign},
      {"null, even where the list has it", {"null"}, {"same-origin"}, Sender::foreign},
      {"two in one header", {"https://app.example https://evil.example"}, {}, Sender::foreign},
      {"two headers", {"https://app.example", "https://app.example"}, {}, Sender::ambiguous},
      {"two of the other header", {"https://app.example"}, {"same-origin", "same-origin"}, Sender::ambiguous},
      {"no origin, the same by the browser's word", {}, {"same-origin"}, Sender::allowed},
      {"no origin, a sibling", {}, {"same-site"}, Sender::foreign},
      {"no origin, a foreign page", {}, {"cross-site"}, Sender::foreign},
      {"no origin, typed into the browser", {}, {"none"}, Sender::foreign},
      {"no origin, another letter case", {}, {"Same-Origin"}, Sender::foreign},
      {"neither", {}, {}, Sender::unknown},
  };
  for (const Case& c : cases)
    EXPECT_EQ(sender_of({.origin = c.origin, .sec_fetch_site = c.site}, origins), c.expected) << c.name;
}

}  // namespace
}  // namespace drawbridge
