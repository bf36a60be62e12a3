#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "drawbridge/uuid.h"

namespace drawbridge::http {

/// How much of the work that waits for the database is whose, so that no user fills the queue alone and has
/// others refused for it. Any thread may call.
class UserShares {
  struct Taken;

 public:
  /// A place in the queue, given back when it ends, which may be after the shares have ended.
  class Place {
   public:
    Place(std::shared_ptr<Taken> taken, const Uuid& user) : taken_{std::move(taken)}, user_{user} {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      std::swap(taken_, other.taken_);
      std::swap(user_, other.user_);
      return *this;
    }
    ~Place();

   private:
    std::shared_ptr<Taken> taken_;
    Uuid user_;
  };

  explicit UserShares(std::size_t places_for_each);

  /// Nothing when the user has all the places that one user gets.
  std::optional<Place> take(const Uuid& user);

 private:
  std::size_t places_for_each_;
  std::shared_ptr<Taken> taken_;
};

}  // namespace drawbridge::http
