#include "progress_bar.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "commands/terminal.h"

namespace drawbridge::app {
namespace {

constexpr std::int64_t width = 30;
constexpr std::chrono::seconds between_lines{2};
constexpr std::chrono::milliseconds between_drawings{50};

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

}  // namespace

std::string progress_text(std::string_view name, std::int64_t done, std::int64_t total) {
  const std::int64_t part = total <= 0 ? 0 : std::clamp<std::int64_t>(done, 0, total);
  const std::int64_t whole = std::max<std::int64_t>(total, 1);
  const auto filled = static_cast<std::size_t>(part * width / whole);
  return fmt::format("{}  [{}{}] {:3} %  {} of {}", name, std::string(filled, '#'),
                     std::string(static_cast<std::size_t>(width) - filled, '-'), part * 100 / whole,
                     grouped(part), grouped(total));
}

ProgressBar::ProgressBar()
    : on_terminal_{isatty(STDERR_FILENO) == 1},
      next_{std::chrono::steady_clock::now() + (on_terminal_ ? std::chrono::seconds{0} : between_lines)} {}

void ProgressBar::show(std::string_view name, std::int64_t done, std::int64_t total) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ && !(on_terminal_ && done >= total)) return;
  const std::string text = progress_text(name, done, total);
  if (on_terminal_) {
    print_error(fmt::format("\r{}\x1B[K", text));
    next_ = now + between_drawings;
    is_drawn_ = true;
  } else {
    print_error(text + '\n');
    next_ = now + between_lines;
  }
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!is_drawn_) return;
  print_error("\r\x1B[K");
  std::fflush(stderr);
  is_drawn_ = false;
}

}  // namespace drawbridge::app
