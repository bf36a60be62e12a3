// Where Better Auth is asked what it has revoked, and whether keys of EdDSA get tables.

#include <map>

#include <gtest/gtest.h>

#include "commands/settings.h"

namespace drawbridge::app {
namespace {

using Variables = std::map<std::string, std::string>;

KeySource read(Variables variables) {
  variables.emplace("BETTER_AUTH_URL", "https://auth.example.com");
  CLI::App app;
  const Settings settings{app,
                          {SettingGroup::keys, SettingGroup::outage},
                          [&variables](const std::string& name) -> std::optional<std::string> {
                            const auto found = variables.find(name);
                            return found == variables.end() ? std::nullopt : std::optional{found->second};
                          }};
  return settings.key_source();
}

TEST(RevocationSettings, HaveTheDocumentedDefaults) {
  const auto source = read({}).revocations;
  EXPECT_EQ(source.mode, RevocationMode::preferred);
  EXPECT_EQ(source.secret, std::nullopt);
  EXPECT_EQ(source.base_url, std::nullopt) << "the URL of the keys says it";
}

TEST(RevocationSettings, AreRead) {
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS", "required"}}).revocations.mode, RevocationMode::required);
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS", "off"}}).revocations.mode, RevocationMode::off);
  EXPECT_EQ(read({{"DRAWBRIDGE_REVOCATIONS_SECRET", "a+secret="}}).revocations.secret, "a+secret=");
  EXPECT_EQ(read({{"BETTER_AUTH_JWKS_URL", "https://keys.example.com/keys.json"}}).revocations.base_url,
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

TEST(EddsaSettings, AreRead) {
  EXPECT_EQ(read({}).eddsa_tables, KeySource{}.eddsa_tables);
  EXPECT_TRUE(read({{"DRAWBRIDGE_EDDSA_TABLES", "on"}}).eddsa_tables);
  EXPECT_FALSE(read({{"DRAWBRIDGE_EDDSA_TABLES", "off"}}).eddsa_tables);
  for (const std::string value : {"no", "OFF", "1", ""})
    EXPECT_THROW(read({{"DRAWBRIDGE_EDDSA_TABLES", value}}), SettingFault) << value;
}

}  // namespace
}  // namespace drawbridge::app
