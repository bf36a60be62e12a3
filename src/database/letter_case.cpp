#include "database/letter_case.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "core/text/ascii.h"

namespace drawbridge::database {
namespace {

/// Its capital letter is I, as that of i: so the three belong together, as PostgreSQL has it too.
void make_dotless_i_an_i(std::string& text) {
  constexpr std::string_view dotless_i = "ı";
  for (auto at = text.find(dotless_i); at != std::string::npos; at = text.find(dotless_i, at)) {
    text.replace(at, dotless_i.size(), "i");
  }
}

constexpr auto folding =
    static_cast<utf8proc_option_t>(UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_STABLE);

/// How many marks a code point begins with, and whether it is nothing else.
struct Marks {
  std::size_t count;
  bool alone;
};

Marks marks_of(utf8proc_int32_t code_point) {
  std::array<utf8proc_int32_t, 32> parts{};
  int boundary = 0;
  const auto size = utf8proc_decompose_char(code_point, parts.data(), parts.size(), folding, &boundary);
  const auto known = std::clamp<utf8proc_ssize_t>(size, 0, parts.size());
  const auto is_mark = [](utf8proc_int32_t part) {
    return utf8proc_get_property(part)->combining_class != 0;
  };
  const auto marks = std::count_if(parts.begin(), parts.begin() + known, is_mark);
  return {static_cast<std::size_t>(marks), marks == known && known > 0};
}

/// Cuts runs of marks by a joiner that no mark passes (UAX #15, Stream-Safe Text Format): to put one in order
/// takes time by the square of its length.
std::string with_short_runs(std::string_view text) {
  constexpr std::size_t longest_run = 30;
  constexpr std::string_view joiner = "\u034F";
  std::string cut;
  cut.reserve(text.size());
  std::size_t run = 0;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (size <= 0) return cut.append(text);  // it is not UTF-8
    const Marks marks = marks_of(code_point);
    run = marks.alone ? run + marks.count : marks.count;
    if (run > longest_run) {
      cut.append(joiner);
      run = marks.count;
    }
    cut.append(text.substr(0, static_cast<std::size_t>(size)));
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return cut;
}

}  // namespace

std::string letter_case_folded(std::string_view text) {
  // Most texts, and a hundred times as fast.
  if (ascii::is_ascii(text)) return ascii::lower(text);
  const std::string cut = with_short_runs(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(cut.data()),
                                 static_cast<utf8proc_ssize_t>(cut.size()), &mapped, folding);
  if (size < 0) return std::string{text};
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{mapped, std::free};
  std::string folded{reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)};
  make_dotless_i_an_i(folded);
  return folded;
}

}  // namespace drawbridge::database
