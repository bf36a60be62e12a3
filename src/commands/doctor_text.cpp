#include "commands/doctor_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace drawbridge::app {
namespace {

using doctor::Check;
using doctor::CheckStatus;

constexpr std::size_t mark_width = 13;
constexpr std::size_t label_width = 8;
constexpr std::size_t least_text_width = 30;  // narrower is harder to read than broken by the terminal

std::string mark_of(CheckStatus status, const Palette& palette) {
  switch (status) {
    case CheckStatus::ok:
      return palette.good("ok           ");
    case CheckStatus::warning:
      return palette.caution("warning      ");
    case CheckStatus::fault:
      return palette.bad("fault        ");
    case CheckStatus::not_checked:
      return palette.faint("not checked  ");
  }
  std::unreachable();
}

/// Columns of a line of text: what continues a character of UTF-8 takes none.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Broken at blanks; what follows the first line stands below its beginning.
std::string broken(std::string_view text, std::size_t indent, std::size_t width) {
  if (width < indent + least_text_width) return std::string{text};
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    const bool is_first = column == indent;
    if (!is_first && column + 1 + columns_of(word) > width) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!is_first) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += columns_of(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string detail_of(std::string_view label, std::string_view text, std::size_t width) {
  if (text.empty()) return {};
  return fmt::format("{:{}}{:<{}}{}\n", "", mark_width, label, label_width,
                     broken(text, mark_width + label_width, width));
}

std::string text_of(const Check& check, const Palette& palette, std::size_t id_width, std::size_t width) {
  const bool is_left = check.status == CheckStatus::not_checked;
  const std::string summary =
      broken(is_left ? "because " + check.summary : check.summary, mark_width + id_width, width);
  return fmt::format("{}{:<{}}{}\n", mark_of(check.status, palette), check.id, id_width,
                     is_left ? palette.faint(summary) : summary) +
         detail_of("why", check.cause, width) + detail_of("remedy", check.remedy, width);
}

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string conclusion(const std::vector<Check>& checks, const Palette& palette) {
  const auto count = [&](CheckStatus status) { return std::ranges::count(checks, status, &Check::status); };
  const auto warnings = count(CheckStatus::warning);
  const auto faults = count(CheckStatus::fault);
  const auto left = count(CheckStatus::not_checked);
  std::string text = faults > 0     ? palette.bad(counted(faults, "fault"))
                     : left > 0     ? palette.good("no fault in what was checked")
                     : warnings > 0 ? palette.good("no fault")
                                    : palette.good("healthy");
  if (warnings > 0) text += ", " + palette.caution(counted(warnings, "warning"));
  text += fmt::format(", {} ok", count(CheckStatus::ok));
  if (left > 0) text += fmt::format(", {} not checked", left);
  return text;
}

}  // namespace

std::string doctor_text(const std::vector<Check>& checks, const Palette& palette, std::size_t width) {
  std::size_t id_width = 0;
  for (const Check& check : checks) id_width = std::max(id_width, check.id.size() + 2);
  std::string text;
  for (const Check& check : checks) text += text_of(check, palette, id_width, width);
  return text + '\n' + conclusion(checks, palette) + '\n';
}

}  // namespace drawbridge::app
