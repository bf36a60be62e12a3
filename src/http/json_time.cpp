#include "http/json_time.h"

#include <algorithm>
#include <sstream>

#include <date/date.h>

namespace drawbridge::http {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes what the pattern describes off the front: `0` stands for a digit, every other character for itself.
bool take(std::string_view& text, std::string_view pattern, std::string& taken) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i] == '0' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  taken += text.substr(0, pattern.size());
  text.remove_prefix(pattern.size());
  return true;
}

/// Three digits of the fraction, whatever it had; false when there is a point without a digit.
bool take_fraction(std::string_view& text, std::string& taken) {
  std::string digits;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text.front())) {
      digits += text.front();
      text.remove_prefix(1);
    }
    if (digits.empty()) return false;
  }
  digits.resize(3, '0');
  taken += '.' + digits;
  return true;
}

bool take_offset(std::string_view& text, std::string& taken) {
  if (text.empty() || text == "Z" || text == "z") {
    text = {};
    taken += "+00:00";
    return true;
  }
  const auto hours = text.substr(1, 2);
  const auto minutes = text.substr(std::min<std::size_t>(4, text.size()));
  return (take(text, "+00:00", taken) || take(text, "-00:00", taken)) && hours < "24" && minutes < "60";
}

/// The full form, or nothing. date's parser takes more than RFC 3339 allows (signs, single digits), so the
/// shape is settled here and the calendar there.
std::optional<std::string> full_form(std::string_view text) {
  std::string full;
  if (!take(text, "0000-00-00", full)) return std::nullopt;
  if (!take(text, "T", full)) {
    if (!text.starts_with('t')) return std::nullopt;
    text.remove_prefix(1);
    full += 'T';
  }
  if (!take(text, "00:00", full)) return std::nullopt;
  if (!take(text, ":00", full))
    full += ":00";
  else if (!take_fraction(text, full))
    return std::nullopt;
  if (!full.contains('.')) full += ".000";
  if (!take_offset(text, full) || !text.empty()) return std::nullopt;
  return full;
}

}  // namespace

std::optional<Instant> parse_time(std::string_view text) {
  constexpr std::size_t longest = 64;
  if (text.size() > longest) return std::nullopt;
  const auto full = full_form(text);
  if (!full) return std::nullopt;
  std::istringstream stream{*full};
  stream.imbue(std::locale::classic());
  Instant instant;
  stream >> date::parse("%FT%T%Ez", instant);
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  using namespace std::chrono;
  if (instant < sys_days{year{1} / January / 1} || instant >= sys_days{year{10000} / January / 1})
    return std::nullopt;
  return instant;
}

}  // namespace drawbridge::http
