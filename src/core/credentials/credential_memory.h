#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <map>
#include <utility>

namespace drawbridge {

/// What was learned of credentials. Bounded: where a new one finds no place, the one goes of which something
/// was learned the longest ago. Not for several threads at once.
template <typename Value>
class CredentialMemory {
 public:
  using Credential = std::array<std::uint8_t, 32>;  ///< as of ExchangeQueue

  explicit CredentialMemory(std::size_t capacity) : capacity_{capacity} {}

  /// Null where nothing is known.
  const Value* find(const Credential& credential) const {
    const auto known = entries_.find(credential);
    return known == entries_.end() ? nullptr : &known->second.value;
  }

  /// In place of what was known of it.
  void put(const Credential& credential, Value value) {
    if (const auto known = entries_.find(credential); known != entries_.end()) {
      known->second.value = std::move(value);
      order_.splice(order_.end(), order_, known->second.place);
      return;
    }
    if (entries_.size() >= capacity_) erase(Credential{order_.front()});
    order_.push_back(credential);
    try {
      entries_.emplace(credential, Entry{std::move(value), std::prev(order_.end())});
    } catch (...) {
      order_.pop_back();
      throw;
    }
  }

  void erase(const Credential& credential) {
    const auto known = entries_.find(credential);
    if (known == entries_.end()) return;
    order_.erase(known->second.place);
    entries_.erase(known);
  }

 private:
  struct Entry {
    Value value;
    std::list<Credential>::iterator place;
  };

  std::size_t capacity_;
  std::map<Credential, Entry> entries_;
  std::list<Credential> order_;  ///< what was learned last is at the end
};

}  // namespace drawbridge
