// Whether the database knows whom the token names.

#include <gtest/gtest.h>

#include "doctor/catalogue.h"
#include "doctor/report.h"
#include "doctor/sections.h"
#include "fake_api.h"

namespace drawbridge::doctor {
namespace {

constexpr const char* subject = "Zb3pX0";
constexpr const char* uuid = "0b4e2a52-5a1f-4a3c-9d0e-6f7d8c9b0a11";

/// All that must stand for it, and nothing else.
Report report_before_the_user() {
  Report report;
  for (const CheckKind& kind : all_checks())
    if (kind.needs.empty()) report.leave(kind.id, "it was not asked for");
  for (const char* const id : {"token.uuid", "token.signature", "database.better_auth", "tables.user_uuid"})
    report.ok(id, "good");
  for (const char* const id :
       {"tables.user_uuid_values", "tables.migrations", "tables.jwks", "tables.session_token", "tables.ids",
        "tables.foreign_keys", "tables.revocations"})
    report.leave(id, "so");
  return report;
}

Visit visit_where(std::expected<bool, std::string> known) {
  Visit visit{Policy{"http://localhost:3000", "http://localhost:3000"}, "", "", ""};
  visit.user_exists = [known](const schema::NamedUser& asked) {
    EXPECT_EQ(asked.text, asked.is_subject ? subject : uuid);
    return known;
  };
  return visit;
}

schema::BridgeFacts facts_with(std::map<std::string, std::vector<std::string>> tables = {}) {
  schema::BridgeFacts facts{.product = "sqlite", .version = "3.40.1"};
  facts.tables = std::move(tables);
  facts.tables["user"] = {"id", "email", "uuid"};
  facts.tables["account"] = {"id", "email", "password"};
  return facts;
}

SeenToken token_with_uuid() {
  SeenToken token;
  token.uuid = Uuid::parse(uuid);
  return token;
}

const std::optional token{token_with_uuid()};

TEST(User, IsKnown) {
  Report report = report_before_the_user();
  check_user(report, visit_where(true), token, facts_with());
  EXPECT_TRUE(report.stands("user.known"));
}

struct Case {
  const char* name;
  schema::BridgeFacts facts;
  const char* says;
  bool says_it;
};

TEST(User, IsUnknownWhereThereAreTwoSetsOfUsers) {
  const std::vector<Case> cases{
      {"none beside Better Auth's", facts_with(), "second sign-up", false},
      {"of a backend's own", facts_with({{"members", {"email", "hashed_password"}}}),
       "the table members looks like a second sign-up", true},
      {"addresses without passwords", facts_with({{"newsletter", {"email"}}}), "second sign-up", false},
  };
  for (const Case& each : cases) {
    Report report = report_before_the_user();
    check_user(report, visit_where(false), token, each.facts);
    EXPECT_TRUE(report.is_at_fault("user.known")) << each.name;
    const Check check = told_of(report, {"user."}).at("user.known");
    EXPECT_NE(check.summary.find(uuid), std::string::npos) << check.summary;
    EXPECT_EQ(check.cause.find(each.says) != std::string::npos, each.says_it) << each.name << check.cause;
  }
}

TEST(User, IsLeftWhatCannotBeAsked) {
  struct Left {
    const char* name;
    Visit visit;
    std::optional<SeenToken> token;
    std::optional<schema::BridgeFacts> facts;
  };
  Visit without_database = visit_where(true);
  without_database.user_exists = nullptr;
  const std::vector<Left> cases{
      {"the database fails", visit_where(std::unexpected{"gone"}), token, facts_with()},
      {"no token", visit_where(true), std::nullopt, facts_with()},
      {"no uuid", visit_where(true), SeenToken{}, facts_with()},
      {"no facts", visit_where(true), token, std::nullopt},
      {"no database", without_database, token, facts_with()},
  };
  for (const Left& each : cases) {
    Report report = report_before_the_user();
    check_user(report, each.visit, each.token, each.facts);
    EXPECT_FALSE(report.stands("user.known")) << each.name;
    EXPECT_FALSE(report.is_at_fault("user.known")) << each.name;
    EXPECT_FALSE(report.why_without("user.known").empty()) << each.name;
  }
}

TEST(User, OfABackendThatGoesBySubject) {
  const auto report_for = [](bool known, const std::string& sub) {
    Report report;
    for (const CheckKind& kind : all_checks())
      if (kind.needs.empty()) report.leave(kind.id, "it was not asked for");
    for (const char* const good : {"token.uuid", "token.signature", "database.better_auth"})
      report.ok(good, "good");
    report.leave("tables.user_uuid", "the backend identifies users by user.id");
    Visit visit = visit_where(known);
    visit.variable = [](const std::string& name) {
      return name == "DRAWBRIDGE_USER_CLAIM" ? std::optional<std::string>{"sub"} : std::nullopt;
    };
    SeenToken named;
    named.subject = sub;
    check_user(report, visit, named, facts_with());
    return report;
  };
  EXPECT_TRUE(report_for(true, subject).stands("user.known"));
  const Report unknown = report_for(false, subject);
  EXPECT_TRUE(unknown.is_at_fault("user.known"));
  EXPECT_EQ(report_for(true, "").why_without("user.known"), "the token does not identify a user by sub");
}

TEST(User, IsNotAskedForWithoutWhatItNeeds) {
  Report report;
  for (const char* const id : {"token.uuid", "token.signature"}) report.ok(id, "good");
  report.leave("database.reachable", "no database was given");
  check_user(report, visit_where(true), token, facts_with());
  EXPECT_EQ(report.why_without("user.known"), "no database was given");
}

}  // namespace
}  // namespace drawbridge::doctor
