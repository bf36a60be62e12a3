#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "http/log_queue.h"

namespace drawbridge::http {

/// Writes lines to an open file on a thread of its own, so that who writes never waits: not for a reader that
/// stands still, a terminal that was stopped, or a slow disk. Any thread may write.
class LineWriter {
 public:
  static constexpr std::size_t max_waiting = 1024 * 1024;
  static constexpr std::chrono::milliseconds longest_farewell{1000};

  LineWriter(int descriptor, LogQueue::LostLine lost_line, std::size_t max_bytes = max_waiting);
  /// Waits until all is written, but no longer than `longest_farewell`. A thread that stands in write(2) by
  /// then is left there, and ends with the process.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// One line with its end.
  void write(std::string_view line);

 private:
  struct Desk;

  std::shared_ptr<Desk> desk_;
};

}  // namespace drawbridge::http
