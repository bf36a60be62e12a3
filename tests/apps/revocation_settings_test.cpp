// Whether and where Better Auth is asked what it has revoked.

#include <map>

#include <gtest/gtest.h>

#include "commands/settings.h"

namespace drawbridge::app {
namespace {

using Variables = std::map<std::string, std::string>;

RevocationSource read(Variables variables) {
  variables.emplace("BETTER_AUTH_URL", "https://auth.example.com");
  CLI::App app;
  const Settings settings{app,
                          {SettingGroup::keys, SettingGroup::outage},
                          [&variables](const std::string& name) -> std::optional<std::string> {
                            const auto found = variables.find(name);
                            return found == variables.end() ? std::nullopt : std::optional{found->second};
                          }};
  return settings.key_source().revocations;
}

TEST(RevocationSettings, HaveTheDocumentedDefaults) {
  const auto source = read({});
  EXPECT_EQ(source.mode, RevocationMode::preferred);
  EXPECT_EQ(source.secret, std::nullopt);
  EXPECT_EQ(source.base_url, std::nullopt) << "the URL of the keys says it";
}

TEST(RevocationSettings, AreRead) {
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS", "required"}}).mode, RevocationMode::required);
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS", "off"}}).mode, RevocationMode::off);
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS_SECRET", "a+secret="}}).secret, "a+secret=");
  EXPECT_EQ(read({{"BETTER_AUTH_JWKS_URL", "https://keys.example.com/keys.json"}}).base_url,
            "https://auth.example.com/api/auth");
}

TEST(RevocationSettings, AreRefusedWhereTheyCannotWork) {
  const struct {
    Variables variables;
    std::string says;
  } cases[] = {
      {{{"DRAWBRIDGE_REVOCATIONS", "on"}}, "preferred"},
      {{{"DRAWBRIDGE_REVOCATIONS", ""}}, "is empty"},
      {{{"DRAWBRIDGE_REVOCATIONS_SECRET", "two words"}}, "visible ASCII"},
      {{{"DRAWBRIDGE_REVOCATIONS_SECRET", std::string(1'025, 'a')}}, "visible ASCII"},
  };
  for (const auto& each : cases) {
    std::string fault = "no fault";
    try {
      read(each.variables);
    } catch (const SettingFault& thrown) {
      fault = thrown.what();
    }
    EXPECT_NE(fault.find(each.says), std::string::npos) << fault;
    EXPECT_EQ(fault.find("two words"), std::string::npos) << "a secret is not shown";
  }
}

}  // namespace
}  // namespace drawbridge::app
