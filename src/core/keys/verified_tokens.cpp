#include "core/keys/verified_tokens.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "core/jose/sha256.h"

namespace drawbridge {
namespace {

constexpr std::size_t shard_count = 16;
constexpr std::size_t neighbours = 8;

std::uint64_t number_at(const std::array<std::uint8_t, 32>& digest, std::size_t offset) {
  std::uint64_t number = 0;
  std::memcpy(&number, digest.data() + offset, sizeof number);
  return number;
}

}  // namespace

struct VerifiedTokens::Shard {
  struct Slot {
    Digest token{};
    std::optional<Verdict> verdict;
    std::uint64_t last_seen = 0;
    std::uint64_t not_revoked_at = 0;  ///< RevocationSet::version(); 0 where that is not known

    std::optional<BootTime> looked_up(const RevocationSet& revocations) {
      const std::uint64_t version = revocations.version();
      if (not_revoked_at == version) return std::nullopt;
      const auto until = revocations.revoked_until(verdict->marks);
      not_revoked_at = until ? 0 : version;
      return until;
    }
  };

  std::span<Slot> neighbourhood(const Digest& digest) {
    const std::size_t sets = slots.size() / neighbours;
    return std::span{slots}.subspan(number_at(digest, 8) % sets * neighbours, neighbours);
  }

  mutable std::mutex mutex;
  std::vector<Slot> slots;
  std::uint64_t uses = 0;
  CacheCounts lookups;
};

VerifiedTokens::VerifiedTokens(std::size_t capacity, std::chrono::seconds clock_skew) : skew_{clock_skew} {
  if (capacity == 0) return;
  constexpr std::size_t step = shard_count * neighbours;
  const std::size_t sets = (capacity - 1) / step + 1;
  for (std::size_t i = 0; i < shard_count; ++i) {
    shards_.push_back(std::make_unique<Shard>());
    shards_.back()->slots.resize(sets * neighbours);
  }
}

VerifiedTokens::~VerifiedTokens() = default;

VerifiedTokens::Shard& VerifiedTokens::shard_of(const Digest& digest) const {
  return *shards_[number_at(digest, 0) % shard_count];
}

std::optional<RememberedToken> VerifiedTokens::find(std::string_view token, const KeySet& keys, TokenTime now,
                                                    TokenType type, const RevocationSet* revocations) {
  if (shards_.empty() || token.size() > max_remembered_size) return std::nullopt;
  const Digest digest = sha256(token);
  std::optional<Verdict> forgotten;  // let go of after the lock
  Shard& shard = shard_of(digest);
  const std::lock_guard lock{shard.mutex};
  ++shard.lookups.misses;  // until it is found
  for (Shard::Slot& slot : shard.neighbourhood(digest)) {
    if (!slot.verdict || slot.token != digest || slot.verdict->type != type) continue;
    const Verdict& verdict = *slot.verdict;
    if (!key_stands(verdict, keys) || !stands_at(verdict.times, skew_, now)) {
      forgotten.swap(slot.verdict);
      return std::nullopt;
    }
    slot.last_seen = ++shard.uses;
    --shard.lookups.misses;
    ++shard.lookups.hits;
    return RememberedToken{verdict.identity,
                           revocations == nullptr ? std::nullopt : slot.looked_up(*revocations)};
  }
  return std::nullopt;
}

void VerifiedTokens::remember(std::string_view token, const Verdict& verdict, TokenTime now) {
  if (shards_.empty() || token.size() > max_remembered_size) return;
  const Digest digest = sha256(token);
  std::optional<Verdict> made{verdict};  // before the lock, and what it replaces goes after it
  Shard& shard = shard_of(digest);
  const std::lock_guard lock{shard.mutex};
  const auto rank = [&](const Shard::Slot& slot) -> std::uint64_t {
    if (slot.verdict && slot.token == digest) return 0;
    if (!slot.verdict) return 1;
    return stands_at(slot.verdict->times, skew_, now) ? slot.last_seen + 3 : 2;
  };
  Shard::Slot& slot = *std::ranges::min_element(shard.neighbourhood(digest), {}, rank);
  slot.token = digest;
  slot.not_revoked_at = 0;
  slot.verdict.swap(made);
  slot.last_seen = ++shard.uses;
}

CacheCounts VerifiedTokens::lookups() const {
  CacheCounts all;
  for (const auto& shard : shards_) {
    const std::lock_guard lock{shard->mutex};
    all.hits += shard->lookups.hits;
    all.misses += shard->lookups.misses;
  }
  return all;
}

std::size_t VerifiedTokens::size() const {
  std::size_t count = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock{shard->mutex};
    count += static_cast<std::size_t>(
        std::ranges::count_if(shard->slots, [](const auto& slot) { return slot.verdict.has_value(); }));
  }
  return count;
}

}  // namespace drawbridge
