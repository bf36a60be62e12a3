#include "core/jose/ed25519/key_tables.h"

#include <algorithm>
#include <utility>

#include "core/jose/ed25519/libsodium.h"
#include "core/jose/key_selector.h"

namespace drawbridge::ed25519 {
namespace {

/// Sebastiano Vigna's SplitMix64.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

TablesStop& stop_of_process() {
  static TablesStop stop{false};
  return stop;
}

KeyTables::KeyTables(bool wanted, std::uint64_t seed, TablesStop& stop)
    : wanted_{wanted}, stop_{stop}, random_{seed} {}

bool KeyTables::verify(const Ed25519PublicKey& key, std::string_view message, std::string_view signature,
                       const KeySet& keys) {
  const Found found = is_on() ? find(key) : Found{};
  if (!found.check) {
    const bool good = verified_by_libsodium(key, message, signature);
    if (good && is_on()) accepted(key, message, signature, keys);
    return good;
  }
  const bool good = found.check->verify(message, signature);
  if (good && !found.is_asked) return true;
  if (good == verified_by_libsodium(key, message, signature)) return good;
  differed(good ? "tables accepted a signature that libsodium refuses"
                : "tables refused a signature that libsodium accepts");
  return false;
}

KeyTables::Found KeyTables::find(const Ed25519PublicKey& key) {
  const std::lock_guard lock{mutex_};
  const Place* const place = place_of(key);
  if (place == nullptr || !place->check) return {};
  return {place->check, next_random(random_) % asked_once_in == 0};
}

void KeyTables::accepted(const Ed25519PublicKey& key, std::string_view message, std::string_view signature,
                         const KeySet& keys) {
  const std::lock_guard lock{mutex_};
  Place* place = place_of(key);
  if (place == nullptr) place = new_place(key, keys);
  if (place == nullptr || ++place->accepted != tokens_before) return;
  to_make_.push_back({key, std::string{message}, std::string{signature}});
  note_work();
}

KeyTables::Place* KeyTables::place_of(const Ed25519PublicKey& key) {
  const auto place = std::ranges::find(places_, key, &Place::key);
  return place == places_.end() ? nullptr : &*place;
}

KeyTables::Place* KeyTables::new_place(const Ed25519PublicKey& key, const KeySet& keys) {
  auto free = std::ranges::find_if(places_, [](const Place& place) { return !place.key; });
  if (free == places_.end()) {
    if (without_place_++ % tokens_before != 0) return nullptr;  // the look takes as long as the set is long
    free = std::ranges::find_if(places_,
                                [&](const Place& place) { return !KeySelector::lists(keys, *place.key); });
    if (free == places_.end()) return nullptr;
  }
  *free = {key, 0, nullptr};
  return &*free;
}

std::optional<WantedCheck> KeyTables::take_wanted() {
  const std::lock_guard lock{mutex_};
  if (!is_on()) to_make_.clear();
  std::optional<WantedCheck> wanted;
  if (!to_make_.empty()) {
    wanted = std::move(to_make_.back());
    to_make_.pop_back();
  }
  note_work();
  return wanted;
}

void KeyTables::made(const Ed25519PublicKey& key, std::shared_ptr<const SignatureCheck> check) {
  if (!check || check->key() != key) return differed("a newly made table differs from libsodium");
  const std::lock_guard lock{mutex_};
  if (Place* const place = place_of(key)) place->check = std::move(check);
}

void KeyTables::put_off(const Ed25519PublicKey& key) {
  const std::lock_guard lock{mutex_};
  if (Place* const place = place_of(key)) place->accepted = 0;
}

void KeyTables::differed(std::string_view what) {
  stop_.store(true);
  const std::lock_guard lock{mutex_};
  ++faults_;
  fault_ =
      "EdDSA: " + std::string{what} +
      ". This process no longer uses tables, and a token that they judged was refused. The cause is a bug in "
      "Drawbridge or faulty memory in this machine: please report it, with version and processor.";
  note_work();
}

std::optional<std::string> KeyTables::take_fault() {
  const std::lock_guard lock{mutex_};
  std::string fault = std::exchange(fault_, {});
  note_work();
  return fault.empty() ? std::nullopt : std::optional{std::move(fault)};
}

EddsaTableStatus KeyTables::status() const {
  using enum EddsaTableStatus::State;
  const std::lock_guard lock{mutex_};
  if (!wanted_) return {};
  if (!is_on()) return {stopped, 0, faults_};
  return {on,
          static_cast<std::size_t>(
              std::ranges::count_if(places_, [](const Place& place) { return place.check != nullptr; })),
          faults_};
}

}  // namespace drawbridge::ed25519
