#include "http/chunk_scanner.h"

#include <algorithm>
#include <optional>

namespace drawbridge::http {
namespace {

constexpr std::uint64_t largest_size = std::uint64_t{1} << 40;  // far beyond any body that is taken
constexpr std::string_view bad_line = "The chunks of the body cannot be read.";

std::optional<unsigned> hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lower = static_cast<char>(byte | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

}  // namespace

ChunkScanner::State ChunkScanner::scan(std::string_view bytes) {
  if (!fault_.empty()) return State::malformed;
  while (!bytes.empty()) {
    if (at_ == At::data) {
      const auto size = std::min<std::uint64_t>(left_, bytes.size());
      bytes.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) at_ = At::data_cr;
      continue;
    }
    if (take(bytes.front()) == State::malformed) return State::malformed;
    bytes.remove_prefix(1);
  }
  return at_ == At::end ? State::complete : State::incomplete;
}

ChunkScanner::State ChunkScanner::take(char byte) {
  switch (at_) {
    case At::size_start:
    case At::size:
      return take_size(byte);
    case At::extension:
      if (byte == '\r') return go(At::size_end);
      return byte == '\n' ? malformed(bad_line) : State::incomplete;
    case At::size_end:
      if (byte != '\n') return malformed(bad_line);
      return go(left_ == 0 ? At::last_cr : At::data);
    case At::data_cr:
      return byte == '\r' ? go(At::data_lf) : malformed(bad_line);
    case At::data_lf:
      return byte == '\n' ? go(At::size_start) : malformed(bad_line);
    case At::last_cr:
      return byte == '\r' ? go(At::last_lf) : malformed("The body has trailers, which are not accepted.");
    case At::last_lf:
      return byte == '\n' ? go(At::end) : malformed(bad_line);
    case At::data:
    case At::end:
      break;
  }
  return malformed(bad_line);
}

ChunkScanner::State ChunkScanner::take_size(char byte) {
  if (const auto digit = hex_digit(byte)) {
    left_ = (at_ == At::size_start ? 0 : left_ * 16) + *digit;
    return left_ > largest_size ? malformed(bad_line) : go(At::size);
  }
  if (at_ == At::size_start) return malformed(bad_line);
  if (byte == '\r') return go(At::size_end);
  const bool ends_size = byte == ';' || byte == ' ' || byte == '\t';
  return ends_size ? go(At::extension) : malformed(bad_line);
}

ChunkScanner::State ChunkScanner::malformed(std::string_view fault) {
  fault_ = fault;
  return State::malformed;
}

}  // namespace drawbridge::http
