#pragma once

#include <charconv>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace drawbridge {

/// The number that the text is in decimal digits and nothing else, but for a `-` where `least` allows less
/// than 0; of at least `least` and at most `most`.
template <std::integral Number>
std::optional<Number> whole_number(std::string_view text, Number least,
                                   Number most = std::numeric_limits<Number>::max()) {
  Number number{};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end || number < least || number > most) return std::nullopt;
  return number;
}

}  // namespace drawbridge
