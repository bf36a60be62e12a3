#include "http/byte_budget.h"

namespace drawbridge::http {

struct ByteBudget::Taken {
  std::expected<void, Exceeded> room_for(const Uuid& user, std::size_t bytes, const Bounds& bounds) const {
    const auto found = of_users.find(user);
    const std::size_t held = found == of_users.end() ? 0 : found->second;
    if (held >= bounds.for_each_user) return std::unexpected{Exceeded::of_user};
    if (in_all < bounds.in_all) return {};
    if (held < bounds.little && bytes <= bounds.little - held && in_all < bounds.in_all + bounds.reserve)
      return {};
    return std::unexpected{Exceeded::in_all};
  }
  void add(const Uuid& user, std::size_t bytes) {
    if (bytes == 0) return;
    of_users[user] += bytes;
    in_all += bytes;
  }

  std::mutex mutex;
  std::map<Uuid, std::size_t> of_users;  ///< no entry is 0
  std::size_t in_all = 0;
};

ByteBudget::ByteBudget(Bounds bounds) : bounds_{bounds}, taken_{std::make_shared<Taken>()} {}

std::expected<void, ByteBudget::Exceeded> ByteBudget::room_for(const Uuid& user) const {
  const std::lock_guard lock{taken_->mutex};
  return taken_->room_for(user, 0, bounds_);
}

std::expected<ByteBudget::Charge, ByteBudget::Exceeded> ByteBudget::charge(const Uuid& user,
                                                                           std::size_t bytes) {
  const std::lock_guard lock{taken_->mutex};
  if (const auto room = taken_->room_for(user, bytes, bounds_); !room) return std::unexpected{room.error()};
  taken_->add(user, bytes);
  return Charge{taken_, user, bytes};
}

ByteBudget::Charge ByteBudget::charge_anyway(const Uuid& user, std::size_t bytes) {
  const std::lock_guard lock{taken_->mutex};
  taken_->add(user, bytes);
  return Charge{taken_, user, bytes};
}

std::size_t ByteBudget::held() const {
  const std::lock_guard lock{taken_->mutex};
  return taken_->in_all;
}

ByteBudget::Charge::~Charge() {
  if (!taken_ || bytes_ == 0) return;
  const std::lock_guard lock{taken_->mutex};
  taken_->in_all -= bytes_;
  const auto found = taken_->of_users.find(user_);
  if ((found->second -= bytes_) == 0) taken_->of_users.erase(found);
}

}  // namespace drawbridge::http
