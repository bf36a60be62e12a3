#include "http/log_queue.h"

#include <algorithm>
#include <new>

namespace drawbridge::http {

void LogQueue::push(std::string_view line) {
  // What follows a lost line is lost too until all that waits has been taken: so one place has the gap.
  if (refused_ > 0 || lines_.size() + line.size() > max_bytes_) {
    ++refused_;
    return;
  }
  try {
    lines_ += line;
  } catch (const std::bad_alloc&) {
    ++refused_;
  }
}

const std::string& LogQueue::take() {
  failed_ = false;
  told_size_ = 0;
  told_ = std::exchange(missing_, std::exchange(refused_, 0));
  try {
    std::string first = is_torn_ ? "\n" : "";
    if (told_ > 0) first += lost_line_(told_);
    lines_.insert(0, first);
    told_size_ = first.size();
  } catch (const std::bad_alloc&) {  // it is told later
    missing_ += std::exchange(told_, 0);
    failed_ = true;
  }
  taken_.clear();
  taken_.swap(lines_);
  return taken_;
}

void LogQueue::on_written() {
  taken_.clear();
  is_torn_ = false;
}

void LogQueue::on_failed(std::size_t written) {
  failed_ = true;
  if (written > 0) is_torn_ = taken_[written - 1] != '\n';
  if (written < told_size_) missing_ += told_;
  const auto rest = std::string_view{taken_}.substr(std::max(written, told_size_));
  missing_ += static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
  taken_.clear();
}

}  // namespace drawbridge::http
