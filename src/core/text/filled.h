#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace drawbridge {

/// A text with a place, "{}", for each part that goes into it; another count of places does not compile.
template <class... Parts>
struct Pattern {
  template <std::convertible_to<std::string_view> Text>
  // NOLINTNEXTLINE(google-explicit-constructor): a literal stands for its pattern
  consteval Pattern(const Text& literal) : text{literal} {
    std::size_t places = 0;
    for (std::size_t at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) ++places;
    if (places != sizeof...(Parts)) throw "a pattern has a place for each part";
  }
  std::string_view text;
};

inline void append_part(std::string& out, std::string_view part) {
  out += part;
}
template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
void append_part(std::string& out, Number number) {
  std::array<char, 20> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// The pattern with the parts in its places: texts as they are, whole numbers in decimal. Of std::format,
/// which gcc 12 lacks, what the library needs; so it needs no library for it.
template <class... Parts>
std::string filled(Pattern<std::type_identity_t<Parts>...> pattern, const Parts&... parts) {
  std::string out;
  std::string_view rest = pattern.text;
  const auto add = [&](const auto& part) {
    const auto place = rest.find("{}");
    out += rest.substr(0, place);
    append_part(out, part);
    rest.remove_prefix(place + 2);
  };
  (add(parts), ...);
  return out += rest;
}

/// In lower case, with zeros in front up to `width` digits.
inline std::string hex(std::uint64_t number, std::size_t width = 1) {
  std::array<char, 16> digits{};
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  const std::string text(digits.data(), end);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

}  // namespace drawbridge
