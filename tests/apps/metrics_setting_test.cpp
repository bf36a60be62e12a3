// Where /metrics is.

#include <map>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <gtest/gtest.h>

#include "server_settings.h"

namespace drawbridge::app {
namespace {

using Variables = std::map<std::string, std::string>;

/// `HOST PORT`, `nowhere`, or why it cannot be there.
std::string place_of(const Variables& variables, const std::vector<std::string>& arguments = {}) {
  CLI::App app;
  const ServerSettings settings{
      app, {SettingGroup::server}, [&variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
      }};
  app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  try {
    const auto place = settings.metrics();
    return place ? place->host + ' ' + std::to_string(place->port) : "nowhere";
  } catch (const SettingFault& fault) {
    return fault.what();
  }
}

TEST(MetricsSetting, IsReadAsAPortOrAnAddress) {
  const struct {
    Variables variables;
    std::string place;
  } cases[] = {
      {{}, "nowhere"},
      {{{"DRAWBRIDGE_METRICS", "9464"}}, "127.0.0.1 9464"},
      {{{"DRAWBRIDGE_METRICS", "0"}}, "127.0.0.1 0"},
      {{{"DRAWBRIDGE_METRICS", "10.0.0.5:9464"}}, "10.0.0.5 9464"},
      {{{"DRAWBRIDGE_METRICS", "[::1]:9464"}}, "::1 9464"},
      {{{"DRAWBRIDGE_METRICS", "8000"}, {"DRAWBRIDGE_LISTEN", "127.0.0.1:0"}}, "127.0.0.1 8000"},
      {{{"DRAWBRIDGE_METRICS", "0"}, {"DRAWBRIDGE_LISTEN", "127.0.0.1:0"}}, "127.0.0.1 0"},
  };
  for (const auto& each : cases) EXPECT_EQ(place_of(each.variables), each.place);
  EXPECT_EQ(place_of({{"DRAWBRIDGE_METRICS", "1"}}, {"--metrics", "9464"}), "127.0.0.1 9464");
}

TEST(MetricsSetting, IsRefusedInOneLineWhereItCannotWork) {
  const struct {
    std::string value;
    std::string says;
  } cases[] = {
      {"", "is empty"},
      {"on", "is \"on\": give a port on 127.0.0.1, for example 9464, or a host and a port"},
      {"65536", "give a port on 127.0.0.1"},
      {"-1", "give a port on 127.0.0.1"},
      {":9464", "give a port on 127.0.0.1"},
      {"127.0.0.1", "give a port on 127.0.0.1"},
      {"http://127.0.0.1:9464", "give a port on 127.0.0.1"},
      {"8000", "is port 8000, which the API uses"},
      {"10.0.0.5:8000", "is port 8000, which the API uses"},
  };
  for (const auto& each : cases) {
    const auto fault = place_of({{"DRAWBRIDGE_METRICS", each.value}});
    EXPECT_TRUE(fault.starts_with("DRAWBRIDGE_METRICS ")) << fault;
    EXPECT_TRUE(fault.contains(each.says)) << each.value << ": " << fault;
    EXPECT_FALSE(fault.contains('\n')) << fault;
  }
}

}  // namespace
}  // namespace drawbridge::app
