#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "drawbridge/verifier.h"

#include "doctor/report.h"
#include "issuer/http_call.h"

namespace drawbridge::doctor {

/// An answer, and when it was asked for and came.
struct TimedAnswer {
  fetch::HttpAnswer answer;
  TokenTime sent;
  TokenTime received;
};

/// By how much the clock of who answered is ahead of this one, from the header `Date` (RFC 9110 §6.6.1),
/// which has whole seconds. Nothing where there is none.
std::optional<std::chrono::seconds> clock_lead(const TimedAnswer& timed);

/// Judges the clock of `whose`, for example "Better Auth": a fault beyond the `skew` that tokens are granted.
void judge_clock(Report& report, std::string_view id, std::string_view whose, const TimedAnswer& timed,
                 std::chrono::seconds skew);

}  // namespace drawbridge::doctor
