#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace drawbridge::app {

/// How far something is, on standard error: a bar that is drawn over itself on a terminal, elsewhere a line
/// every two seconds.
class ProgressBar {
 public:
  ProgressBar();
  void show(std::string_view name, std::int64_t done, std::int64_t total);
  /// Takes the bar off the terminal, before something else is printed.
  void clear();

 private:
  bool on_terminal_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// `user.uuid  [######------]  50 %  25,000 of 50,000`. Past the end is the end.
std::string progress_text(std::string_view name, std::int64_t done, std::int64_t total);

}  // namespace drawbridge::app
