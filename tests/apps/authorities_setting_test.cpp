#include <fstream>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

#include "commands/settings.h"
#include "tests/support/scratch_directory.h"

namespace drawbridge::app {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<std::filesystem::path> ca_file(Variables variables, std::vector<std::string> arguments = {}) {
  CLI::App app;
  const Settings settings{
      app, {SettingGroup::keys}, [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
      }};
  std::ranges::reverse(arguments);  // as CLI::App::parse wants them
  app.parse(arguments);
  return settings.key_source_rules().ca_file;
}

TEST(SettingOfAuthorities, WinsOverWhereTheSystemHasThemWhereverItStands) {
  test::ScratchDirectory scratch;
  const std::string named = scratch.path() / "named.pem", systems = scratch.path() / "systems.pem";
  const std::string file = scratch.path() / ".env";
  std::ofstream{named} << "named\n";
  std::ofstream{systems} << "the system's\n";
  std::ofstream{file} << "DRAWBRIDGE_CA_FILE=" << named << '\n';
  const Variables system{{"DRAWBRIDGE_SYSTEM_CA_FILE", systems}};
  const Variables both{{"DRAWBRIDGE_SYSTEM_CA_FILE", systems}, {"DRAWBRIDGE_CA_FILE", named}};
  EXPECT_EQ(ca_file({}), std::nullopt);
  EXPECT_EQ(ca_file(system), systems);
  EXPECT_EQ(ca_file(both), named) << "the environment";
  EXPECT_EQ(ca_file(system, {"--env-file", file}), named) << "the file";
  EXPECT_EQ(ca_file(system, {"--ca-file", named}), named) << "the flag";
}

TEST(SettingOfAuthorities, ThatOfTheSystemIsNamedWhereItCannotWork) {
  try {
    ca_file({{"DRAWBRIDGE_SYSTEM_CA_FILE", "/nonexistent/ca.pem"}});
    FAIL() << "no fault";
  } catch (const SettingFault& fault) {
    EXPECT_TRUE(std::string{fault.what()}.starts_with("DRAWBRIDGE_SYSTEM_CA_FILE ")) << fault.what();
  }
}

}  // namespace
}  // namespace drawbridge::app
