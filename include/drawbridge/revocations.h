#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace drawbridge {

/// Whether a token counts before it is known what its issuer has revoked.
enum class RevocationMode : std::uint8_t {
  preferred,  ///< goes on with what is known while the issuer cannot be asked, or has no revocations
  required,   ///< `revocations_unavailable` (503) until the issuer has told, and 10 s after it last did
  off,        ///< never asks: a token counts until it expires
};

/// What is asked of the issuer about tokens that ended before their time: at `<base>/drawbridge/revocations`,
/// which the plugin @drawbridge/better-auth serves where it has `revocations`.
struct RevocationSource {
  RevocationMode mode = RevocationMode::preferred;
  /// Better Auth's base URL with its path. Without it what stands before `/jwks` in the key set's URL. Where
  /// neither is a place that may be asked, `preferred` is `off`, and `required` cannot work.
  std::optional<std::string> base_url{};
  /// The secret that the plugin asks for, where it was given one: visible ASCII, up to 1,024 bytes.
  std::optional<std::string> secret{};
};

/// What a readiness probe wants to know of the revocations.
struct RevocationStatus {
  enum class State : std::uint8_t {
    off,      ///< not wanted, or the issuer has none and never had any for this process
    pending,  ///< the issuer has not told yet
    current,  ///< the issuer has told lately
    lost,     ///< it has not for 10 s, though it was asked
  };
  State state = State::off;
  /// Whether the mode is `required`: then no token verifies while the state is `pending` or `lost`.
  bool required = false;
  /// How many are known. Some may be over already.
  std::size_t entries = 0;
  /// How long ago the question was asked that was last answered in full; nothing when none was.
  std::optional<std::chrono::seconds> age{};
  /// The last failure in one line; empty when the last answer was good.
  std::string last_failure{};
  std::uint64_t questions = 0;         ///< how many have ended, answered or not
  std::uint64_t failed_questions = 0;  ///< of these
};

}  // namespace drawbridge
