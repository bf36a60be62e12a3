#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

namespace drawbridge {

/// Credentials in line. Each address has its turn, however many of its credentials wait; those of one address
/// go in their order. Pure; not for several threads at once.
class AddressTurns {
 public:
  using Credential = std::array<std::uint8_t, 32>;  ///< as of ExchangeQueue
  using Number = std::uint64_t;

  /// `order` grows from one credential to the next.
  void add(Number address, Number order, const Credential& credential);
  void remove(Number address, Number order);
  /// The next one, whose address has had its turn then. It stays in line until it is removed. Not of an empty
  /// line.
  Credential take_turn();

  std::size_t of(Number address) const;
  bool empty() const { return by_address_.empty(); }
  void clear() { by_address_.clear(); }

 private:
  std::map<Number, std::map<Number, Credential>> by_address_;  ///< none is empty
  Number last_ = 0;                                            ///< whose turn it was
};

}  // namespace drawbridge
