#pragma once

#include <cstddef>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "drawbridge/uuid.h"

namespace drawbridge::http {

/// How many bytes are held for whom: bodies that are still read, and answers that are not yet sent. So no
/// user, and not all of them together, can fill the memory by sending or reading slowly. Any thread may call.
///
/// Who has not reached a bound may go beyond it by one piece, so that a piece larger than the bound passes.
/// Beyond the bound of all, a reserve is left for those who hold little: many users together do not shut out
/// the next one.
class ByteBudget {
  struct Taken;

 public:
  struct Bounds {
    std::size_t for_each_user;
    std::size_t in_all;
    std::size_t little = 0;   ///< What one user may hold of the reserve.
    std::size_t reserve = 0;  ///< Beyond `in_all`.
  };
  enum class Exceeded { of_user, in_all };

  /// Bytes that are held, given back when it ends, which may be after the budget has ended. For one thread at
  /// a time.
  class Charge {
   public:
    Charge(std::shared_ptr<Taken> taken, const Uuid& user, std::size_t bytes)
        : taken_{std::move(taken)}, user_{user}, bytes_{bytes} {}
    Charge(Charge&& other) noexcept
        : taken_{std::move(other.taken_)}, user_{other.user_}, bytes_{std::exchange(other.bytes_, 0)} {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(taken_, other.taken_);
      std::swap(user_, other.user_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Charge();

    std::size_t bytes() const { return bytes_; }

   private:
    std::shared_ptr<Taken> taken_;
    Uuid user_;
    std::size_t bytes_ = 0;
  };

  explicit ByteBudget(Bounds bounds);

  /// Whether the user may have more, be it little.
  std::expected<void, Exceeded> room_for(const Uuid& user) const;
  std::expected<Charge, Exceeded> charge(const Uuid& user, std::size_t bytes);
  /// For what cannot be refused any more.
  Charge charge_anyway(const Uuid& user, std::size_t bytes);

  std::size_t held() const;

 private:
  Bounds bounds_;
  std::shared_ptr<Taken> taken_;
};

}  // namespace drawbridge::http
