#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace drawbridge {

/// The first 16 bytes of SHA-256 of `sid:<sid>` or `sub:<sub>`: what a list of revocations has in place of
/// ids, so that who reads it does not learn who signs out.
using RevocationDigest = std::array<std::uint8_t, 16>;

RevocationDigest session_digest(std::string_view session_id);
RevocationDigest user_digest(std::string_view subject);

/// The claim `fresh`: when the issuer began to read what the token says, in milliseconds since 1970 UTC.
struct FreshClaim {
  bool is_there = false;
  std::optional<std::int64_t> milliseconds{};  ///< nothing where it is no whole number of the range
};

/// By what a token is found among the revocations.
struct RevocationMarks {
  /// What a token is taken for that does not say when it was made: older than every change.
  static constexpr std::int64_t oldest = std::numeric_limits<std::int64_t>::min();

  std::optional<RevocationDigest> session{};  ///< of the claim `sid`
  RevocationDigest user{};                    ///< of the claim `sub`
  /// A change of the user at `before` ends the token where this is `before` or less: the claim `fresh`;
  /// without it a second less than `iat`, which has no parts of a second; `oldest` without either, and where
  /// `fresh` is unclear.
  std::int64_t made_at = oldest;
};

/// `issued`: the claim `iat` in seconds.
RevocationMarks marks_of(std::string_view subject, std::optional<std::string_view> session_id,
                         const FreshClaim& fresh, std::optional<double> issued);

}  // namespace drawbridge
