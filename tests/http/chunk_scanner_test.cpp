#include "http/chunk_scanner.h"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

using State = ChunkScanner::State;

struct ChunksCase {
  const char* name;
  std::string bytes;
  State state;
};
void PrintTo(const ChunksCase& chunks, std::ostream* out) {
  *out << chunks.name;
}
class Chunks : public testing::TestWithParam<ChunksCase> {};

TEST_P(Chunks, are_judged_alike_however_they_arrive) {
  const auto& [name, bytes, state] = GetParam();
  ChunkScanner whole;
  EXPECT_EQ(whole.scan(bytes), state);
  EXPECT_EQ(whole.is_complete(), state == State::complete);
  EXPECT_EQ(whole.fault().empty(), state != State::malformed);
  ChunkScanner in_pieces;
  auto last = State::incomplete;
  for (const char byte : bytes) last = in_pieces.scan({&byte, 1});
  EXPECT_EQ(last, state);
  EXPECT_EQ(in_pieces.fault(), whole.fault());
}

INSTANTIATE_TEST_SUITE_P(
    , Chunks,
    testing::Values(
        ChunksCase{"empty_body", "0\r\n\r\n", State::complete},
        ChunksCase{"one", "5\r\nhello\r\n0\r\n\r\n", State::complete},
        ChunksCase{"several", "1\r\nh\r\n4\r\nello\r\n0\r\n\r\n", State::complete},
        ChunksCase{"sizes_in_either_case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
                   State::complete},
        ChunksCase{"leading_zeros", "0005\r\nhello\r\n0000\r\n\r\n", State::complete},
        ChunksCase{"extensions", "5;name=value\r\nhello\r\n0;a=\"b\"\r\n\r\n", State::complete},
        ChunksCase{"data_that_looks_like_an_end", "7\r\n0\r\n\r\n\r\n\r\n0\r\n\r\n", State::complete},
        ChunksCase{"half_a_size", "5", State::incomplete},
        ChunksCase{"half_the_data", "5\r\nhel", State::incomplete},
        ChunksCase{"no_last_line", "5\r\nhello\r\n0\r\n", State::incomplete},
        ChunksCase{"half_the_last_line", "0\r\n\r", State::incomplete},
        ChunksCase{"trailer", "0\r\nX: y\r\n\r\n", State::malformed},
        ChunksCase{"trailer_with_a_known_name", "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n",
                   State::malformed},
        ChunksCase{"folded_trailer", "0\r\nX: y\r\n z\r\n\r\n", State::malformed},
        ChunksCase{"trailer_that_begins_with_a_blank", "0\r\n X: y\r\n\r\n", State::malformed},
        ChunksCase{"trailer_that_looks_like_a_chunk", "0\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"more_behind_the_end", "0\r\n\r\nG", State::malformed},
        ChunksCase{"no_size", "\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"blank_before_the_size", " 5\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"sign", "+5\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"prefix", "0x5\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"size_overflow", "10000000000000002\r\nhi\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"longer_than_it_says", "1\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"line_feed_behind_the_size", "5\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"line_feed_in_an_extension", "5;a\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"carriage_return_in_an_extension", "5;a\rb\r\nhello\r\n0\r\n\r\n", State::malformed},
        ChunksCase{"line_feed_behind_the_data", "5\r\nhello\n0\r\n\r\n", State::malformed},
        ChunksCase{"line_feed_at_the_end", "0\r\n\n", State::malformed}),
    [](const auto& chunks) { return chunks.param.name; });

TEST(ChunkScanner, stays_malformed) {
  ChunkScanner scanner;
  EXPECT_EQ(scanner.scan("x"), State::malformed);
  EXPECT_EQ(scanner.scan("0\r\n\r\n"), State::malformed);
  EXPECT_FALSE(scanner.is_complete());
}

}  // namespace
}  // namespace drawbridge::http
