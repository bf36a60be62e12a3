// What a header Date says of a clock, and when that hurts.

#include "doctor/clock.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "doctor/catalogue.h"

namespace drawbridge::doctor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TokenTime ten_o_clock{seconds{1'795'687'200}};  // Thu, 26 Nov 2026 10:00:00 GMT

TimedAnswer dated(std::string date, milliseconds sent, milliseconds received) {
  return {{.status = 200, .headers = {{"date", std::move(date)}}, .body = {}},
          ten_o_clock + sent,
          ten_o_clock + received};
}

Check judged(const TimedAnswer& timed) {
  Report report;
  for (const CheckKind& kind : all_checks())
    if (kind.needs.empty() && kind.id != "jwks.reachable") report.leave(kind.id, "it is not asked for");
  report.fault("jwks.reachable", "", "", "");
  judge_clock(report, "clock.issuer", "Better Auth", timed, seconds{30});
  const auto checks = report.checks();
  return *std::ranges::find(checks, "clock.issuer", &Check::id);
}

TEST(Clock, IsComparedHalfwayThroughTheRequest) {
  const std::string date = "Thu, 26 Nov 2026 10:00:00 GMT";
  EXPECT_EQ(clock_lead(dated(date, milliseconds{0}, milliseconds{100})), seconds{0});
  EXPECT_EQ(clock_lead(dated(date, milliseconds{-4'000}, milliseconds{4'000})), seconds{0});
  EXPECT_EQ(clock_lead(dated(date, seconds{60}, seconds{60})), seconds{-60});
  EXPECT_EQ(clock_lead(dated(date, seconds{-60}, seconds{-60})), seconds{60});
}

TEST(Clock, IsUnknownWithoutADate) {
  for (const std::string date : {"", "now", "Thu, 26 Nov 2026 10:00:00 GMT, really", "2026-11-26T10:00:00Z"})
    EXPECT_EQ(clock_lead(dated(date, seconds{0}, seconds{0})), std::nullopt) << date;
  EXPECT_EQ(judged(dated("", seconds{0}, seconds{0})).summary,
            "the response from Better Auth has no Date header");
}

TEST(Clock, IsAFaultBeyondTheSkewOnEitherSide) {
  struct Case {
    seconds behind;
    CheckStatus status;
    const char* summary;
  };
  for (const Case& c :
       {Case{seconds{0}, CheckStatus::ok, "the clocks of Better Auth and of this machine agree"},
        Case{seconds{2}, CheckStatus::ok, "the clocks of Better Auth and of this machine agree"},
        Case{seconds{10}, CheckStatus::warning, "the clock of Better Auth is 10 s behind this machine's"},
        Case{seconds{-30}, CheckStatus::warning, "the clock of Better Auth is 30 s ahead of this machine's"},
        Case{seconds{-31}, CheckStatus::fault, "the clock of Better Auth is 31 s ahead of this machine's"},
        Case{seconds{3'600}, CheckStatus::fault,
             "the clock of Better Auth is 3600 s behind this machine's"}}) {
    const Check check =
        judged(dated("Thu, 26 Nov 2026 10:00:00 GMT", c.behind, c.behind + milliseconds{100}));
    EXPECT_EQ(check.status, c.status) << check.summary;
    EXPECT_EQ(check.summary, c.summary);
  }
}

}  // namespace
}  // namespace drawbridge::doctor
