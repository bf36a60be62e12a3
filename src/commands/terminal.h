#pragma once

// What the commands print. Nothing of it is foreign text as it came: a terminal would obey it.

#include <chrono>
#include <string>
#include <string_view>

namespace drawbridge::app {

/// Colours text, or leaves it alone where colour would be in the way.
class Palette {
 public:
  explicit Palette(bool colour) : colour_{colour} {}
  /// With colour when standard output is a terminal and NO_COLOR is unset or empty (no-color.org).
  static Palette of_standard_output();

  std::string good(std::string_view text) const;
  std::string bad(std::string_view text) const;
  std::string caution(std::string_view text) const;
  std::string strong(std::string_view text) const;
  std::string faint(std::string_view text) const;

 private:
  std::string painted(std::string_view code, std::string_view text) const;

  bool colour_;
};

/// Text broken at blanks into lines of `width` columns; it begins at the column `indent`, below which the
/// lines after the first stand. 0, or too few columns to read it, leaves it as it is.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

/// The columns of the terminal that standard output is; 0 when it is none.
std::size_t terminal_width();

/// One line of a list: a name of `width` columns, and its value.
std::string field_line(const Palette& palette, std::string_view name, std::string_view value,
                       std::size_t width = 12);

/// "2026-11-23 12:38:46 UTC (12 min ago)".
std::string moment_text(std::chrono::sys_seconds moment, std::chrono::sys_seconds now);

/// Writes to standard output. Whether all of it arrived is what finish_output() says.
void print(std::string_view text);
/// Writes what is left of it. The first error since the last call, as errno has it; 0 for none.
int finish_output();

/// One line of JSON on standard output, with what a terminal would obey escaped as JSON has it.
void print_json(std::string_view json);

/// A text of several lines that may hold foreign text: as it is for programs and files, and for a terminal
/// with what that would obey escaped.
void print_lines(std::string_view text);

/// One line for standard error with its end: the program's name and what is wrong; members that it names are
/// called by their settings, and what a terminal would obey is escaped.
std::string complaint(std::string_view line);

/// Writes to standard error, when that takes it.
void print_error(std::string_view text);

/// Writes that line.
void complain(std::string_view line);

}  // namespace drawbridge::app
