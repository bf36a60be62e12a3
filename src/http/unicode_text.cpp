#include "http/unicode_text.h"

#include <algorithm>
#include <array>

namespace drawbridge::http {
namespace {

constexpr std::array<std::string_view, 25> white_space{
    " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085", "\u00A0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};

}  // namespace

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_far_longer(std::string_view utf8, std::size_t max) {
  constexpr std::size_t longest_code_point = 4;
  constexpr std::size_t white_space_around = 4'096;
  return utf8.size() > longest_code_point * max + white_space_around;
}

std::string_view trimmed(std::string_view utf8) {
  const auto at_start = [&](std::string_view space) { return utf8.starts_with(space); };
  const auto at_end = [&](std::string_view space) { return utf8.ends_with(space); };
  for (auto space = std::ranges::find_if(white_space, at_start); space != white_space.end();
       space = std::ranges::find_if(white_space, at_start))
    utf8.remove_prefix(space->size());
  for (auto space = std::ranges::find_if(white_space, at_end); space != white_space.end();
       space = std::ranges::find_if(white_space, at_end))
    utf8.remove_suffix(space->size());
  return utf8;
}

}  // namespace drawbridge::http
