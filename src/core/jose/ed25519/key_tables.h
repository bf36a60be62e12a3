#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "drawbridge/eddsa_tables.h"
#include "drawbridge/key_set.h"

#include "core/jose/ed25519/signature_check.h"

namespace drawbridge::ed25519 {

/// Whether the tables of a process are stopped: one for all verifiers, and for good.
using TablesStop = std::atomic<bool>;
TablesStop& stop_of_process();

/// Decides which keys get tables, and never takes the word of tables alone for a refusal. A key gets tables
/// after `tokens_before` tokens that libsodium accepted, for at most `max_keys` keys; one that is listed no
/// more makes room. Making them takes milliseconds, so that is left to a thread that no request waits for:
///
///     if (tables.has_work())              // whoever verified
///       …wake the thread…
///     while (auto wanted = tables.take_wanted()) tables.made(wanted->key, make_check(*wanted));
///     if (auto fault = tables.take_fault()) …log it…
///
/// Any number of threads may use one.
class KeyTables {
 public:
  static constexpr std::size_t max_keys = 32;
  static constexpr std::uint32_t tokens_before = 64;
  static constexpr std::uint64_t asked_once_in = 1'024;

  /// `seed` decides which acceptances libsodium is asked about. Without `wanted` there are never any
  /// tables; so give false where has_tables() is.
  KeyTables(bool wanted, std::uint64_t seed, TablesStop& stop = stop_of_process());

  /// libsodium's verdict. Where the tables' is another the answer is no, and they are stopped. `keys` are
  /// those that are listed now.
  bool verify(const Ed25519PublicKey& key, std::string_view message, std::string_view signature,
              const KeySet& keys);

  /// Whether take_wanted() or take_fault() has something. Cheap.
  bool has_work() const { return has_work_.load(std::memory_order_relaxed); }
  std::optional<WantedCheck> take_wanted();
  /// What came of it; null is a fault.
  void made(const Ed25519PublicKey& key, std::shared_ptr<const SignatureCheck> check);
  /// It could not be tried for want of memory: as many tokens later it is wanted again.
  void put_off(const Ed25519PublicKey& key);
  /// One line for the log, once for each fault.
  std::optional<std::string> take_fault();

  EddsaTableStatus status() const;

 private:
  struct Place {
    std::optional<Ed25519PublicKey> key;
    std::uint32_t accepted = 0;  ///< by libsodium
    std::shared_ptr<const SignatureCheck> check;
  };
  struct Found {
    std::shared_ptr<const SignatureCheck> check;
    bool is_asked = false;  ///< whether libsodium is asked about an acceptance, too
  };

  bool is_on() const { return wanted_ && !stop_.load(std::memory_order_relaxed); }
  Found find(const Ed25519PublicKey& key);
  void accepted(const Ed25519PublicKey& key, std::string_view message, std::string_view signature,
                const KeySet& keys);
  void differed(std::string_view what);

  // With mutex_ held:
  void note_work() { has_work_.store(!to_make_.empty() || !fault_.empty(), std::memory_order_relaxed); }
  Place* place_of(const Ed25519PublicKey& key);
  Place* new_place(const Ed25519PublicKey& key, const KeySet& keys);

  const bool wanted_;
  TablesStop& stop_;
  std::atomic<bool> has_work_{false};
  mutable std::mutex mutex_;  ///< guards all that follows
  std::array<Place, max_keys> places_;
  std::vector<WantedCheck> to_make_;
  std::string fault_;
  std::uint64_t faults_ = 0;
  std::uint64_t random_;
  std::uint32_t without_place_ = 0;
};

}  // namespace drawbridge::ed25519
