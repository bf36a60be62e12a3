#pragma once

#include <cstddef>
#include <cstdint>

namespace drawbridge {

/// What came of sessions or of API keys for which an issuer or a store of sessions was asked.
struct CredentialCounts {
  std::uint64_t good = 0;
  std::uint64_t unknown = 0;     ///< there is none, or it has ended
  std::uint64_t limited = 0;     ///< a key's own limit is reached
  std::uint64_t failed = 0;      ///< could not be judged
  std::uint64_t remembered = 0;  ///< nobody was asked: a good answer was remembered
  std::size_t waiting = 0;       ///< requests that wait for an issuer now
};

}  // namespace drawbridge
