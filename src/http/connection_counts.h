#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "http/client_address.h"

namespace drawbridge::http {

/// How many connections there are in all, and how many requests or connections of each address. Any thread
/// may call.
class ConnectionCounts {
  struct Taken;

 public:
  struct Caps {
    std::size_t in_all;
    std::size_t for_each_address;  ///< 0: none
  };

  /// One of them, given back when it ends.
  class Place {
   public:
    /// Of an address, or of all where there is none.
    Place(std::shared_ptr<Taken> taken, std::optional<Address> address)
        : taken_{std::move(taken)}, address_{std::move(address)} {}
    Place(Place&&) noexcept = default;
    Place& operator=(Place&& other) noexcept {
      std::swap(taken_, other.taken_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Place();

   private:
    std::shared_ptr<Taken> taken_;
    std::optional<Address> address_;
  };

  explicit ConnectionCounts(Caps caps);

  /// For a connection that has come. Beyond the cap, another one must go.
  Place add();
  bool is_beyond_cap() const;
  std::size_t in_all() const;

  /// Nothing when that address has as many as one gets.
  std::optional<Place> take_of(const Address& address);

 private:
  Caps caps_;
  std::shared_ptr<Taken> taken_;
};

}  // namespace drawbridge::http
