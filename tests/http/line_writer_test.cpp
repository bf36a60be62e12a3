// A log whose reader stands still, has gone, or whose disk is full: nobody who writes to it waits.

#include "http/line_writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

namespace drawbridge::http {
namespace {

using std::chrono::steady_clock;

std::string lost_line(std::uint64_t lost) {
  return "lost " + std::to_string(lost) + '\n';
}

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writer() const { return ends_[1]; }
  void close_reader() { close_end(ends_[0]); }
  void close_writer() { close_end(ends_[1]); }
  /// Until `is_all` of what has come, the other end is closed, or nothing has come for ten seconds.
  template <class IsAll>
  std::string read_until(IsAll is_all) const {
    std::string text;
    std::array<char, 4096> buffer{};
    pollfd wanted{.fd = ends_[0], .events = POLLIN, .revents = 0};
    while (!is_all(text) && ::poll(&wanted, 1, 10'000) == 1) {
      const ssize_t count = ::read(ends_[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  std::string read_until(const char* part) const {
    return read_until([part](const std::string& text) { return text.contains(part); });
  }

 private:
  static void close_end(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }

  std::array<int, 2> ends_{-1, -1};
};

TEST(LineWriter, writes_what_it_is_given_before_it_ends) {
  Pipe pipe;
  {
    LineWriter writer{pipe.writer(), lost_line};
    for (const char* line : {"a\n", "b\n", "c\n"}) writer.write(line);
  }
  pipe.close_writer();
  EXPECT_EQ(pipe.read_until("no such line"), "a\nb\nc\n");
}

TEST(LineWriter, waits_for_no_reader_and_tells_what_is_missing_when_it_comes_back) {
  constexpr std::size_t room = 64 * 1024;
  constexpr int lines = 10'000;
  const std::string line = std::string(99, 'x') + '\n';
  Pipe pipe;
  LineWriter writer{pipe.writer(), lost_line, room};
  const auto begun = steady_clock::now();
  for (int i = 0; i < lines; ++i) writer.write(line);
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds{30});

  // The queue may have been full, emptied and full again: several lines then report what was lost.
  const auto kept = [](const std::string& seen) { return std::ranges::count(seen, 'x') / 99; };
  const auto lost = [](const std::string& seen) {
    std::int64_t sum = 0;
    for (std::size_t at = seen.find("lost "); at != std::string::npos; at = seen.find("lost ", at + 1))
      if (seen.find('\n', at) != std::string::npos) sum += std::stoll(seen.substr(at + 5));
    return sum;
  };
  const std::string seen =
      pipe.read_until([&](const std::string& text) { return kept(text) + lost(text) >= lines; });
  EXPECT_GT(kept(seen), 0);
  EXPECT_GT(lost(seen), 0);
  EXPECT_EQ(kept(seen) + lost(seen), lines);

  writer.write("afterwards\n");
  EXPECT_EQ(pipe.read_until("\n"), "afterwards\n");
}

TEST(LineWriter, ends_in_time_though_nobody_reads) {
  Pipe pipe;
  const auto begun = steady_clock::now();
  {
    LineWriter writer{pipe.writer(), lost_line};
    for (int i = 0; i < 2'000; ++i) writer.write(std::string(99, 'x') + '\n');
    writer.write("end\n");
  }
  const auto took = steady_clock::now() - begun;
  EXPECT_GE(took, LineWriter::longest_farewell);
  EXPECT_LT(took, 3 * LineWriter::longest_farewell);
  pipe.read_until("end\n");  // so that its thread, which stands in write(2), goes on and ends
}

struct BrokenCase {
  const char* name;
  int descriptor;
};

TEST(LineWriter, lives_on_when_nothing_can_be_written) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe without_reader;
  without_reader.close_reader();
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  for (const auto& [name, descriptor] : {BrokenCase{"the reader has gone", without_reader.writer()},
                                         BrokenCase{"a full disk", full}, BrokenCase{"closed", -1}}) {
    SCOPED_TRACE(name);
    auto shortest = steady_clock::duration::max();  // of three, as others may keep the machine busy
    for (int time = 0; time < 3 && shortest >= LineWriter::longest_farewell; ++time) {
      const auto begun = steady_clock::now();
      {
        LineWriter writer{descriptor, lost_line};
        for (int i = 0; i < 1'000; ++i) writer.write("a line\n");
      }
      shortest = std::min<steady_clock::duration>(shortest, steady_clock::now() - begun);
    }
    EXPECT_LT(shortest, LineWriter::longest_farewell);
  }
  ::close(full);
}

TEST(LineWriter, waits_by_itself_for_a_file_that_others_made_non_blocking) {
  Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK), 0);
  constexpr int lines = 5'000;  // more than the pipe holds
  LineWriter writer{pipe.writer(), lost_line};
  for (int i = 0; i < lines; ++i) writer.write(std::string(99, 'x') + '\n');
  writer.write("end\n");
  EXPECT_EQ(std::ranges::count(pipe.read_until("end\n"), '\n'), lines + 1);
}

}  // namespace
}  // namespace drawbridge::http
