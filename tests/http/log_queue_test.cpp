// Which lines of the log are written, which are lost, and where it says so.

#include "http/log_queue.h"

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

constexpr std::size_t three_lines = 6;

LogQueue queue_of(std::size_t max_bytes = three_lines) {
  return {max_bytes, [](std::uint64_t lost) { return "lost " + std::to_string(lost) + '\n'; }};
}

void push(LogQueue& queue, std::string_view letters) {
  for (const char letter : letters) queue.push(std::string{letter, '\n'});
}

std::string written(LogQueue& queue) {
  std::string all;
  while (queue.has_work()) {
    all += queue.take();
    queue.on_written();
  }
  return all;
}

TEST(LogQueue, gives_all_that_waits_at_once_and_in_order) {
  LogQueue queue = queue_of();
  EXPECT_FALSE(queue.has_work());
  push(queue, "abc");
  EXPECT_TRUE(queue.has_work());
  EXPECT_EQ(queue.take(), "a\nb\nc\n");
  queue.on_written();
  EXPECT_FALSE(queue.has_work());
}

TEST(LogQueue, tells_how_many_lines_found_no_room_where_they_are_missing) {
  LogQueue queue = queue_of();
  push(queue, "abcdef");
  EXPECT_EQ(written(queue), "a\nb\nc\nlost 3\n");
  push(queue, "g");
  EXPECT_EQ(written(queue), "g\n");
}

TEST(LogQueue, has_one_gap_and_not_many) {
  LogQueue queue = queue_of();
  queue.push("a\n");
  queue.push("too long\n");
  queue.push("b\n");  // there would be room for it
  EXPECT_EQ(queue.take(), "a\n");
  queue.push("c\n");
  queue.on_written();
  EXPECT_EQ(written(queue), "lost 2\nc\n");
}

TEST(LogQueue, takes_lines_while_others_are_being_written) {
  LogQueue queue = queue_of();
  push(queue, "abc");
  EXPECT_EQ(queue.take(), "a\nb\nc\n");
  push(queue, "defg");
  queue.on_written();
  EXPECT_EQ(written(queue), "d\ne\nf\nlost 1\n");
}

struct FailureCase {
  const char* name;
  std::size_t written;
  const char* next;  ///< what is taken when another line has come
};

TEST(LogQueue, counts_what_could_not_be_written) {
  for (const FailureCase& c : {
           FailureCase{"nothing", 0, "lost 3\nz\n"},
           FailureCase{"a line", 2, "lost 2\nz\n"},
           FailureCase{"a line and a half", 3, "\nlost 2\nz\n"},
           FailureCase{"all but the last end", 5, "\nlost 1\nz\n"},
       }) {
    SCOPED_TRACE(c.name);
    LogQueue queue = queue_of();
    push(queue, "abc");
    queue.take();
    queue.on_failed(c.written);
    EXPECT_FALSE(queue.has_work()) << "a full disk would be tried again and again";
    push(queue, "z");
    EXPECT_EQ(queue.take(), c.next);
    queue.on_written();
    EXPECT_FALSE(queue.has_work());
  }
}

TEST(LogQueue, forgets_no_loss_that_it_could_not_tell) {
  LogQueue queue = queue_of();
  push(queue, "abcd");
  queue.take();
  queue.on_failed(0);  // a, b and c
  push(queue, "e");
  EXPECT_EQ(queue.take(), "lost 4\ne\n");
  queue.on_failed(3);  // in the midst of telling
  push(queue, "f");
  EXPECT_EQ(queue.take(), "\nlost 5\nf\n");
  queue.on_written();
  EXPECT_FALSE(queue.has_work());
}

}  // namespace
}  // namespace drawbridge::http
