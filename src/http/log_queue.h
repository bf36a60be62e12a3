#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace drawbridge::http {

/// The lines that wait to be written to the log: so many bytes at most. A line that finds no room is lost,
/// and so is what could not be written; how many were lost is told in a line of its own, where they are
/// missing.
///
/// Writes nothing itself and is for one thread at a time: its driver takes what is next, and says what came
/// of it before it takes again.
class LogQueue {
 public:
  /// The line, with its end, that tells how many are missing before it.
  using LostLine = std::function<std::string(std::uint64_t lost)>;

  LogQueue(std::size_t max_bytes, LostLine lost_line)
      : max_bytes_{max_bytes}, lost_line_{std::move(lost_line)} {}

  /// One line with its end.
  void push(std::string_view line);

  /// Whether there is something to take. After a failure not before there is a new line, so that a driver
  /// does not keep a full disk busy.
  bool has_work() const { return !lines_.empty() || (missing_ > 0 && !failed_); }

  /// All that is to be written next. Stays until it is said what came of it.
  const std::string& take();
  /// Of what was taken.
  void on_written();
  /// The same, when so many bytes of it were written and no more could be.
  void on_failed(std::size_t written);

 private:
  std::size_t max_bytes_;
  LostLine lost_line_;
  std::string lines_;          ///< that wait
  std::uint64_t refused_ = 0;  ///< behind those
  std::uint64_t missing_ = 0;  ///< in front of those
  std::string taken_;
  std::size_t told_size_ = 0;  ///< of what tells in `taken_` how many are missing
  std::uint64_t told_ = 0;     ///< how many that are
  bool failed_ = false;
  bool is_torn_ = false;  ///< the last line that was written has no end
};

}  // namespace drawbridge::http
