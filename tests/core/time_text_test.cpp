#include "core/text/time_text.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

TEST(TimeText, has_one_width) {
  struct Case {
    Instant time;
    std::string_view text;
  };
  const Case cases[]{
      {sys_days{year{2026} / 11 / 23} + 10h, "2026-11-23T10:00:00.000Z"},
      {sys_days{year{2024} / 2 / 29} + 23h + 59min + 59s + 999ms, "2024-02-29T23:59:59.999Z"},
      {sys_days{year{1969} / 12 / 31} + 23h + 59min + 59s + 1ms, "1969-12-31T23:59:59.001Z"},
      {sys_days{year{0} / 1 / 1}, "0000-01-01T00:00:00.000Z"},
      {sys_days{year{10'000} / 1 / 1} - 1ms, "9999-12-31T23:59:59.999Z"},
  };
  for (const Case& item : cases) {
    EXPECT_EQ(time_text(item.time), item.text);
    EXPECT_EQ(time_from_text(item.text), item.time) << item.text;
  }
}

TEST(TimeText, cannot_say_other_years) {
  for (const Instant outside : {Instant{sys_days{year{10'000} / 1 / 1}},
                                Instant{sys_days{year{0} / 1 / 1} - 1ms}, Instant::max(), Instant::min()})
    EXPECT_FALSE(is_within_years(outside));
  for (const Instant inside :
       {Instant{sys_days{year{10'000} / 1 / 1} - 1ms}, Instant{sys_days{year{0} / 1 / 1}}, Instant{}})
    EXPECT_TRUE(is_within_years(inside));
}

TEST(TimeText, reads_only_its_own_form) {
  for (const std::string_view text :
       {"", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.00Z", "2026-11-23T10:00:00.0000Z",
        "2026-11-23 10:00:00.000Z", "2026-02-30T10:00:00.000Z", "2026-13-01T10:00:00.000Z",
        "2026-11-23T24:00:00.000Z", "2026-11-23T10:00:60.000Z", "2026-11-23T10:00:00.000+",
        "2026-11-23T10:00:00,000Z", "+026-11-23T10:00:00.000Z", "2026-1-023T10:00:00.000Z",
        "20261-11-3T10:00:00.000Z"}) {
    EXPECT_EQ(time_from_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace drawbridge
