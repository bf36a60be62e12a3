#include "http/line_writer.h"

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace drawbridge::http {
namespace {

/// How much of the text was written before an error. The file is not made non-blocking: the shell and other
/// programs may have the same one open, and it would be so for them as well. But it may be so already.
std::size_t write_all(int descriptor, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(descriptor, text.data() + written, text.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      pollfd wanted{.fd = descriptor, .events = POLLOUT, .revents = 0};
      ::poll(&wanted, 1, -1);
    } else if (count == 0 || errno != EINTR) {
      break;
    }
  }
  return written;
}

}  // namespace

/// What the writer and its thread share; the thread may outlive the writer.
struct LineWriter::Desk {
  Desk(int file, std::size_t max_bytes, LogQueue::LostLine lost_line)
      : descriptor{file}, queue{max_bytes, std::move(lost_line)} {}

  void serve() {
    // Signals are for other threads, and a reader that has gone is an error like any other.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    std::unique_lock lock{mutex};
    while (true) {
      changed.wait(lock, [this] { return queue.has_work() || is_closing; });
      if (!queue.has_work()) break;
      const std::string& text = queue.take();
      lock.unlock();
      const std::size_t written = write_all(descriptor, text);
      lock.lock();
      if (written == text.size())
        queue.on_written();
      else
        queue.on_failed(written);
    }
    is_done = true;
    changed.notify_all();
  }

  const int descriptor;
  std::mutex mutex;
  std::condition_variable changed;
  LogQueue queue;
  bool is_closing = false;
  bool is_done = false;
};

LineWriter::LineWriter(int descriptor, LogQueue::LostLine lost_line, std::size_t max_bytes)
    : desk_{std::make_shared<Desk>(descriptor, max_bytes, std::move(lost_line))} {
  std::thread{[desk = desk_] { desk->serve(); }}.detach();
}

LineWriter::~LineWriter() {
  std::unique_lock lock{desk_->mutex};
  desk_->is_closing = true;
  desk_->changed.notify_all();
  desk_->changed.wait_for(lock, longest_farewell, [this] { return desk_->is_done; });
}

void LineWriter::write(std::string_view line) {
  {
    const std::lock_guard lock{desk_->mutex};
    desk_->queue.push(line);
  }
  desk_->changed.notify_all();
}

}  // namespace drawbridge::http
