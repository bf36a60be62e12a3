#include "commands/terminal.h"

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(MomentText, SaysDateAndDistance) {
  const sys_seconds now{seconds{1'795'437'526}};
  const std::pair<seconds, std::string> cases[] = {
      {seconds{0}, "2026-11-23 12:38:46 UTC (0 s ago)"},
      {seconds{-119}, "2026-11-23 12:36:47 UTC (119 s ago)"},
      {seconds{-12 * 60}, "2026-11-23 12:26:46 UTC (12 min ago)"},
      {seconds{15 * 60}, "2026-11-23 12:53:46 UTC (in 15 min)"},
      {seconds{-5 * 3600 - 59}, "2026-11-23 07:37:47 UTC (5 h ago)"},
      {seconds{3 * 86'400}, "2026-11-26 12:38:46 UTC (in 3 days)"},
      {seconds{253'402'300'799 - 1'795'437'526}, "9999-12-31 23:59:59 UTC (in 7978 years)"},
      {seconds{-1'795'437'526}, "1970-01-01 00:00:00 UTC (56 years ago)"},
  };
  for (const auto& [distance, text] : cases) EXPECT_EQ(moment_text(now + distance, now), text);
}

TEST(Palette, ColoursOnlyWhenAsked) {
  EXPECT_EQ(Palette{false}.good("valid"), "valid");
  EXPECT_EQ(Palette{true}.good("valid"), "\x1b[1;32mvalid\x1b[0m");
}

}  // namespace
}  // namespace drawbridge::app
