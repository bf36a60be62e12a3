#pragma once

#include <cstdint>
#include <string_view>

namespace drawbridge::http {

/// Follows the chunks of a body (RFC 9112 §7.1) beside the parser that decodes them, and refuses what need
/// not be there: trailers, a line feed alone, white space in front of a size. Whether a request has trailers
/// so depends on these bytes, and on nothing that another parser makes of them.
class ChunkScanner {
 public:
  enum class State { incomplete, complete, malformed };

  /// The next bytes of the body. Bytes behind its end make it malformed.
  State scan(std::string_view bytes);

  bool is_complete() const { return at_ == At::end && fault_.empty(); }
  /// One line for the client, once malformed.
  std::string_view fault() const { return fault_; }

 private:
  enum class At { size_start, size, extension, size_end, data, data_cr, data_lf, last_cr, last_lf, end };

  State malformed(std::string_view fault);
  State take(char byte);
  State take_size(char byte);
  State go(At at) {
    at_ = at;
    return State::incomplete;
  }

  At at_ = At::size_start;
  std::uint64_t left_ = 0;  ///< of the chunk's size, or of its data
  std::string_view fault_;
};

}  // namespace drawbridge::http
