// Which names of variables are taken for misspelt.

#include <gtest/gtest.h>

#include "fake_better_auth.h"

namespace drawbridge::doctor {
namespace {

Check told_of(const std::vector<std::string>& names, bool has_database_url = false) {
  FakeBetterAuth issuer;
  Visit visit = issuer.visit();
  visit.known_variables = {"BETTER_AUTH_URL",       "BETTER_AUTH_JWKS_URL",  "BETTER_AUTH_ISSUER",
                           "BETTER_AUTH_AUDIENCE",  "DRAWBRIDGE_ALGORITHMS", "DRAWBRIDGE_LOG",
                           "DRAWBRIDGE_LOG_FORMAT", "DATABASE_URL",          "BETTER_AUTH_SECRET"};
  visit.variable_names = names;
  visit.variable = [=](const std::string& name) {
    return has_database_url && name == "DATABASE_URL" ? std::optional<std::string>{"sqlite:a"} : std::nullopt;
  };
  return found_by(visit).checks.at("config.variables");
}

TEST(ConfigurationChecks, NameWhatWasLikelyMeant) {
  for (const auto& [name, meant] :
       std::map<std::string, std::string>{{"BETTER_AUTH_AUD", "BETTER_AUTH_AUDIENCE"},
                                          {"BETTER_AUTH_ISUER", "BETTER_AUTH_ISSUER"},
                                          {"BETTER_AUTH_JWKS", "BETTER_AUTH_JWKS_URL"},
                                          {"BETTER_AUTH_BASE_URL", "BETTER_AUTH_URL"},
                                          {"BETTERAUTH_URL", "BETTER_AUTH_URL"},
                                          {"DRAWBRIDGE_LOGS", "DRAWBRIDGE_LOG"},
                                          {"DRAWBRIDGE_LOG_FORM", "DRAWBRIDGE_LOG_FORMAT"},
                                          {"DATABASE_URI", "DATABASE_URL"},
                                          {"DB_URL", "DATABASE_URL"}}) {
    const Check check = told_of({"PATH", name});
    EXPECT_EQ(check.status, CheckStatus::warning) << name;
    EXPECT_EQ(check.summary, "variables that nothing reads: " + name + " (did you mean " + meant + "?)");
  }
}

TEST(ConfigurationChecks, LeaveNamesOfOthersAlone) {
  for (const char* name : {"_", "PATH", "URL", "BETTER_AUTH_SECRET", "BETTER_AUTH_TELEMETRY",
                           "BETTER_AUTH_URL", "BETTER_AUTH_GITHUB_CLIENT_ID", "NEXT_PUBLIC_BETTER_AUTH_URL",
                           "DRAWBRIDGE_TEST_DATABASE", "DRAWBRIDGE_BIN", "DATABASE_POOL_SIZE", "LOG"})
    EXPECT_EQ(told_of({name}).status, CheckStatus::ok) << name;
  EXPECT_EQ(told_of({"POSTGRES_URL"}, true).status, CheckStatus::ok);
}

TEST(ConfigurationChecks, NameTheFirstFive) {
  std::vector<std::string> names;
  for (char letter = 'A'; letter < 'H'; ++letter) names.push_back(std::string{"DRAWBRIDGE_LOG_"} + letter);
  EXPECT_TRUE(told_of(names).summary.ends_with("and 2 more"));
}

}  // namespace
}  // namespace drawbridge::doctor
