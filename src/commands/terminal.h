#pragma once

// What the commands print for people. Programs read --json, which none of this touches.

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

/// The columns of the terminal that standard output is; 0 when it is none.
std::size_t terminal_width();

/// One line of a list: a name of `width` columns, and its value.
std::string field_line(const Palette& palette, std::string_view name, std::string_view value,
                       std::size_t width = 12);

/// "2026-11-23 12:38:46 UTC (12 min ago)".
std::string moment_text(std::chrono::sys_seconds moment, std::chrono::sys_seconds now);

/// Writes to standard output. Whether all of it arrived shows when run_program() flushes it.
void print(std::string_view text);

/// One line on standard error, after the program's name; members that it names are called by their settings.
void complain(std::string_view line);

}  // namespace drawbridge::app
