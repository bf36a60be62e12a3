#include "core/text/time_text.h"

#include <algorithm>

namespace drawbridge {
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
  for (const char digit : text.substr(from, digits)) value = 10 * value + (digit - '0');
  return value;
}

/// Writes a number of so many digits over the zeros of the shape.
void put(char* end, long value, int digits) {
  for (; digits > 0; --digits, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

bool is_within_years(Instant time) {
  return time >= first && time < after_last;
}

// A page of 20 tasks has up to 80 times, written here and read below. Through format strings and streams that
// took longer than the query itself; the calendar is the standard library's.
void append_time(std::string& out, Instant time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char text[shape.size() + 1] = "0000-00-00T00:00:00.000Z";
  put(text + 4, static_cast<int>(date.year()), 4);
  put(text + 7, static_cast<unsigned>(date.month()), 2);
  put(text + 10, static_cast<unsigned>(date.day()), 2);
  put(text + 13, clock.hours().count(), 2);
  put(text + 16, clock.minutes().count(), 2);
  put(text + 19, clock.seconds().count(), 2);
  put(text + 23, clock.subseconds().count(), 3);
  out.append(text, shape.size());
}

std::string time_text(Instant time) {
  std::string text;
  append_time(text, time);
  return text;
}

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

}  // namespace drawbridge
