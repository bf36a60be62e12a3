// What hurts in production alone.

#include <algorithm>
#include <atomic>
#include <set>

#include <gtest/gtest.h>

#include "fake_api.h"

namespace drawbridge::doctor {
namespace {

using fetch::HttpAnswer;
using fetch::HttpCall;

constexpr auto ok = CheckStatus::ok;
constexpr auto fault = CheckStatus::fault;
constexpr auto warning = CheckStatus::warning;
constexpr auto not_checked = CheckStatus::not_checked;

constexpr const char* secret = "fifty-six characters that nobody guesses: 0123456789abcde";

struct Production {
  Visit visit;
  SeenToken token;
  std::map<std::string, std::string> variables{{"BETTER_AUTH_SECRET", secret}};
  schema::BridgeFacts database{.product = "postgresql", .version = "15.4"};
};

bool is_sign_out(const HttpCall& call) {
  return call.method == "POST" && call.url == "https://app.example.com/api/auth/sign-out";
}

bool is_key_fetch(const HttpCall& call) {
  return call.url.ends_with("/api/auth/jwks");
}

bool is_sign_in(const HttpCall& call) {
  return call.method == "POST" && call.url.ends_with("/api/auth/sign-in/email");
}

bool is_page(const HttpCall& call) {
  return call.method == "GET" && call.url.ends_with('/') && std::ranges::count(call.url, '/') == 3;
}

bool is_of_a_local_page(const HttpCall& call) {
  return is_preflight(call) && call.headers.front().value == "http://localhost:3000";
}

HttpAnswer setting(const char* cookie) {
  return {.status = 200, .headers = {{"Set-Cookie", cookie}}, .body = {}};
}

/// A page with these headers beside those of a good one.
HttpAnswer page_with(std::string policy, std::string transport = "max-age=31536000") {
  return {.status = 200,
          .headers = {{"content-type", "text/html; charset=utf-8"},
                      {"Content-Security-Policy", std::move(policy)},
                      {"Strict-Transport-Security", std::move(transport)}},
          .body = "<!doctype html>"};
}

Production healthy(std::vector<Instead> instead = {}) {
  instead.push_back({is_sign_in, {.status = 429}});
  instead.push_back({is_page, page_with("script-src 'self'")});
  instead.push_back(
      {is_sign_out, setting("__Secure-better-auth.session_token=; Max-Age=0; Path=/; HttpOnly; Secure")});
  instead.push_back({is_key_fetch, {.status = 200}});
  instead.push_back({is_preflight, {.status = 204}});
  Visit visit = visit_of(std::move(instead));
  visit.policy = Policy{"https://app.example.com", "https://api.example.com"};
  visit.better_auth_url = "https://app.example.com/api/auth";
  visit.jwks_url = "https://app.example.com/api/auth/jwks";
  visit.page_origin = "https://app.example.com";
  visit.api_url = "https://api.example.com";
  visit.production = true;
  Production production{.visit = std::move(visit), .token = good_token()};
  production.token.audiences = {"https://api.example.com"};
  production.database.keys = schema::StoredKeys{.count = 2, .expiring = 2};
  return production;
}

std::map<std::string, Check> examined(Production production, std::string_view at_fault = {}) {
  Visit& visit = production.visit;
  visit.variable = [&production](const std::string& name) -> std::optional<std::string> {
    const auto found = production.variables.find(name);
    return found == production.variables.end() ? std::nullopt : std::optional{found->second};
  };
  Report report = report_before_the_api({.production = true});
  if (!visit.api_url) {
    report.leave("api.reachable", "give --api-url");
  } else {
    report.ok("api.reachable", "it answers");
    for (const char* id :
         {"api.ready", "clock.api", "api.requires_token", "api.own_path", "api.tampered_token",
          "api.foreign_path", "api.session", "api.quiet_errors", "cors.preflight", "cors.errors",
          "cors.exposed_headers", "cors.credentials", "cors.foreign_origin"})
      if (id == at_fault)
        report.fault(id, "it is not good", "for a reason", "do something");
      else
        report.ok(id, "it is good");
  }
  check_production(report, visit, production.token, production.database);
  return told_of(report, {"production."});
}

struct ProductionCase {
  const char* name;
  std::function<void(Production&)> change;
  const char* id;
  CheckStatus status;
  const char* part;
};

const std::vector<ProductionCase> cases{
    {"Better Auth over http",
     [](Production& p) { p.visit.better_auth_url = "http://app.example.com/api/auth"; }, "production.https",
     fault, "over plain http: http://app.example.com/api/auth"},
    {"the keys over http", [](Production& p) { p.visit.jwks_url = "http://auth.internal/api/auth/jwks"; },
     "production.https", warning, "over plain http: http://auth.internal/api/auth/jwks"},
    {"the API over http", [](Production& p) { p.visit.api_url = "http://localhost:8000"; },
     "production.https", fault, "http://localhost:8000"},
    {"the page over http", [](Production& p) { p.visit.page_origin = "http://app.example.com"; },
     "production.https", fault, "http://app.example.com"},
    {"an origin of this machine",
     [](Production& p) {
       p.variables["DRAWBRIDGE_ALLOWED_ORIGINS"] = "https://app.example.com, https://localhost:3000";
     },
     "production.origins", fault, "includes https://localhost:3000"},
    {"a page of this machine", [](Production& p) { p.visit.page_origin = "https://localhost:3000"; },
     "production.origins", fault, "own origin is https://localhost:3000"},
    {"any origin", [](Production& p) { p.variables["DRAWBRIDGE_ALLOWED_ORIGINS"] = "*"; },
     "production.origins", fault, "includes *"},
    {"an origin over http",
     [](Production& p) { p.variables["DRAWBRIDGE_ALLOWED_ORIGINS"] = "http://app.example.com"; },
     "production.origins", fault, "includes http://app.example.com"},
    {"nothing to see of origins", [](Production& p) { p.visit.api_url = std::nullopt; }, "production.origins",
     not_checked, "give --api-url or DRAWBRIDGE_ALLOWED_ORIGINS"},
    {"a day's token", [](Production& p) { p.token.lifetime = std::chrono::hours{24}; },
     "production.token_lifetime", warning, "1440 minutes"},
    {"a token of unknown age", [](Production& p) { p.token.lifetime = std::nullopt; },
     "production.token_lifetime", not_checked, "when it was made"},
    {"many audiences", [](Production& p) { p.token.audiences.emplace_back("https://other.example.com"); },
     "production.audience", warning, "2 audiences"},
    {"the default audience", [](Production& p) { p.visit.policy.audiences = p.visit.policy.issuers; },
     "production.audience", warning, "is the issuer"},
    {"the default audience beside its own",
     [](Production& p) { p.visit.policy.audiences.push_back(p.visit.policy.issuers.front()); },
     "production.audience", warning, "is the issuer, https://app.example.com,"},
    {"one key for ever",
     [](Production& p) { p.database.keys = schema::StoredKeys{.count = 1, .expiring = 0}; },
     "production.rotation", warning, "rotationInterval"},
    {"a key for ever beside one with an end",
     [](Production& p) { p.database.keys = schema::StoredKeys{.count = 3, .expiring = 2}; },
     "production.rotation", warning, "of 3 signing keys in the table jwks, one has no expiry"},
    {"a key for ever in a table of another generator",
     [](Production& p) {
       p.database.keys = schema::StoredKeys{.count = 1, .expiring = 0};
       p.database.naming.names = {{"jwks", R"("jwkss")"}};
       p.database.tables["jwks"] = {"id", "expires_at"};
     },
     "production.rotation", warning,
     R"(UPDATE "jwkss" SET "expires_at" = now() WHERE "expires_at" IS NULL;)"},
    {"no key yet", [](Production& p) { p.database.keys = schema::StoredKeys{}; }, "production.rotation",
     not_checked, "no signing key yet"},
    {"keys that may not be read", [](Production& p) { p.database.keys = std::nullopt; },
     "production.rotation", not_checked, "cannot be read"},
    {"the default secret",
     [](Production& p) { p.variables["BETTER_AUTH_SECRET"] = "better-auth-secret-12345678901234567890"; },
     "production.secret", fault, "is the default"},
    {"a short secret", [](Production& p) { p.variables["BETTER_AUTH_SECRET"] = "hunter2"; },
     "production.secret", fault, "has 7 characters"},
    {"a secret elsewhere", [](Production& p) { p.variables.clear(); }, "production.secret", not_checked,
     "is not set here"},
    {"many algorithms",
     [](Production& p) { p.visit.policy.algorithms = {Algorithm::eddsa, Algorithm::rs256}; },
     "production.algorithms", warning, "EdDSA, RS256"},
    {"a log that tells all", [](Production& p) { p.variables["DRAWBRIDGE_LOG"] = "debug"; }, "production.log",
     warning, "is debug"},
    {"SQLite", [](Production& p) { p.database.product = "sqlite"; }, "production.database", warning,
     "shared by Better Auth and the API"},
};

TEST(ProductionChecks, AreSilentOnAHealthySetUp) {
  EXPECT_TRUE(examined(healthy()).empty());
  Production with_settings = healthy();
  with_settings.variables.insert(
      {{"DRAWBRIDGE_ALLOWED_ORIGINS", "https://app.example.com"}, {"DRAWBRIDGE_LOG", "warn"}});
  EXPECT_TRUE(examined(with_settings).empty());
  Production by_both_names = healthy();
  by_both_names.visit.policy.algorithms = {Algorithm::ed25519, Algorithm::eddsa};
  EXPECT_TRUE(examined(by_both_names).empty());
}

TEST(ProductionChecks, FindEachFaultAndNothingElse) {
  for (const ProductionCase& c : cases) {
    SCOPED_TRACE(c.name);
    Production production = healthy();
    c.change(production);
    auto told = examined(production);
    std::erase_if(told, [](const auto& entry) {
      const std::string& why = entry.second.summary;
      return why == "because of the fault production.https" || why == "give --api-url";
    });
    ASSERT_EQ(told.size(), 1U) << told.begin()->first;
    const Check& check = told.begin()->second;
    EXPECT_EQ(check.id, c.id);
    EXPECT_EQ(name_of(check.status), name_of(c.status));
    const std::string said = check.summary + " | " + check.cause + " | " + check.remedy;
    EXPECT_TRUE(said.contains(c.part)) << said;
    EXPECT_FALSE(said.contains("hunter2"));
  }
}

TEST(ProductionChecks, AskTheApiWhomItLetsIn) {
  const auto told = examined(healthy({{is_of_a_local_page,
                                       {.status = 204,
                                        .headers = {{"Access-Control-Allow-Origin", "http://localhost:3000"}},
                                        .body = {}}}}));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("production.origins").status, fault);
}

TEST(ProductionChecks, SeeDocumentationThatEverybodyMayRead) {
  struct Case {
    const char* name;
    const char* path;
    HttpAnswer answer;
    const char* says;  ///< null where nothing is said
  };
  for (const Case& c : {
           Case{"ours", "/docs", {.status = 200, .body = "href=\"openapi.json\""}, "/docs"},
           Case{"Swagger UI", "/docs", {.status = 200, .body = "swagger-ui.css"}, "/docs"},
           Case{"FastAPI's", "/redoc", {.status = 200, .body = "<title>ReDoc</title>"}, "/redoc"},
           Case{"the document",
                "/openapi.json",
                {.status = 200, .body = R"({"openapi":"3.1.0"})"},
                "/openapi.json"},
           Case{"a page that stands for every path",
                "/docs",
                {.status = 200, .body = "<div id=\"root\">"},
                nullptr},
           Case{"refused", "/docs", {.status = 401, .body = "swagger"}, nullptr},
           Case{"no answer", "/docs", {.status = 0, .body = "it was reset"}, nullptr},
       }) {
    SCOPED_TRACE(c.name);
    const auto told = examined(healthy(
        {{[&](const HttpCall& call) { return call.url == "https://api.example.com" + std::string{c.path}; },
          c.answer}}));
    ASSERT_EQ(told.size(), c.says == nullptr ? 0U : 1U);
    if (c.says == nullptr) continue;
    const Check& check = told.at("production.docs");
    EXPECT_EQ(check.status, warning);
    EXPECT_TRUE(check.summary.ends_with(c.says)) << check.summary;
    EXPECT_TRUE(check.remedy.contains("DRAWBRIDGE_DOCS=off"));
  }
}

TEST(ProductionChecks, DoNotCallOriginsExactThatAreNot) {
  const auto told = examined(healthy(), "cors.foreign_origin");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("production.origins").summary, "because of the fault cors.foreign_origin");
}

TEST(ProductionChecks, LookAtTheCookieThatSigningOutSets) {
  struct Case {
    HttpAnswer answer;
    CheckStatus status;
    const char* part;
  };
  for (const Case& c :
       {Case{setting("better-auth.session_token=; Path=/; HttpOnly"), fault, "without Secure"},
        Case{setting("better-auth.session_token=secure; Path=/"), fault, "without Secure"},
        Case{setting("theme=; Path=/"), not_checked, "sets no session cookie (200)"},
        Case{{.status = 0, .headers = {}, .body = "it was reset"}, not_checked, "it was reset"}}) {
    const auto told = examined(healthy({{is_sign_out, c.answer}}));
    ASSERT_EQ(told.size(), 1U);
    const Check& check = told.at("production.cookies");
    EXPECT_EQ(check.status, c.status);
    EXPECT_TRUE(check.summary.contains(c.part)) << check.summary;
  }
  EXPECT_TRUE(examined(healthy({{is_sign_out, setting("app.session_token=; path=/; secure")}})).empty());
}

TEST(ProductionChecks, SeeALimitOfKeyFetches) {
  for (const auto& [allowed, status, expected] :
       {std::tuple{100, 429, fault}, std::tuple{3, 503, warning}, std::tuple{105, 429, ok}}) {
    Production production = healthy();
    const auto count = std::make_shared<std::atomic<int>>(0);
    production.visit.call = [count, allowed, status, call = production.visit.call](
                                const HttpCall& asked) -> std::expected<HttpAnswer, std::string> {
      if (is_key_fetch(asked) && ++*count > allowed) return HttpAnswer{.status = status};
      return call(asked);
    };
    const auto told = examined(production);
    EXPECT_EQ(told.size(), expected == ok ? 0U : 1U);
    EXPECT_LE(*count, 105);
    for (const auto& [id, check] : told)
      EXPECT_EQ(std::pair(id, check.status), std::pair(std::string{"production.key_fetch"}, expected));
  }
}

TEST(ProductionChecks, EndFetchingKeysAtTheFirstFetchWithoutAnAnswer) {
  Production production = healthy();
  const auto count = std::make_shared<std::atomic<int>>(0);
  production.visit.call =
      [count, call = production.visit.call](const HttpCall& asked) -> std::expected<HttpAnswer, std::string> {
    if (is_key_fetch(asked) && ++*count > 10) return std::unexpected{"It was reset."};
    return call(asked);
  };
  const auto told = examined(production);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("production.key_fetch").status, warning);
  EXPECT_TRUE(told.at("production.key_fetch").summary.contains("no answer: It was reset."));
  EXPECT_LE(*count, 14);  // the failed one and what was under way
}

TEST(ProductionChecks, EndFetchingKeysThatTakesTooLong) {
  Production production = healthy();
  const auto count = std::make_shared<std::atomic<int>>(0);
  production.visit.now = [count, begun = production.visit.now()] {
    return begun + std::chrono::seconds{*count};
  };
  production.visit.call = [count, call = production.visit.call](const HttpCall& asked) {
    if (is_key_fetch(asked)) ++*count;
    return call(asked);
  };
  const auto told = examined(production);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("production.key_fetch").status, not_checked);
  EXPECT_TRUE(told.at("production.key_fetch").summary.contains("within 6 seconds"));
  EXPECT_LE(*count, 10);
}

struct Tried {
  const char* name;
  /// What a guess is answered: the status for one that names an address in X-Forwarded-For, in other headers,
  /// in none.
  std::function<int(const HttpCall&, int guesses)> answer;
  CheckStatus status;
  const char* part;
  int most_guesses;
};

bool has_header(const HttpCall& call, std::string_view name) {
  return std::ranges::find(call.headers, name, &fetch::HttpHeader::name) != call.headers.end();
}

TEST(ProductionChecks, TryToGuessPasswordsOfNobody) {
  const auto after = [](int allowed) {
    return [allowed](const HttpCall&, int guesses) { return guesses > allowed ? 429 : 401; };
  };
  const auto but_by = [](std::string name) {
    return [name = std::move(name)](const HttpCall& call, int) { return has_header(call, name) ? 401 : 429; };
  };
  for (const Tried& c : std::initializer_list<Tried>{
           {"a limit", after(3), ok, "", 5},
           {"no limit", after(1000), fault, "Better Auth checked 20 of 20 wrong passwords", 20},
           {"a limit that X-Forwarded-For gets round", but_by("X-Forwarded-For"), fault,
            "Better Auth checked 10 of 10 wrong passwords while X-Forwarded-For changed", 11},
           {"a limit that another header gets round", but_by("CF-Connecting-IP"), fault,
            "while another header with an address", 11},
           {"no passwords", [](const HttpCall&, int) { return 400; }, not_checked, "inconclusive: 400", 1},
           {"no answer", [](const HttpCall&, int) { return 0; }, not_checked, "no answer", 1},
           {"an outage", [](const HttpCall&, int guesses) { return guesses > 2 ? 500 : 401; }, not_checked,
            "inconclusive: 500", 3},
           {"a proxy that refuses its own headers",
            [](const HttpCall& call, int guesses) {
              if (has_header(call, "CF-Connecting-IP")) return 403;
              return guesses > 3 ? 429 : 401;
            },
            ok, "", 5},
       }) {
    SCOPED_TRACE(c.name);
    Production production = healthy();
    std::set<std::string> addresses;
    int forged = 0;
    std::set<std::string> bodies;
    int guesses = 0;
    production.visit.call =
        [&, call = production.visit.call](const HttpCall& asked) -> std::expected<HttpAnswer, std::string> {
      if (!is_sign_in(asked)) return call(asked);
      if (has_header(asked, "X-Forwarded-For")) {
        addresses.insert(asked.headers.front().value);
        ++forged;
      }
      bodies.insert(asked.body);
      const int status = c.answer(asked, ++guesses);
      if (status == 0) return std::unexpected{"It was reset."};
      return HttpAnswer{.status = status};
    };
    const auto told = examined(production);
    EXPECT_EQ(guesses, c.most_guesses);
    EXPECT_GE(std::ssize(addresses) + 1, forged);  // two of them may be one by chance
    for (const std::string& body : bodies) EXPECT_TRUE(body.starts_with(R"({"email":"nobody-)")) << body;
    ASSERT_EQ(told.size(), c.status == ok ? 0U : 1U);
    if (told.empty()) continue;
    const Check& check = told.at("production.sign_in");
    EXPECT_EQ(check.status, c.status);
    EXPECT_TRUE(check.summary.contains(c.part)) << check.summary;
  }
}

TEST(ProductionChecks, DoNotJudgeGuessesThatTakeTooLong) {
  Production production = healthy();
  const auto guesses = std::make_shared<int>(0);
  production.visit.now = [guesses, begun = production.visit.now()] {
    return begun + std::chrono::seconds{4 * *guesses};
  };
  production.visit.call = [guesses, call = production.visit.call](
                              const HttpCall& asked) -> std::expected<HttpAnswer, std::string> {
    if (!is_sign_in(asked)) return call(asked);
    ++*guesses;
    return HttpAnswer{.status = 401};
  };
  const auto told = examined(production);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.at("production.sign_in").status, not_checked);
  EXPECT_EQ(told.at("production.sign_in").summary,
            "Better Auth's response to a wrong password is inconclusive: too slow");
  EXPECT_EQ(*guesses, 3);
}

struct PageCase {
  const char* name;
  HttpAnswer answer;
  std::map<std::string, const char*> told;  ///< by check, a part of what it says
};

TEST(ProductionChecks, LookAtThePage) {
  constexpr const char* scripts = "production.page_scripts";
  constexpr const char* transport = "production.page_hsts";
  const auto both = [&](const char* part) {
    return std::map<std::string, const char*>{{scripts, part}, {transport, part}};
  };
  const HttpAnswer bare{.status = 200, .headers = {{"Content-Type", "text/html"}}, .body = {}};
  const auto leading_to = [](const char* place) {
    return HttpAnswer{.status = 307, .headers = {{"Location", place}}, .body = {}};
  };
  const char* good = "script-src 'self'";
  for (const PageCase& c : std::initializer_list<PageCase>{
           {"without headers", bare, both("has no")},
           {"a policy without scripts", page_with("object-src 'none'"), {{scripts, "no script-src"}}},
           {"a policy that lets all in",
            page_with("script-src 'self' 'unsafe-inline'"),
            {{scripts, "'unsafe-inline'"}}},
           {"two policies, one of them good", page_with("img-src 'self', script-src 'self'"), {}},
           {"a nonce that never changes",
            page_with("script-src 'nonce-abc'"),
            {{scripts, "the same nonce twice"}}},
           {"a month", page_with(good, "max-age=2592000; includeSubDomains"), {{transport, "for 30 days"}}},
           {"half a year, in another order", page_with(good, R"(includeSubDomains; Max-Age="15552000")"), {}},
           {"taken back", page_with(good, "max-age=0"), {{transport, "for 0 days"}}},
           {"no number", page_with(good, "max-age=long"), {{transport, "no numeric max-age"}}},
           {"nothing",
            {.status = 0, .headers = {}, .body = "it was reset"},
            both("did not answer: it was reset")},
           {"no page",
            {.status = 404, .headers = {{"Content-Type", "application/json"}}, .body = {}},
            both("returns 404 and no page")},
           {"another origin", leading_to("https://elsewhere.example.com/"), both("returns 307 and no page")},
           {"another origin without a scheme", leading_to("//elsewhere.example.com/"),
            both("returns 307 and no page")},
           {"itself for ever", leading_to("/"), both("redirects more than 3 times")},
       }) {
    SCOPED_TRACE(c.name);
    const auto told = examined(healthy({{is_page, c.answer}}));
    ASSERT_EQ(told.size(), c.told.size());
    for (const auto& [id, part] : c.told)
      EXPECT_TRUE(told.at(id).summary.contains(part)) << told.at(id).summary;
  }
}

TEST(ProductionChecks, GoToThePageThatTheFirstOneLeadsTo) {
  const auto is_other_page = [](const HttpCall& call) {
    return call.url == "https://app.example.com/sign-in";
  };
  for (const char* place : {"/sign-in", "https://app.example.com/sign-in"}) {
    const HttpAnswer moved{.status = 307, .headers = {{"Location", place}}, .body = {}};
    EXPECT_TRUE(
        examined(healthy({{is_page, moved}, {is_other_page, page_with("script-src 'self'")}})).empty());
  }
}

TEST(ProductionChecks, TakeANonceThatChanges) {
  Production production = healthy();
  int pages = 0;
  production.visit.call =
      [&, call = production.visit.call](const HttpCall& asked) -> std::expected<HttpAnswer, std::string> {
    if (!is_page(asked)) return call(asked);
    return page_with("script-src 'nonce-" + std::to_string(++pages) + "' 'strict-dynamic'");
  };
  EXPECT_TRUE(examined(production).empty());
  EXPECT_EQ(pages, 2);
}

}  // namespace
}  // namespace drawbridge::doctor
