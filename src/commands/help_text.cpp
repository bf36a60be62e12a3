#include "commands/help_text.h"

#include <algorithm>
#include <cstdlib>

#include "commands/terminal.h"
#include "core/text/whole_number.h"

namespace drawbridge::app {
namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t widest = 100;
constexpr std::size_t least_description = 30;  // narrower, and it goes below the name
constexpr std::size_t below = 6;

/// Where the second column of a line begins; `npos` where it has one column.
std::size_t second_column(std::string_view line, std::size_t indent) {
  const std::size_t gap = line.find("  ", indent);
  return gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
}

std::string help_line(std::string_view line, std::size_t width) {
  if (line.size() <= width) return std::string{line};
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent == 0) return wrapped(line, 0, width);
  std::size_t column = second_column(line, indent);
  const bool continues =
      column == std::string_view::npos && indent > 2 * below;  // of an option with a long name
  if (column == std::string_view::npos && !continues) return std::string{line};
  if (continues) column = indent;
  const std::string_view name =
      continues ? std::string_view{} : line.substr(0, line.find_last_not_of(' ', column - 1) + 1);
  const std::string_view description = line.substr(column);
  if (column + least_description > width)
    return std::string{name} + (name.empty() ? "" : "\n") + std::string(below, ' ') +
           wrapped(description, below, width);
  return std::string{line.substr(0, column)} + wrapped(description, column, width);
}

}  // namespace

std::string help_text(std::string_view text, std::size_t width) {
  std::string lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines += help_line(text.substr(0, end), width);
    if (end < text.size()) lines += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t help_width() {
  std::size_t width = terminal_width();
  if (width == 0) {
    const char* const columns = std::getenv("COLUMNS");
    width = whole_number<std::size_t>(columns == nullptr ? "" : columns, 1).value_or(usual_width);
  }
  return std::min(width, widest);
}

}  // namespace drawbridge::app
