#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "drawbridge/cache_counts.h"

#include "core/jose/verification.h"
#include "core/revocations/revocation_set.h"

namespace drawbridge {

/// A token that was verified before, and stands.
struct RememberedToken {
  Identity identity;
  std::optional<BootTime> revoked_until{};  ///< RevocationSet::revoked_until
};

/// Tokens that were verified, so that the same token is not verified again at each request: from a token's
/// SHA-256 to its Verdict. Accepted tokens only, of one verifier and its policy. Bounded: where a new one
/// finds no place, an expired one goes, else the one not seen for longest among its neighbours. A token of
/// more than `max_remembered_size` is not remembered, so that large ones, whose claims are kept, cannot fill
/// memory. The answer for a remembered token is the one that a verification against the same set would give.
///
/// Any number of threads may use one. A hit allocates nothing beyond what OpenSSL takes for the digest.
class VerifiedTokens {
 public:
  /// In bytes. Better Auth's tokens have some 500.
  static constexpr std::size_t max_remembered_size = 2'048;

  /// `capacity` is rounded up to a multiple of 128; 0 remembers nothing. The slots are laid out at once, some
  /// 240 bytes each.
  VerifiedTokens(std::size_t capacity, std::chrono::seconds clock_skew);
  ~VerifiedTokens();

  /// The token, if it was verified before and its verdict still stands: `keys` gives its kid the same key,
  /// and the times hold at `now`. A verdict that stands no more is forgotten. With `revocations`, always the
  /// same, it also says whether it was revoked; a token that was not is looked up there again only when
  /// something was added. What was verified as of one type is not found as of the other.
  std::optional<RememberedToken> find(std::string_view token, const KeySet& keys, TokenTime now,
                                      TokenType type = TokenType::jwt,
                                      const RevocationSet* revocations = nullptr);

  void remember(std::string_view token, const Verdict& verdict, TokenTime now);

  /// What find() came to, of tokens that may be remembered.
  CacheCounts lookups() const;

  /// How many are remembered now; for tests and figures, it locks each shard.
  std::size_t size() const;

 private:
  struct Shard;
  using Digest = std::array<std::uint8_t, 32>;

  Shard& shard_of(const Digest& digest) const;

  std::chrono::seconds skew_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace drawbridge
