#include "http/connection_counts.h"

#include <limits>

namespace drawbridge::http {

struct ConnectionCounts::Taken {
  mutable std::mutex mutex;
  std::size_t in_all = 0;
  std::map<Address, std::size_t> of_addresses;  ///< no entry is 0
};

ConnectionCounts::ConnectionCounts(Caps caps) : caps_{caps}, taken_{std::make_shared<Taken>()} {}

ConnectionCounts::Place ConnectionCounts::add() {
  const std::lock_guard lock{taken_->mutex};
  ++taken_->in_all;
  return Place{taken_, std::nullopt};
}

bool ConnectionCounts::is_beyond_cap() const {
  return in_all() > caps_.in_all;
}

std::size_t ConnectionCounts::in_all() const {
  const std::lock_guard lock{taken_->mutex};
  return taken_->in_all;
}

std::optional<ConnectionCounts::Place> ConnectionCounts::take_of(const Address& address) {
  const auto limited = limited_address(address);
  const std::lock_guard lock{taken_->mutex};
  auto& count = taken_->of_addresses[limited];
  if (caps_.for_each_address != 0 && count >= caps_.for_each_address) return std::nullopt;
  ++count;
  return std::optional<Place>{std::in_place, taken_, limited};
}

ConnectionCounts::Place::~Place() {
  if (!taken_) return;
  const std::lock_guard lock{taken_->mutex};
  if (!address_) {
    --taken_->in_all;
    return;
  }
  const auto found = taken_->of_addresses.find(*address_);
  if (--found->second == 0) taken_->of_addresses.erase(found);
}

}  // namespace drawbridge::http
