#include "database/letter_case.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "core/text/ascii.h"

namespace drawbridge::database {
namespace {

constexpr auto folding =
    static_cast<utf8proc_option_t>(UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_STABLE);

/// How long the run of marks is that a text ends in, code point by code point.
class RunOfMarks {
 public:
  std::size_t length() const { return length_; }

  void add(utf8proc_int32_t code_point) {
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary = 0;
    const auto size =
        utf8proc_decompose_char(code_point, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &boundary);
    const auto known = std::clamp<utf8proc_ssize_t>(size, 0, parts.size());
    own_ = static_cast<std::size_t>(std::count_if(parts.begin(), parts.begin() + known, is_mark));
    const bool is_alone = known > 0 && own_ == static_cast<std::size_t>(known);
    length_ = is_alone ? length_ + own_ : own_;
  }

  /// As if the last code point had a joiner before it.
  void cut() { length_ = own_; }

 private:
  /// One that has no meaning yet may be a mark to a database whose Unicode is newer.
  static bool is_mark(utf8proc_int32_t part) {
    const auto* property = utf8proc_get_property(part);
    return property->combining_class != 0 || property->category == UTF8PROC_CATEGORY_CN;
  }

  std::size_t length_ = 0;
  std::size_t own_ = 0;
};

/// Calls with each code point and its bytes. Ends where the text is not UTF-8, and gives what is left.
template <class Visit>
std::string_view for_each_code_point(std::string_view text, Visit visit) {
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (size <= 0) break;
    visit(code_point, text.substr(0, static_cast<std::size_t>(size)));
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return text;
}

/// Cuts runs of marks by a joiner that no mark passes (UAX #15, Stream-Safe Text Format): to put one in order
/// takes time by the square of its length.
std::string with_short_runs(std::string_view text) {
  constexpr std::string_view joiner = "\u034F";
  std::string cut;
  cut.reserve(text.size());
  RunOfMarks run;
  const auto rest = for_each_code_point(text, [&](utf8proc_int32_t code_point, std::string_view bytes) {
    run.add(code_point);
    if (run.length() > max_marks_in_a_row) {
      cut.append(joiner);
      run.cut();
    }
    cut.append(bytes);
  });
  return cut.append(rest);
}

}  // namespace

bool has_too_many_marks_in_a_row(std::string_view text) {
  if (ascii::is_ascii(text)) return false;
  RunOfMarks run;
  bool found = false;
  for_each_code_point(text, [&](utf8proc_int32_t code_point, std::string_view) {
    run.add(code_point);
    found |= run.length() > max_marks_in_a_row;
  });
  return found;
}

std::string with_i_for_dotless_i(std::string_view text) {
  constexpr std::string_view dotless_i = "ı";
  std::string replaced;
  replaced.reserve(text.size());
  while (true) {
    const auto at = text.find(dotless_i);
    replaced.append(text.substr(0, at));
    if (at == std::string_view::npos) return replaced;
    replaced.push_back('i');
    text.remove_prefix(at + dotless_i.size());
  }
}

std::string letter_case_folded(std::string_view text) {
  // Most texts, and a hundred times as fast.
  if (ascii::is_ascii(text)) return ascii::lower(text);
  const std::string cut = with_short_runs(text);
  utf8proc_uint8_t* mapped = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(cut.data()),
                                 static_cast<utf8proc_ssize_t>(cut.size()), &mapped, folding);
  if (size < 0) return std::string{text};
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned{mapped, std::free};
  return with_i_for_dotless_i({reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size)});
}

}  // namespace drawbridge::database
