// What answers let pages and caches do, by the kinds of credentials that the server takes.

#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "tests/api/api_fixture.h"

namespace drawbridge::test {
namespace {

constexpr CredentialKinds token{};
constexpr CredentialKinds all{.token = true, .session = true, .key = true};
constexpr CredentialKinds session{.token = false, .session = true, .key = false};
constexpr CredentialKinds session_and_key{.token = false, .session = true, .key = true};
constexpr CredentialKinds token_and_key{.token = true, .session = false, .key = true};

const std::string own = "Origin: http://localhost:3000\r\n";
const std::string foreign = "Origin: http://evil.example\r\n";
const std::string asks = "Access-Control-Request-Method: PATCH\r\n";

struct PreflightCase {
  const char* name;
  CredentialKinds kinds;
  std::string origin;
  std::string headers;
  std::string credentials;
};

TEST(CredentialCors, PreflightsAllowWhatIsTaken) {
  const PreflightCase cases[] = {
      {"tokens alone", token, own, "authorization, content-type", ""},
      {"all", all, own, "authorization, x-api-key, content-type", "true"},
      {"sessions alone", session, own, "content-type", "true"},
      {"sessions and keys", session_and_key, own, "x-api-key, content-type", "true"},
      {"tokens and keys", token_and_key, own, "authorization, x-api-key, content-type", ""},
      {"another origin", all, foreign, "", ""},
      {"no origin of a page", all, "Origin: null\r\n", "", ""},
  };
  for (const PreflightCase& c : cases) {
    const Api api{{.credentials = c.kinds}};
    const auto answer = api.request(raw_request("OPTIONS", tasks_of(alice), "", c.origin + asks));
    EXPECT_EQ(answer.status, 204) << c.name;
    EXPECT_EQ(answer.header("access-control-allow-headers"), c.headers) << c.name;
    EXPECT_EQ(answer.header("access-control-allow-credentials"), c.credentials) << c.name;
    EXPECT_EQ(answer.header("vary"), "Origin") << c.name;
    EXPECT_EQ(answer.header("cache-control"), "no-store") << c.name;
  }
}

struct AnswerCase {
  const char* name;
  CredentialKinds kinds;
  std::string method;
  std::string target;
  std::string lines;
  int status;
  bool by_cookie;           ///< the answer says that it depends on one
  std::string credentials;  ///< Access-Control-Allow-Credentials
};

TEST(CredentialAnswers, SayWhetherTheyDependOnACookie) {
  const std::string as_alice = "Cookie: as=alice\r\n";
  const std::string bearer = "Authorization: Bearer alice\r\n";
  const std::string key = "X-API-Key: alice\r\n";
  const std::string tasks = tasks_of(alice);
  const AnswerCase cases[] = {
      {"a cookie", all, "GET", tasks, as_alice, 200, true, ""},
      {"a cookie from the page", all, "GET", tasks, as_alice + own, 200, true, "true"},
      {"a cookie from another page", all, "GET", tasks, as_alice + foreign, 200, true, ""},
      {"signed out", all, "GET", tasks, "Cookie: as=signed-out\r\n" + own, 401, true, "true"},
      {"of a foreign page", all, "POST", tasks, "Cookie: as=foreign\r\n" + foreign, 403, true, ""},
      {"an outage", all, "GET", tasks, "Cookie: as=outage\r\n", 503, true, ""},
      {"another user's path", all, "GET", tasks_of(bob), as_alice, 403, true, ""},
      {"no such task", all, "GET", tasks + "/no-uuid", as_alice, 404, true, ""},
      {"no such method", all, "PUT", tasks, as_alice, 405, true, ""},
      {"no credential: with a cookie it would be another answer", all, "GET", tasks, "", 401, true, ""},
      {"a token", all, "GET", tasks, bearer + own, 200, false, "true"},
      {"a token beside a cookie", all, "GET", tasks, bearer + as_alice, 200, false, ""},
      {"a key beside a cookie", all, "GET", tasks, key + as_alice, 200, false, ""},
      {"sessions alone, beside a token", session, "GET", tasks, bearer + as_alice, 200, true, ""},
      {"no such route", all, "GET", "/nowhere", as_alice + own, 404, false, "true"},
      {"a route for everybody", all, "GET", "/healthz", as_alice, 200, false, ""},
      {"tokens alone", token, "GET", tasks, bearer + as_alice + own, 200, false, ""},
      {"tokens alone, and a cookie alone", token, "GET", "/api/v1/me", "Cookie: theme=dark\r\n" + own, 401,
       false, ""},
      {"malformed", all, "GET", tasks, as_alice + "Host: twice\r\n" + own, 400, false, "true"},
  };
  for (const AnswerCase& c : cases) {
    const Api api{{.credentials = c.kinds}};
    const auto answer = api.request(raw_request(c.method, c.target, "", c.lines));
    EXPECT_EQ(answer.status, c.status) << c.name;
    EXPECT_EQ(answer.header("vary"), c.by_cookie ? "Origin, Cookie" : "Origin") << c.name;
    EXPECT_EQ(answer.header("cache-control"), c.by_cookie ? "private, no-store" : "no-store") << c.name;
    EXPECT_EQ(answer.header("access-control-allow-credentials"), c.credentials) << c.name;
  }
}

TEST(CredentialAnswers, TheLogHasNoCredential) {
  const Api api{{.credentials = all}};
  api.request(raw_request("GET", tasks_of(alice), "", "Cookie: as=alice\r\nX-API-Key: a-secret-key\r\n"));
  api.request(raw_request("GET", tasks_of(alice), "", "Cookie: as=a-secret-cookie\r\n"));
  EXPECT_TRUE(api.log_text.str().contains("401")) << api.log_text.str();
  EXPECT_FALSE(api.log_text.str().contains("secret")) << api.log_text.str();
}

TEST(CredentialsOfARequest, AreAllValuesOfEachHeader) {
  Api api{{.credentials = all}};
  api.request(raw_request("PATCH", tasks_of(alice), "",
                          "Authorization: a\r\nauthorization: b\r\n"
                          "Cookie: one=1; two=2\r\ncookie: three=3\r\n"
                          "X-API-Key: k\r\nx-api-key: l\r\n"
                          "Origin: http://a\r\nORIGIN: null\r\n"
                          "Sec-Fetch-Site: same-origin\r\nsec-fetch-site: none\r\n"));
  EXPECT_EQ(api.authenticator.last_credentials(),
            "PATCH\na + b\none=1; two=2 + three=3\nk + l\nhttp://a + null\nsame-origin + none");
  api.request(raw_request("GET", tasks_of(alice), "", ""));
  EXPECT_EQ(api.authenticator.last_credentials(), "GET\n\n\n\n\n");
}

}  // namespace
}  // namespace drawbridge::test
