// Which addresses are taken, and what is made of them.

#include "issuer/jwks_url.h"

#include <gtest/gtest.h>

#include "drawbridge/remote_verifier.h"

namespace drawbridge {
namespace {

struct Derived {
  std::string name;
  std::string url;
  std::string jwks_url;
  std::string origin;
};

TEST(BetterAuthAt, DerivesAddressesAsBetterAuthDoes) {
  const Derived cases[] = {
      {"no path", "http://localhost:3000", "http://localhost:3000/api/auth/jwks", "http://localhost:3000"},
      {"a slash alone is no path", "http://localhost:3000/", "http://localhost:3000/api/auth/jwks",
       "http://localhost:3000"},
      {"the usual path", "http://localhost:3000/api/auth", "http://localhost:3000/api/auth/jwks",
       "http://localhost:3000"},
      {"a slash at the end", "https://app.example.com/api/auth/", "https://app.example.com/api/auth/jwks",
       "https://app.example.com"},
      {"slashes at the end", "https://app.example.com/auth//", "https://app.example.com/auth/jwks",
       "https://app.example.com"},
      {"another path is the base", "https://app.example.com/v2/login",
       "https://app.example.com/v2/login/jwks", "https://app.example.com"},
      {"a path keeps its case", "https://app.example.com/API/Auth", "https://app.example.com/API/Auth/jwks",
       "https://app.example.com"},
      {"the origin is lower case", "HTTPS://App.Example.COM", "https://app.example.com/api/auth/jwks",
       "https://app.example.com"},
      {"the default port of https", "https://app.example.com:443", "https://app.example.com/api/auth/jwks",
       "https://app.example.com"},
      {"the default port of http", "http://app.example.com:80/", "http://app.example.com/api/auth/jwks",
       "http://app.example.com"},
      {"the other scheme's port stays", "http://app.example.com:443",
       "http://app.example.com:443/api/auth/jwks", "http://app.example.com:443"},
      {"a colon without a port", "https://app.example.com:/", "https://app.example.com/api/auth/jwks",
       "https://app.example.com"},
      {"IPv4", "http://127.0.0.1:3000", "http://127.0.0.1:3000/api/auth/jwks", "http://127.0.0.1:3000"},
      {"IPv6", "http://[::1]:3000", "http://[::1]:3000/api/auth/jwks", "http://[::1]:3000"},
      {"IPv6 in capitals", "https://[2001:DB8::1]", "https://[2001:db8::1]/api/auth/jwks",
       "https://[2001:db8::1]"},
  };
  for (const Derived& each : cases) {
    SCOPED_TRACE(each.name);
    const auto addresses = BetterAuth::at(each.url);
    if (!addresses) {
      ADD_FAILURE() << addresses.error();
      continue;
    }
    EXPECT_EQ(addresses->jwks_url, each.jwks_url);
    EXPECT_EQ(addresses->issuer, each.origin);
    EXPECT_EQ(addresses->audience, each.origin);
  }
}

struct Refused {
  std::string name;
  std::string url;
  std::string says;
};

const Refused no_http_url[] = {
    {"empty", "", "is not a URL"},
    {"no scheme", "localhost:3000", "is not a URL"},
    {"a host alone", "app.example.com", "is not a URL"},
    {"a path alone", "/api/auth", "is not a URL"},
    {"no host", "https://", "is not a URL"},
    {"ftp", "ftp://app.example.com", "is neither http nor https"},
    {"file", "file:///etc/passwd", "is neither http nor https"},
    {"a space in it", "https://app.example .com", "is not a URL"},
    {"a space before", " https://app.example.com", "is not a URL"},
    {"a space behind", "https://app.example.com ", "is not a URL"},
    {"a line end", "https://app.example.com\n", "is not a URL"},
    {"NUL", std::string{"https://app.example.com\0.evil", 29}, "is not a URL"},
    {"not ASCII", "https://\xC3\xA4pp.example.com", "is not a URL"},
    {"a port that is none", "https://app.example.com:https", "is not a URL"},
    {"a port too large", "https://app.example.com:65536", "is not a URL"},
    {"IPv6 that is none", "http://[::1:3000", "is not a URL"},
    {"user and password", "https://user:secret@app.example.com", "user name or password"},
    {"user", "https://user@app.example.com", "user name or password"},
    {"password alone", "https://:secret@app.example.com", "user name or password"},
    {"empty user info", "https://@app.example.com", "user name or password"},
    {"loopback as user", "http://127.0.0.1@evil.example", "user name or password"},
    {"loopback as user and password", "http://localhost:3000@evil.example", "user name or password"},
};

void expect_refused(const auto& result, const Refused& refused) {
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().find(refused.says), std::string::npos) << result.error();
  EXPECT_EQ(result.error().find('\n'), std::string::npos) << result.error();
  EXPECT_EQ(result.error().find("secret"), std::string::npos) << result.error();
}

TEST(BetterAuthAt, RefusesWhatIsNoBaseUrl) {
  std::vector<Refused> cases{std::begin(no_http_url), std::end(no_http_url)};
  cases.push_back({"a query", "https://app.example.com/?a=b", "query or a fragment"});
  cases.push_back({"a query without a path", "https://app.example.com?a=b", "query or a fragment"});
  cases.push_back({"a fragment", "https://app.example.com/#top", "query or a fragment"});
  for (const Refused& each : cases) {
    SCOPED_TRACE(each.name);
    expect_refused(BetterAuth::at(each.url), each);
  }
}

TEST(CheckJwksUrl, RefusesWhatIsNoHttpUrl) {
  for (const Refused& each : no_http_url) {
    SCOPED_TRACE(each.name);
    expect_refused(fetch::check_jwks_url(each.url, {}), each);
  }
}

TEST(CheckJwksUrl, TakesHttpsAnywhere) {
  for (const std::string url : {"https://app.example.com/api/auth/jwks", "https://192.0.2.1/jwks",
                                "HTTPS://APP.EXAMPLE.COM/jwks?v=1", "https://[2001:db8::1]:8443/jwks"}) {
    const auto checked = fetch::check_jwks_url(url, {});
    ASSERT_TRUE(checked) << url;
    EXPECT_EQ(checked->text, url);
    EXPECT_FALSE(checked->is_direct) << url;
  }
  EXPECT_TRUE(fetch::check_jwks_url("https://127.0.0.1/jwks", {})->is_direct);
}

TEST(CheckJwksUrl, TakesPlainHttpToLoopback) {
  for (const std::string url :
       {"http://localhost/jwks", "http://LocalHost:3000/jwks", "http://app.localhost:3000/jwks",
        "http://127.0.0.1:3000/jwks", "http://127.8.9.10/jwks", "http://127.1/jwks", "http://[::1]:3000/jwks",
        "http://[0:0:0:0:0:0:0:1]/jwks", "HTTP://127.0.0.1/jwks"}) {
    const auto checked = fetch::check_jwks_url(url, {});
    ASSERT_TRUE(checked) << url << ": " << checked.error();
    EXPECT_TRUE(checked->is_direct) << url;
  }
}

TEST(CheckJwksUrl, RefusesPlainHttpToOtherMachines) {
  for (const std::string url :
       {"http://app.example.com/jwks", "http://localhost.evil.com/jwks", "http://evillocalhost/jwks",
        "http://127.0.0.1.evil.com/jwks", "http://127.0.0.256/jwks", "http://127.0.0.09/jwks",
        "http://127.../jwks", "http://127.0.0.1./jwks", "http://192.168.0.1/jwks", "http://10.127.0.1/jwks",
        "http://0.0.0.0/jwks", "http://[::]/jwks", "http://[2001:db8::1]/jwks",
        "http://[::127.0.0.1]/jwks"}) {
    const auto checked = fetch::check_jwks_url(url, {});
    if (checked) {
      ADD_FAILURE() << url;
      continue;
    }
    EXPECT_NE(checked.error().find("KeySource::allow_http_hosts"), std::string::npos) << checked.error();
  }
}

TEST(CheckJwksUrl, TakesPlainHttpToAllowedHostsExactly) {
  const std::vector<std::string> allowed{"Auth.Internal", "10.0.0.5"};
  for (const std::string url :
       {"http://auth.internal:3000/jwks", "http://AUTH.INTERNAL/jwks", "http://10.0.0.5/jwks"}) {
    const auto checked = fetch::check_jwks_url(url, allowed);
    ASSERT_TRUE(checked) << url << ": " << checked.error();
    EXPECT_TRUE(checked->is_direct) << url << ": a proxy could read and change what it passes on";
  }
  for (const std::string url : {"http://auth.internal.evil.com/jwks", "http://xauth.internal/jwks",
                                "http://internal/jwks", "http://10.0.0.50/jwks"})
    EXPECT_FALSE(fetch::check_jwks_url(url, allowed)) << url;
}

}  // namespace
}  // namespace drawbridge
