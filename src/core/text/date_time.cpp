#include "core/text/date_time.h"

#include <algorithm>
#include <string>

#include "core/text/ascii.h"

namespace drawbridge {
namespace {

using namespace std::chrono;

/// Takes what the pattern describes off the front: `0` stands for a digit, every other character for itself.
bool take(std::string_view& text, std::string_view pattern, std::string& taken) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i] == '0' ? !ascii::is_digit(text[i]) : text[i] != pattern[i]) return false;
  taken += text.substr(0, pattern.size());
  text.remove_prefix(pattern.size());
  return true;
}

/// Three digits of the fraction, whatever it had; false when there is a point without a digit.
bool take_fraction(std::string_view& text, std::string& taken) {
  std::string digits;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && ascii::is_digit(text.front())) {
      digits += text.front();
      text.remove_prefix(1);
    }
    if (digits.empty()) return false;
  }
  digits.resize(3, '0');
  taken += '.' + digits;
  return true;
}

/// The full form up to the offset, `2026-11-23T10:00:00.000`; false for another shape. The calendar is
/// settled by who reads that form.
bool take_local_time(std::string_view& text, std::string& taken) {
  if (!take(text, "0000-00-00", taken)) return false;
  if (!take(text, "T", taken)) {
    if (!text.starts_with('t')) return false;
    text.remove_prefix(1);
    taken += 'T';
  }
  if (!take(text, "00:00", taken)) return false;
  if (take(text, ":00", taken)) return take_fraction(text, taken);
  taken += ":00.000";
  return true;
}

/// How far the clock that is meant is before UTC's.
std::optional<minutes> offset_of(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return minutes{0};
  std::string taken;
  const bool is_before = text.front() == '+';
  if (!(take(text, "+00:00", taken) || take(text, "-00:00", taken)) || !text.empty()) return std::nullopt;
  const auto number = [&taken](std::size_t at) { return 10 * (taken[at] - '0') + (taken[at + 1] - '0'); };
  const hours hour{number(1)};
  const minutes minute{number(4)};
  if (hour >= days{1} || minute >= hours{1}) return std::nullopt;
  return is_before ? hour + minute : -(hour + minute);
}

}  // namespace

std::optional<Instant> parse_time(std::string_view text) {
  constexpr std::size_t longest = 64;
  if (text.size() > longest) return std::nullopt;
  std::string local;
  if (!take_local_time(text, local)) return std::nullopt;
  const auto time = time_from_text(local + 'Z');
  const auto offset = offset_of(text);
  if (!time || !offset) return std::nullopt;
  const Instant instant = *time - *offset;
  if (instant < sys_days{year{1} / January / 1} || instant >= sys_days{year{10000} / January / 1})
    return std::nullopt;
  return instant;
}

}  // namespace drawbridge
