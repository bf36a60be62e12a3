#include "store/time_text.h"

#include <charconv>

#include <fmt/format.h>

namespace drawbridge::store {
namespace {

using namespace std::chrono;

constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
constexpr Instant first = sys_days{year{0} / 1 / 1};
constexpr Instant after_last = sys_days{year{10'000} / 1 / 1};

bool has_shape(std::string_view text) {
  return std::ranges::equal(
      text, shape, [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; });
}

/// The number that the digits at that place of a text of our shape are.
int number(std::string_view text, std::size_t from, std::size_t digits) {
  int value = 0;
  std::from_chars(text.data() + from, text.data() + from + digits, value);
  return value;
}

}  // namespace

std::optional<std::string> time_text(Instant time) {
  if (time < first || time >= after_last) return std::nullopt;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

// A page of 20 tasks has up to 80 times; through date::parse and its streams, reading them took as long as
// the query itself. The text is of one shape, and the calendar is the standard library's.
std::optional<Instant> time_from_text(std::string_view text) {
  if (!has_shape(text)) return std::nullopt;
  const year_month_day date{year{number(text, 0, 4)}, month{static_cast<unsigned>(number(text, 5, 2))},
                            day{static_cast<unsigned>(number(text, 8, 2))}};
  const hours hour{number(text, 11, 2)};
  const minutes minute{number(text, 14, 2)};
  const seconds second{number(text, 17, 2)};
  if (!date.ok() || hour >= days{1} || minute >= hours{1} || second >= minutes{1}) return std::nullopt;
  return sys_days{date} + hour + minute + second + milliseconds{number(text, 20, 3)};
}

}  // namespace drawbridge::store
