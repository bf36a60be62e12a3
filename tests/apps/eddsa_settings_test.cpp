// Whether keys of EdDSA get tables.

#include <map>

#include <gtest/gtest.h>

#include "commands/settings.h"

namespace drawbridge::app {
namespace {

using Variables = std::map<std::string, std::string>;

bool read(Variables variables) {
  variables.emplace("BETTER_AUTH_URL", "https://auth.example.com");
  CLI::App app;
  const Settings settings{app,
                          {SettingGroup::keys, SettingGroup::outage},
                          [&variables](const std::string& name) -> std::optional<std::string> {
                            const auto found = variables.find(name);
                            return found == variables.end() ? std::nullopt : std::optional{found->second};
                          }};
  return settings.key_source().eddsa_tables;
}

TEST(EddsaSettings, AreRead) {
  EXPECT_EQ(read({}), KeySource{}.eddsa_tables);
  EXPECT_TRUE(read({{"DRAWBRIDGE_EDDSA_TABLES", "on"}}));
  EXPECT_FALSE(read({{"DRAWBRIDGE_EDDSA_TABLES", "off"}}));
  for (const std::string value : {"no", "OFF", "1", ""})
    EXPECT_THROW(read({{"DRAWBRIDGE_EDDSA_TABLES", value}}), SettingFault) << value;
}

}  // namespace
}  // namespace drawbridge::app
