#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace drawbridge {

/// A secret under which texts of strangers become numbers: who does not know it can make no two collide.
using DigestSecret = std::array<std::uint8_t, 16>;

/// SipHash-2-4 of the text; never 0.
std::uint64_t keyed_digest(std::string_view text, const DigestSecret& secret);

/// The users of whom a token was verified lately: the last `capacity` of them, as numbers under a secret. It
/// decides who waits for a key when not all can, and nothing else. Of a fixed size from the start on, and a
/// look takes the same time whomever it is for.
///
/// Any number of threads may use one, without a lock.
class VerifiedSubjects {
 public:
  static constexpr std::size_t capacity = 32'768;

  VerifiedSubjects() : slots_(capacity) {}

  void remember(std::uint64_t subject);
  bool contains(std::uint64_t subject) const;

 private:
  std::size_t first_neighbour(std::uint64_t subject) const;

  std::vector<std::atomic<std::uint64_t>> slots_;  ///< 0 where there is none
  std::atomic<std::uint64_t> turn_{0};             ///< which of its neighbours the next one replaces
};

}  // namespace drawbridge
