#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/keys/boot_clock.h"
#include "core/revocations/marks.h"

namespace drawbridge {

/// One session that ended, or one user of whom tokens say something that has changed.
struct Revocation {
  static constexpr std::int64_t whole = std::numeric_limits<std::int64_t>::max();

  RevocationDigest digest;
  std::int64_t before = whole;  ///< for a user: the tokens made until then; RevocationMarks::made_at
  BootTime until;               ///< exclusive: no such token is good any more then
};

/// What is revoked until when. Any number of threads may look, without a lock and while one thread changes
/// it; a look takes at most two searches of a hash table. It costs 43 to 85 bytes for each entry, and
/// nothing when it is empty.
///
/// An entry is never taken back: it can come to hold for longer, and it is let go of when its time is over.
class RevocationSet {
 public:
  /// Beyond this many a set is full.
  static constexpr std::size_t usual_capacity = 1'000'000;

  explicit RevocationSet(std::size_t capacity = usual_capacity);
  ~RevocationSet();
  RevocationSet(const RevocationSet&) = delete;
  RevocationSet& operator=(const RevocationSet&) = delete;

  /// Until when a token of these marks is revoked, which may be over; nothing when it is not. Allocates
  /// nothing.
  std::optional<BootTime> revoked_until(const RevocationMarks& marks) const;

  /// A number that is another one once anything was added: a token that was not revoked at one is not revoked
  /// while it stays. Read it before the token is looked up. Never 0.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // For one thread at a time:

  /// Adds them, or what they have beyond what is known. False when there are too many: then some are missing.
  /// Throws std::bad_alloc; then nothing has changed, or some were added.
  bool add(std::span<const Revocation> revocations, BootTime now);
  /// Gives back the memory of what is over, now and then. Call it every few seconds.
  void tidy(BootTime now);

  /// How many it holds; some may be over.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  std::size_t capacity() const { return capacity_; }
  /// The bytes of its tables.
  std::size_t bytes() const;

 private:
  struct Slot;
  struct Table;
  class Reading;

  /// Readers of tables, counted apart so that they do not meet. Which of the two counts a reader takes
  /// changes when tables are let go of.
  struct alignas(64) Readers {
    std::array<std::atomic<std::uint32_t>, 2> count{};
  };
  static constexpr std::size_t stripes = 32;

  static const Slot* slot_of(const Table& table, const RevocationDigest& digest);
  enum class Change : std::uint8_t { none, grown, made };
  /// `grown`: it ends more tokens than before.
  static Change put(Table& table, const Revocation& revocation);
  void rebuild(std::size_t more, BootTime now);
  void let_go();
  bool has_readers(unsigned side) const;
  std::size_t live_at(BootTime now) const;

  const std::size_t capacity_;
  std::atomic<std::uint64_t> version_{1};
  std::atomic<std::size_t> size_{0};
  std::atomic<Table*> table_{nullptr};
  std::atomic<unsigned> side_{0};
  mutable std::array<Readers, stripes> readers_{};

  // The changing thread's own:
  std::unique_ptr<Table> owner_;
  std::vector<std::unique_ptr<Table>> replaced_;  ///< that somebody may still read
  std::vector<std::unique_ptr<Table>> leaving_;   ///< the same, while it is waited for
  bool turned_ = false;                           ///< of `leaving_`: whether the side has changed
  BootTime tidied_{};
};

}  // namespace drawbridge
