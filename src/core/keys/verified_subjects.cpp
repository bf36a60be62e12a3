#include "core/keys/verified_subjects.h"

#include <algorithm>

#include <sodium.h>

namespace drawbridge {
namespace {

constexpr std::size_t neighbours = 8;
static_assert(VerifiedSubjects::capacity % neighbours == 0);
static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<DigestSecret>);

}  // namespace

std::uint64_t keyed_digest(std::string_view text, const DigestSecret& secret) {
  std::uint64_t digest = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&digest),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), secret.data());
  return std::max<std::uint64_t>(digest, 1);
}

std::size_t VerifiedSubjects::first_neighbour(std::uint64_t subject) const {
  return subject % (slots_.size() / neighbours) * neighbours;
}

void VerifiedSubjects::remember(std::uint64_t subject) {
  if (contains(subject)) return;
  const std::size_t first = first_neighbour(subject);
  // Two threads may take one slot, or remember one subject twice: either costs somebody a preference, no
  // more.
  for (std::size_t i = first; i < first + neighbours; ++i) {
    if (slots_[i].load(std::memory_order_relaxed) != 0) continue;
    slots_[i].store(subject, std::memory_order_relaxed);
    return;
  }
  const std::size_t replaced = first + turn_.fetch_add(1, std::memory_order_relaxed) % neighbours;
  slots_[replaced].store(subject, std::memory_order_relaxed);
}

bool VerifiedSubjects::contains(std::uint64_t subject) const {
  const std::size_t first = first_neighbour(subject);
  bool found = false;
  for (std::size_t i = first; i < first + neighbours; ++i)
    found |= slots_[i].load(std::memory_order_relaxed) == subject;
  return found;
}

}  // namespace drawbridge
