// Better Auth's session cookie: which one it is, what its form is, and whether a secret signed it. The values
// were written by Better Auth's own serialisation of cookies (better-call 1.3).

#include "core/credentials/session_cookie.h"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using Headers = std::vector<std::string_view>;

constexpr std::string_view token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
constexpr std::string_view value =
    "AbCdEfGhIjKlMnOpQrStUvWxYz012345.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D";
constexpr std::string_view decoded =
    "AbCdEfGhIjKlMnOpQrStUvWxYz012345.r37iEVazb3BSrGKwXTO7tA+8B7IBdf43aXY9YawKKqc=";
const std::string secret = "a-secret-of-thirty-two-characters";
const std::string other_secret = "another-secret-that-is-long-enough";

std::string with(std::string_view text, std::size_t at, std::string_view replacement, std::size_t size = 1) {
  return std::string{text}.replace(at, size, replacement);
}

TEST(SessionCookie, IsNamedByTheIssuersScheme) {
  EXPECT_EQ(session_cookie_name("http://localhost:3000"), "better-auth.session_token");
  EXPECT_EQ(session_cookie_name("https://app.example"), "__Secure-better-auth.session_token");
  EXPECT_EQ(session_cookie_name("HTTPS://app.example"), "__Secure-better-auth.session_token");
  EXPECT_EQ(session_cookie_name("httpsx://app.example"), "better-auth.session_token");
}

TEST(SessionCookie, IsFoundAmongOthers) {
  const std::pair<const char*, Headers> cases[] = {
      {"alone", {"sid=1"}},
      {"first", {"sid=1; other=2"}},
      {"last", {"other=2; sid=1"}},
      {"without blanks", {"other=2;sid=1;third=3"}},
      {"with more blanks", {"other=2 ;\t sid = 1 "}},
      {"in the second of two headers", {"other=2", "sid=1"}},
      {"beside names that are alike", {"Sid=2; xsid=3; sid.0=4; __Secure-sid=5; sid=1"}},
      {"beside a pair without a name", {"=7; sid; sid=1; ;"}},
      {"in the value of another", {"other=sid=2; sid=1"}},
  };
  for (const auto& [name, headers] : cases) EXPECT_EQ(cookie_value(headers, "sid"), "1") << name;
  EXPECT_EQ(cookie_value(Headers{"sid="}, "sid"), "");
  EXPECT_EQ(cookie_value(Headers{"sid=a=b"}, "sid"), "a=b");
}

TEST(SessionCookie, IsAbsentOrThereOnce) {
  for (const Headers& headers :
       {Headers{}, Headers{""}, Headers{"sid"}, Headers{"SID=1"}, Headers{"other=sid=1"}})
    EXPECT_EQ(cookie_value(headers, "sid"), std::unexpected{CookieFault::absent});
  for (const Headers& headers :
       {Headers{"sid=1; sid=2"}, Headers{"sid=1; sid=1"}, Headers{"sid=1", "sid=1"}, Headers{"sid=; sid=1"}})
    EXPECT_EQ(cookie_value(headers, "sid"), std::unexpected{CookieFault::twice});
}

TEST(SessionCookie, IsDecodedOnceAndSplitAtItsLastDot) {
  for (const std::string_view text : {value, decoded}) {
    const auto cookie = read_session_cookie(text);
    ASSERT_TRUE(cookie) << text;
    EXPECT_EQ(cookie->token, token);
    EXPECT_EQ(cookie->signature.size(), 32U);
  }
  const std::string with_dots = with(decoded, 3, "..", 2);
  ASSERT_TRUE(read_session_cookie(with_dots));
  EXPECT_EQ(read_session_cookie(with_dots)->token, with_dots.substr(0, 32));
  const std::string escaped_token = "%41" + std::string{value.substr(1)};
  EXPECT_EQ(read_session_cookie(escaped_token)->token, token);
}

TEST(SessionCookie, HasOneForm) {
  const std::string text{decoded};
  const std::pair<const char*, std::string> cases[] = {
      {"nothing", ""},
      {"a dot", "."},
      {"the token alone", std::string{token}},
      {"no signature", std::string{token} + "."},
      {"no token", text.substr(32)},
      {"a token of 31", text.substr(1)},
      {"a token of 33", "A" + text},
      {"a blank in the token", with(text, 5, "%20")},
      {"a byte beyond ASCII in the token", with(text, 5, "\xC3")},
      {"a zero byte in the token", with(text, 5, "%00")},
      {"no padding", text.substr(0, text.size() - 1)},
      {"twice the padding", text + "="},
      {"the URL's alphabet", with(text, text.find('+'), "-")},
      {"unused bits that are not zero", with(text, text.size() - 2, "d")},
      {"a line feed in the signature", with(text, 40, "%0A")},
      {"decoded twice", with(value, value.find('%'), "%25")},
      {"an escape that is not whole", text.substr(0, text.size() - 1) + "%3"},
      {"an escape that is none", text.substr(0, text.size() - 1) + "%3G"},
      {"in quotes", '"' + text + '"'},
      {"a JWT", "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln"},
      {"a megabyte", std::string(1'000'000, 'a')},
  };
  for (const auto& [name, bad] : cases) {
    const auto read = read_session_cookie(bad);
    EXPECT_FALSE(read) << name;
    if (!read) {
      EXPECT_EQ(read.error(), CookieFault::malformed) << name;
    }
  }
}

TEST(SecretKeyring, KnowsWhatOneOfItsSecretsSigned) {
  const auto cookie = read_session_cookie(value);
  ASSERT_TRUE(cookie);
  EXPECT_TRUE(SecretKeyring{{secret}}.signed_it(*cookie));
  EXPECT_TRUE((SecretKeyring{{other_secret, secret}}.signed_it(*cookie)));
  EXPECT_TRUE((SecretKeyring{{secret, other_secret}}.signed_it(*cookie)));
  EXPECT_FALSE(SecretKeyring{{other_secret}}.signed_it(*cookie));
  EXPECT_FALSE(SecretKeyring{{secret + " "}}.signed_it(*cookie));
}

TEST(SecretKeyring, SeesEveryFlippedBit) {
  const auto cookie = read_session_cookie(value);
  ASSERT_TRUE(cookie);
  const SecretKeyring keyring{{secret}};
  for (std::size_t bit = 0; bit < cookie->token.size() * 8; ++bit) {
    SessionCookie changed = *cookie;
    changed.token[bit / 8] = static_cast<char>(changed.token[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(keyring.signed_it(changed)) << "bit " << bit << " of the token";
  }
  for (std::size_t bit = 0; bit < cookie->signature.size() * 8; ++bit) {
    SessionCookie changed = *cookie;
    changed.signature[bit / 8] = static_cast<char>(changed.signature[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(keyring.signed_it(changed)) << "bit " << bit << " of the signature";
  }
  for (std::size_t size = 0; size < cookie->signature.size(); ++size)
    EXPECT_FALSE(keyring.signed_it({cookie->token, cookie->signature.substr(0, size)})) << size;
}

TEST(SecretKeyring, IsOfSecretsThatAreNotEmpty) {
  EXPECT_THROW(SecretKeyring{{}}, std::invalid_argument);
  EXPECT_THROW((SecretKeyring{{secret, ""}}), std::invalid_argument);
}

TEST(SecretKeyring, VersionedSecretsAreReadInTheirOrder) {
  using Secrets = std::vector<std::string>;
  EXPECT_EQ(read_versioned_secrets("2:new,1:old"), (Secrets{"new", "old"}));
  EXPECT_EQ(read_versioned_secrets(" 2: new , 1:old "), (Secrets{"new", "old"}));
  EXPECT_EQ(read_versioned_secrets("0:a:b=="), (Secrets{"a:b=="}));
  for (const char* text :
       {"", "new", ":new", "1:", "1: ", "-1:new", "one:new", "1x:new", "1:a,1:b", "2:a,,1:b", "1:a,"})
    EXPECT_EQ(read_versioned_secrets(text), std::nullopt) << text;
}

}  // namespace
}  // namespace drawbridge
