#include "http/user_shares.h"

namespace drawbridge::http {

struct UserShares::Taken {
  std::mutex mutex;
  std::map<Uuid, std::size_t> places;  ///< no entry is 0
};

UserShares::UserShares(std::size_t places_for_each)
    : places_for_each_{places_for_each}, taken_{std::make_shared<Taken>()} {}

std::optional<UserShares::Place> UserShares::take(const Uuid& user) {
  {
    const std::lock_guard lock{taken_->mutex};
    auto& places = taken_->places[user];
    if (places >= places_for_each_) return std::nullopt;
    ++places;
  }
  return std::optional<Place>{std::in_place, taken_, user};
}

UserShares::Place::~Place() {
  if (!taken_) return;
  const std::lock_guard lock{taken_->mutex};
  const auto found = taken_->places.find(user_);
  if (--found->second == 0) taken_->places.erase(found);
}

}  // namespace drawbridge::http
