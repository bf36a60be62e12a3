#include "core/revocations/revocation_set.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t least_slots = 64;
constexpr BootClock::duration tidy_gap = 1min;

struct Key {
  std::uint64_t high;  ///< never 0, which marks a slot that is free
  std::uint64_t low;
};

Key key_of(const RevocationDigest& digest) {
  Key key{};
  std::memcpy(&key.high, digest.data(), sizeof key.high);
  std::memcpy(&key.low, digest.data() + sizeof key.high, sizeof key.low);
  key.high = std::max<std::uint64_t>(key.high, 1);
  return key;
}

RevocationDigest digest_of(const Key& key) {
  RevocationDigest digest{};
  std::memcpy(digest.data(), &key.high, sizeof key.high);
  std::memcpy(digest.data() + sizeof key.high, &key.low, sizeof key.low);
  return digest;
}

/// Where in so many slots the search for a key begins.
std::size_t first_of(const Key& key, std::size_t slots) {
  return static_cast<std::size_t>(((key.low >> 32U) * slots) >> 32U);
}

/// At most three quarters of the slots are taken, so that a search is short and has an end.
bool fits(std::size_t entries, std::size_t slots) {
  return entries * 4 <= slots * 3;
}

std::size_t my_stripe(std::size_t stripes) {
  static std::atomic<std::size_t> last{0};
  thread_local const std::size_t mine = last.fetch_add(1, std::memory_order_relaxed);
  return mine % stripes;
}

}  // namespace

/// A slot is written once, `high` last, and after that its times only grow: whoever reads it meanwhile sees
/// what was true a moment ago, or what is true now.
struct alignas(32) RevocationSet::Slot {
  std::atomic<std::uint64_t> high{0};
  std::atomic<std::uint64_t> low{0};
  std::atomic<std::int64_t> before{0};
  std::atomic<BootClock::rep> until{0};

  BootTime end() const { return BootTime{BootClock::duration{until.load(std::memory_order_relaxed)}}; }
};

struct RevocationSet::Table {
  explicit Table(std::size_t count_) : count{count_}, slots{std::make_unique<Slot[]>(count_)} {}

  const std::size_t count;
  const std::unique_ptr<Slot[]> slots;
};

/// While one lives, no table that it may have found is let go of.
class RevocationSet::Reading {
 public:
  explicit Reading(const RevocationSet& set)
      : count_{set.readers_[my_stripe(stripes)].count[set.side_.load()]} {
    count_.fetch_add(1);
  }
  ~Reading() { count_.fetch_sub(1, std::memory_order_release); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  std::atomic<std::uint32_t>& count_;
};

RevocationSet::RevocationSet(std::size_t capacity) : capacity_{capacity} {}

RevocationSet::~RevocationSet() = default;

const RevocationSet::Slot* RevocationSet::slot_of(const Table& table, const RevocationDigest& digest) {
  const Key key = key_of(digest);
  for (std::size_t at = first_of(key, table.count);; at = at + 1 == table.count ? 0 : at + 1) {
    const Slot& slot = table.slots[at];
    const std::uint64_t high = slot.high.load(std::memory_order_acquire);
    if (high == 0) return nullptr;
    if (high == key.high && slot.low.load(std::memory_order_relaxed) == key.low) return &slot;
  }
}

std::optional<BootTime> RevocationSet::revoked_until(const RevocationMarks& marks) const {
  if (size() == 0) return std::nullopt;
  std::optional<BootTime> until;
  const Reading reading{*this};
  const Table& table = *table_.load();
  if (marks.session)
    if (const Slot* const slot = slot_of(table, *marks.session)) until = slot->end();
  if (const Slot* const slot = slot_of(table, marks.user))
    if (slot->before.load(std::memory_order_relaxed) >= marks.made_at)
      until = std::max(until.value_or(slot->end()), slot->end());
  return until;
}

RevocationSet::Change RevocationSet::put(Table& table, const Revocation& revocation) {
  const Key key = key_of(revocation.digest);
  const BootClock::rep until = revocation.until.time_since_epoch().count();
  std::size_t at = first_of(key, table.count);
  for (;; at = at + 1 == table.count ? 0 : at + 1) {
    Slot& slot = table.slots[at];
    const std::uint64_t high = slot.high.load(std::memory_order_relaxed);
    if (high == 0) break;
    if (high != key.high || slot.low.load(std::memory_order_relaxed) != key.low) continue;
    const auto grow = [](auto& value, auto to) {
      const bool grows = value.load(std::memory_order_relaxed) < to;
      if (grows) value.store(to, std::memory_order_relaxed);
      return grows;
    };
    grow(slot.until, until);
    return grow(slot.before, revocation.before) ? Change::grown : Change::none;
  }
  Slot& slot = table.slots[at];
  slot.low.store(key.low, std::memory_order_relaxed);
  slot.before.store(revocation.before, std::memory_order_relaxed);
  slot.until.store(until, std::memory_order_relaxed);
  slot.high.store(key.high, std::memory_order_release);
  return Change::made;
}

bool RevocationSet::add(std::span<const Revocation> revocations, BootTime now) {
  let_go();
  const auto is_known = [this](const Revocation& one) {
    return owner_ && slot_of(*owner_, one.digest) != nullptr;
  };
  const auto unknown =
      revocations.size() - static_cast<std::size_t>(std::ranges::count_if(revocations, is_known));
  if (unknown > 0 && (!owner_ || !fits(size() + unknown, owner_->count))) rebuild(unknown, now);
  bool all = true;
  bool changed = false;
  for (const Revocation& one : revocations) {
    if (size() >= capacity_ && !is_known(one)) {
      all = false;
      continue;
    }
    const Change change = put(*owner_, one);
    if (change == Change::made) size_.fetch_add(1, std::memory_order_release);
    changed = changed || change != Change::none;
  }
  if (changed) version_.fetch_add(1, std::memory_order_release);
  return all;
}

std::size_t RevocationSet::live_at(BootTime now) const {
  if (!owner_) return 0;
  return static_cast<std::size_t>(
      std::count_if(owner_->slots.get(), owner_->slots.get() + owner_->count, [now](const Slot& slot) {
        return slot.high.load(std::memory_order_relaxed) != 0 && now < slot.end();
      }));
}

/// A table of what still holds, with room for so many more.
void RevocationSet::rebuild(std::size_t more, BootTime now) {
  const std::size_t live = live_at(now);
  auto next = std::make_unique<Table>(std::max(least_slots, 2 * (live + std::min(more, capacity_))));
  replaced_.reserve(replaced_.size() + 1);
  std::size_t moved = 0;
  for (std::size_t at = 0; owner_ && at < owner_->count; ++at) {
    const Slot& slot = owner_->slots[at];
    if (slot.high.load(std::memory_order_relaxed) == 0 || now >= slot.end()) continue;
    put(*next,
        {digest_of({slot.high.load(std::memory_order_relaxed), slot.low.load(std::memory_order_relaxed)}),
         slot.before.load(std::memory_order_relaxed), slot.end()});
    ++moved;
  }
  table_.store(next.get());
  size_.store(moved, std::memory_order_release);
  if (owner_) replaced_.push_back(std::move(owner_));
  owner_ = std::move(next);
  let_go();
}

void RevocationSet::tidy(BootTime now) {
  let_go();
  if (!owner_ || now < tidied_ + tidy_gap) return;
  tidied_ = now;
  const std::size_t live = live_at(now);
  if (live * 4 <= size() * 3) rebuild(0, now);
}

bool RevocationSet::has_readers(unsigned side) const {
  return std::ranges::any_of(readers_,
                             [side](const Readers& readers) { return readers.count[side].load() != 0; });
}

/// Lets go of replaced tables that nobody can be reading: who began before they were replaced counts on one
/// side or the other, and both are seen empty, each while nobody new comes to it. Never waits: what must stay
/// is looked at again the next time.
void RevocationSet::let_go() {
  while (true) {
    if (leaving_.empty()) {
      if (replaced_.empty()) return;
      leaving_.swap(replaced_);
      turned_ = false;
    }
    const unsigned side = side_.load();
    if (!turned_) {
      if (has_readers(1 - side)) return;
      side_.store(1 - side);
      turned_ = true;
      continue;
    }
    if (has_readers(1 - side)) return;
    leaving_.clear();
  }
}

std::size_t RevocationSet::bytes() const {
  std::size_t slots = owner_ ? owner_->count : 0;
  for (const auto* tables : {&replaced_, &leaving_})
    for (const auto& table : *tables) slots += table->count;
  return slots * sizeof(Slot);
}

}  // namespace drawbridge
