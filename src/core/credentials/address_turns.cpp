#include "core/credentials/address_turns.h"

namespace drawbridge {

void AddressTurns::add(Number address, Number order, const Credential& credential) {
  by_address_[address].emplace(order, credential);
}

void AddressTurns::remove(Number address, Number order) {
  const auto found = by_address_.find(address);
  if (found == by_address_.end()) return;
  found->second.erase(order);
  if (found->second.empty()) by_address_.erase(found);
}

AddressTurns::Credential AddressTurns::take_turn() {
  auto next = by_address_.upper_bound(last_);
  if (next == by_address_.end()) next = by_address_.begin();
  last_ = next->first;
  return next->second.begin()->second;
}

std::size_t AddressTurns::of(Number address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? 0 : found->second.size();
}

}  // namespace drawbridge
