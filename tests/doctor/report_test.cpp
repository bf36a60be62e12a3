// What follows from the verdicts: nothing is told twice, and what could not be looked at says why.

#include "doctor/report.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "doctor/catalogue.h"

namespace drawbridge::doctor {
namespace {

Check check_named(const Report& report, std::string_view id) {
  const auto checks = report.checks();
  const auto found = std::ranges::find(checks, id, &Check::id);
  return found == checks.end() ? Check{} : *found;
}

/// Every check that needs no other, left for this reason, but for `except`.
void leave_the_rest(Report& report, std::string_view except) {
  for (const CheckKind& kind : all_checks())
    if (kind.needs.empty() && kind.id != except) report.leave(kind.id, "it was not asked for");
}

TEST(Catalogue, NamesEachCheckOnceAndNeedsWhatComesBefore) {
  std::set<std::string_view> before;
  for (const CheckKind& kind : all_checks()) {
    EXPECT_FALSE(kind.looks_at.empty()) << kind.id;
    for (const std::string_view needed : kind.needs) EXPECT_TRUE(before.contains(needed)) << kind.id;
    EXPECT_TRUE(before.insert(kind.id).second) << kind.id;
  }
}

TEST(Report, TellsAFaultOnceAtItsRoot) {
  Report report;
  leave_the_rest(report, "jwks.reachable");
  report.fault("jwks.reachable", "nothing answers", "it is not running", "start it");
  const Check below = check_named(report, "token.key");
  EXPECT_EQ(below.status, CheckStatus::not_checked);
  EXPECT_EQ(check_named(report, "jwks.algorithm").summary, "because of the fault jwks.reachable");
  const auto checks = report.checks();
  EXPECT_EQ(std::ranges::count(checks, CheckStatus::fault, &Check::status), 1);
  EXPECT_FALSE(is_healthy(checks));
}

TEST(Report, TellsAFaultNotAgainThatAnotherExplains) {
  Report report;
  leave_the_rest(report, "jwks.reachable");
  report.ok("jwks.reachable", "it answered");
  for (const char* const id : {"clock.issuer", "issuer.session"}) report.leave(id, "it was not asked for");
  report.fault("jwks.status", "it answers 500", "its log says", "look there", {"tables.jwks"});
  EXPECT_EQ(check_named(report, "jwks.status").status, CheckStatus::fault);
  report.fault("tables.jwks", "it is missing", "it came later", "make it");
  const Check explained = check_named(report, "jwks.status");
  EXPECT_EQ(explained.status, CheckStatus::not_checked);
  EXPECT_EQ(explained.summary, "because of the fault tables.jwks");
  EXPECT_EQ(check_named(report, "jwks.document").summary, "because of the fault tables.jwks");
  EXPECT_FALSE(is_healthy(report.checks()));
}

TEST(Report, HandsOnWhyACheckWasLeft) {
  Report report;
  leave_the_rest(report, "token.form");
  report.leave("token.form", "no --token was given");
  EXPECT_EQ(check_named(report, "token.signature").summary, "no --token was given");
  EXPECT_TRUE(is_healthy(report.checks()));
}

TEST(Report, LetsWhatBuildsOnAWarningBeChecked) {
  Report report;
  report.warning("jwks.reachable", "slow", "far away", "come nearer");
  EXPECT_TRUE(report.may_check("jwks.status"));
  EXPECT_FALSE(report.may_check("jwks.document"));
}

TEST(Report, RefusesAnUnknownCheckAndASecondVerdict) {
  Report report;
  EXPECT_THROW(report.ok("jwks.nonsense", ""), std::logic_error);
  report.ok("jwks.reachable", "it answered");
  EXPECT_THROW(report.ok("jwks.reachable", "again"), std::logic_error);
}

TEST(Report, NoticesAForgottenCheck) {
  Report report;
  leave_the_rest(report, "jwks.reachable");
  report.ok("jwks.reachable", "it answered");
  EXPECT_THROW(report.checks(), std::logic_error);  // jwks.status could have been judged
}

TEST(Report, HasTheChecksOfProductionWhenAskedFor) {
  Report report;
  leave_the_rest(report, "");
  EXPECT_EQ(check_named(report, "production.https").id, "");
  Report in_production{true};
  leave_the_rest(in_production, "");
  EXPECT_EQ(check_named(in_production, "production.https").id, "production.https");
}

}  // namespace
}  // namespace drawbridge::doctor
