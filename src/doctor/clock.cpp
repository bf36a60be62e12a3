#include "doctor/clock.h"

#include <ctime>

#include <fmt/format.h>

namespace drawbridge::doctor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// `Thu, 26 Nov 2026 10:00:00 GMT`
std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
  std::tm parts{};
  const std::string terminated{text};
  const char* const end = strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::sys_seconds{seconds{timegm(&parts)}};
}

std::string difference_text(seconds lead) {
  return fmt::format("{} s {}", std::chrono::abs(lead).count(), lead > seconds{0} ? "ahead of" : "behind");
}

}  // namespace

std::optional<seconds> clock_lead(const TimedAnswer& timed) {
  const auto date = http_date(timed.answer.header("Date"));
  if (!date) return std::nullopt;
  const auto halfway = timed.sent + (timed.received - timed.sent) / 2;
  // Anywhere within the second that it names.
  const auto lead = *date + milliseconds{500} - halfway;
  return std::chrono::round<seconds>(lead);
}

void judge_clock(Report& report, std::string_view id, std::string_view whose, const TimedAnswer& timed,
                 seconds skew) {
  const auto lead = clock_lead(timed);
  if (!lead) {
    report.leave(id, fmt::format("the response from {} has no Date header", whose));
  } else if (std::chrono::abs(*lead) <= seconds{2}) {
    report.ok(id, fmt::format("the clocks of {} and of this machine agree", whose));
  } else {
    const std::string summary =
        fmt::format("the clock of {} is {} this machine's", whose, difference_text(*lead));
    const std::string remedy =
        "synchronize both clocks with NTP: timedatectl set-ntp true, or your hosts' equivalent";
    const auto left = skew - std::chrono::abs(*lead);
    if (left >= seconds{0})
      report.warning(id, summary,
                     fmt::format("one of the two clocks is wrong; if it drifts {} s more, the backend "
                                 "refuses valid tokens as expired or not yet valid",
                                 left.count()),
                     remedy);
    else
      report.fault(
          id, summary,
          fmt::format("one of the two clocks is wrong by more than the {} s that DRAWBRIDGE_CLOCK_SKEW "
                      "allows: the backend refuses valid tokens as expired or not yet valid",
                      skew.count()),
          remedy);
  }
}

}  // namespace drawbridge::doctor
