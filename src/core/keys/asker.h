#pragma once

#include <cstdint>

namespace drawbridge {

/// Who asks for a key that is not held, as far as anything can be told before a signature is checked. Numbers
/// that only equality counts of, so that nobody's address or id is kept: digests under a secret of the
/// process.
struct Asker {
  std::uint64_t address = 0;  ///< of the client; 0 where nothing is known of it
  std::uint64_t subject = 0;  ///< the claim `sub` as the sender wrote it
  /// Whether a token of that `sub` was verified lately. The sender may have written down another's.
  bool subject_was_verified = false;
};

}  // namespace drawbridge
