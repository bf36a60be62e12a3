// What doctor makes of an issuer's answer to who asks what was revoked.

#include <gtest/gtest.h>

#include "doctor/sections.h"
#include "fake_api.h"
#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

using Variables = std::map<std::string, std::string>;

constexpr const char* feed = "GET /api/auth/drawbridge/revocations";
constexpr const char* feed_with_secret = "GET /api/auth/drawbridge/revocations by bearer";
constexpr const char* page = R"({"cursor":"c-1","now":1800000000000,"more":false,"entries":[]})";
const Variables required{{"DRAWBRIDGE_REVOCATIONS", "required"}};
const Variables off{{"DRAWBRIDGE_REVOCATIONS", "off"}};
const Variables secret{{"DRAWBRIDGE_REVOCATIONS_SECRET", "a-secret"}};

FakeBetterAuth telling(std::vector<FakeBetterAuth::Answer> answers, const char* question = feed) {
  FakeBetterAuth better_auth;
  better_auth.answers[question] = std::move(answers);
  return better_auth;
}

Visit visit_of(FakeBetterAuth& better_auth, const Variables& variables) {
  Visit visit = better_auth.visit();
  visit.variable = [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
  return visit;
}

TEST(RevocationChecks, TellWhyABackendIsToldNothing) {
  struct Case {
    const char* name;
    Variables variables;
    FakeBetterAuth better_auth;
    CheckStatus status;
    const char* says;
  };
  const std::string wrong = R"({"code":"REVOCATIONS_SECRET_WRONG"})";
  const Case cases[] = {
      {"a page", {}, telling({answer(200, page)}), CheckStatus::ok, "0 entries"},
      {"a clock an hour ahead",
       {},
       telling({answer(200, R"({"cursor":"c","now":1800003600000,"more":false,"entries":[]})")}),
       CheckStatus::ok,
       "0 entries"},
      {"with a secret", secret, telling({answer(200, page)}, feed_with_secret), CheckStatus::ok, "0 entries"},
      {"no revocations", {}, telling({answer(404)}), CheckStatus::ok, "drawbridge({ revocations: true })"},
      {"none, required", required, telling({answer(404)}), CheckStatus::fault, "=preferred"},
      {"not asked", off, telling({answer(500)}), CheckStatus::ok, "is off"},
      {"a secret is missing", {}, telling({answer(401, wrong)}), CheckStatus::fault, "is not set"},
      {"another secret", secret, telling({answer(401, wrong)}, feed_with_secret), CheckStatus::fault,
       "is not the plugin's secret"},
      {"a proxy's password", {}, telling({answer(401, "no")}), CheckStatus::fault, "in front of Better Auth"},
      {"a secret of two lines",
       {{"DRAWBRIDGE_REVOCATIONS_SECRET", "a\nb"}},
       {},
       CheckStatus::fault,
       "does not start"},
      {"no table",
       {},
       telling({answer(503, R"({"code":"REVOCATIONS_UNAVAILABLE"})")}),
       CheckStatus::fault,
       "drawbridgeRevocation"},
      {"another schema",
       {},
       telling({answer(500, R"({"code":"SCHEMA_MISMATCH"})")}),
       CheckStatus::fault,
       "SCHEMA_MISMATCH"},
      {"limited", {}, telling({answer(429)}), CheckStatus::fault, "customRules"},
      {"limited from the second on",
       {},
       telling({answer(200, page), answer(429)}),
       CheckStatus::fault,
       "customRules"},
      {"a web page", {}, telling({answer(200, "<!doctype html>")}), CheckStatus::fault, "a web page"},
      {"other JSON", {}, telling({answer(200, "{}")}), CheckStatus::fault, "has no \"cursor\""},
      {"a redirect", {}, telling({answer(302)}), CheckStatus::fault, "status 302"},
      {"no answer",
       {},
       telling({std::unexpected{"the connection was reset"}}),
       CheckStatus::not_checked,
       "the connection was reset"},
  };
  for (Case c : cases) {
    Found found = found_by(visit_of(c.better_auth, c.variables));
    const std::string told = found.text_of("revocations.feed");
    EXPECT_EQ(found.checks.at("revocations.feed").status, c.status) << c.name << ": " << told;
    EXPECT_TRUE(told.contains(c.says)) << c.name << ": " << told;
    EXPECT_FALSE(told.contains("a-secret")) << c.name;
    EXPECT_TRUE(found.warnings.empty()) << c.name;
  }
}

TEST(RevocationChecks, SendNoSecretOverPlainHttp) {
  FakeBetterAuth better_auth = telling({answer(200, page)}, feed_with_secret);
  Visit visit = visit_of(better_auth, secret);
  visit.better_auth_url = "http://app.example.com/api/auth";
  visit.jwks_url = visit.better_auth_url + "/jwks";
  EXPECT_EQ(found_by(visit).checks.at("revocations.feed").status, CheckStatus::not_checked);
  EXPECT_EQ(std::ranges::count(better_auth.asked, feed_with_secret), 0);
}

TEST(RevocationChecks, WhetherTheTokenIsOfAPluginThatRecords) {
  const auto status_of = [](const char* fresh, int feed_status) {
    FakeBetterAuth better_auth = telling({answer(feed_status, page)});
    Visit visit = better_auth.visit();
    visit.token = better_auth.token({{"fresh", fresh}});
    return found_by(visit).checks.at("token.fresh").status;
  };
  EXPECT_EQ(status_of("1799999940000", 200), CheckStatus::ok);
  EXPECT_EQ(status_of("", 200), CheckStatus::warning);
  EXPECT_EQ(status_of("\"1799999940000\"", 200), CheckStatus::warning);
  EXPECT_EQ(status_of("", 404), CheckStatus::ok);
  EXPECT_EQ(status_of("", 500), CheckStatus::not_checked);
}

TEST(RevocationChecks, NameTheTableThatIsMissing) {
  struct Case {
    const char* name;
    std::vector<std::string> tables;
    std::string orm;
    int feed_status;
    CheckStatus status;
    const char* says;
  };
  const Case cases[] = {
      {"its own name", {"drawbridgeRevocation"}, "", 200, CheckStatus::ok, ""},
      {"an ORM's name", {"drawbridge_revocations"}, "drizzle", 200, CheckStatus::ok, ""},
      {"no table, and none is wanted", {}, "", 404, CheckStatus::ok, "needs no table"},
      {"a table that nobody wants", {"drawbridgeRevocation"}, "", 404, CheckStatus::ok, ""},
      {"no table", {}, "", 503, CheckStatus::fault, ""},
      {"no table of an ORM's", {}, "prisma", 503, CheckStatus::fault, ""},
      {"elsewhere", {}, "", 200, CheckStatus::ok, "another name or in another database"},
      {"not known", {}, "", 302, CheckStatus::not_checked, "did not report"},
      {"no table, by an answer that says no more", {}, "", 500, CheckStatus::not_checked, "did not report"},
  };
  for (const Case& c : cases) {
    FakeBetterAuth better_auth =
        telling({answer(c.feed_status, c.feed_status == 503 ? "REVOCATIONS_UNAVAILABLE" : page)});
    const Visit visit = better_auth.visit();
    schema::BridgeFacts facts;
    for (const std::string& name : c.tables) facts.tables[name] = {"id"};
    facts.naming.orm = c.orm;
    Report report;
    for (const char* const id : {"jwks.document", "database.better_auth"}) report.ok(id, "good");
    check_revocations(report, visit, facts);
    EXPECT_EQ(report.is_at_fault("tables.revocations"), c.status == CheckStatus::fault) << c.name;
    EXPECT_EQ(report.stands("tables.revocations"), c.status == CheckStatus::ok) << c.name;
    if (c.status == CheckStatus::fault) {  // told once, at its root
      EXPECT_EQ(report.why_without("revocations.feed"), "because of the fault tables.revocations") << c.name;
      continue;
    }
    const std::string because = report.why_without("tables.revocations");
    EXPECT_TRUE(because.contains(c.says)) << c.name << ": " << because;
  }
}

TEST(RevocationChecks, WarnOfTheTableWhereBetterAuthFailsInEverything) {
  const auto is_warned = [](int status, const char* other_fault) {
    FakeBetterAuth better_auth = telling({answer(status)}, "GET /api/auth/ok");
    Report report;
    report.fault("jwks.status", "it answers 500", "its log says", "look there");
    report.ok("database.better_auth", "good");
    if (other_fault != nullptr) report.fault(other_fault, "it is missing", "so", "make it");
    check_revocations(report, better_auth.visit(), schema::BridgeFacts{});
    EXPECT_FALSE(report.is_at_fault("tables.revocations"));
    return report.stands("tables.revocations");
  };
  EXPECT_TRUE(is_warned(500, nullptr));
  EXPECT_FALSE(is_warned(200, nullptr));
  EXPECT_FALSE(is_warned(500, "tables.jwks"));
}

TEST(RevocationChecks, AnOpenFeedIsNoFault) {
  const auto told_of = [](int status) {
    FakeBetterAuth better_auth = telling({answer(status, page)});
    Report report = report_before_the_api({.production = true});
    check_open_feed(report, better_auth.visit());
    EXPECT_TRUE(report.stands("production.revocations"));
    return report.why_without("production.revocations");
  };
  EXPECT_TRUE(told_of(200).contains("{ secret }"));
  EXPECT_TRUE(told_of(401).contains("401"));
  EXPECT_TRUE(told_of(404).contains("records no revocations"));
}

}  // namespace
}  // namespace drawbridge::doctor
