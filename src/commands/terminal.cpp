#include "commands/terminal.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/setting_names.h"
#include "core/text/visible_text.h"

namespace drawbridge::app {
namespace {

constexpr std::size_t longest_complaint = 8 * 1024;
constexpr std::size_t least_text_width = 30;  // narrower is harder to read than broken by the terminal

/// A span of time in its largest fitting unit.
std::string span_text(std::chrono::seconds span) {
  struct Unit {
    std::chrono::seconds size;
    const char* name;
  };
  using std::chrono::days, std::chrono::hours, std::chrono::minutes;
  constexpr std::array units{Unit{days{365}, "years"}, Unit{days{1}, "days"}, Unit{hours{1}, "h"},
                             Unit{minutes{1}, "min"}};
  for (const Unit& unit : units)
    if (span >= 2 * unit.size) return fmt::format("{} {}", span / unit.size, unit.name);
  return fmt::format("{} s", span.count());
}

/// Columns of a line of text: what continues a character of UTF-8 takes none.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

int output_error = 0;  // of print(), which one thread calls

}  // namespace

Palette Palette::of_standard_output() {
  const char* const no_color = std::getenv("NO_COLOR");
  return Palette{isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0')};
}

std::string Palette::painted(std::string_view code, std::string_view text) const {
  return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

std::string Palette::good(std::string_view text) const {
  return painted("1;32", text);
}

std::string Palette::bad(std::string_view text) const {
  return painted("1;31", text);
}

std::string Palette::caution(std::string_view text) const {
  return painted("1;33", text);
}

std::string Palette::strong(std::string_view text) const {
  return painted("1", text);
}

std::string Palette::faint(std::string_view text) const {
  return painted("2", text);
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
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

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string field_line(const Palette& palette, std::string_view name, std::string_view value,
                       std::size_t width) {
  return fmt::format("  {} {}\n", palette.faint(fmt::format("{:<{}}", name, width)), value);
}

std::string moment_text(std::chrono::sys_seconds moment, std::chrono::sys_seconds now) {
  const auto span = now - moment;
  const std::string relation =
      span >= std::chrono::seconds{0} ? span_text(span) + " ago" : "in " + span_text(-span);
  // Not by to_time_t(): that counts in nanoseconds, which end in the year 2262.
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC ({})",
                     fmt::gmtime(static_cast<std::time_t>(moment.time_since_epoch().count())), relation);
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() && output_error == 0)
    output_error = errno;
}

int finish_output() {
  if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno;
  return std::exchange(output_error, 0);
}

void print_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);  // not fmt::print(), which throws
}

void print_json(std::string_view json) {
  print(visible_json(json) + '\n');
}

void print_lines(std::string_view text) {
  if (isatty(STDOUT_FILENO) != 1) return print(text);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    print(display_text(text.substr(0, end), end) + (end < text.size() ? "\n" : ""));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string complaint(std::string_view line) {
  return fmt::format("drawbridge: {}\n",
                     display_text(with_setting_names(std::string{line}), longest_complaint));
}

void complain(std::string_view line) {
  print_error(complaint(line));
}

}  // namespace drawbridge::app
