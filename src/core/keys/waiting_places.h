#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "core/keys/asker.h"

namespace drawbridge {

/// SHA-256 of a `kid`: no one can make two kids collide.
using KidDigest = std::array<std::uint8_t, 32>;

/// Which kids are waited for when there are more than places. A kid has one place, whoever and however many
/// wait for it. A place is *preferred* when somebody waits who names a user verified lately; since that is
/// only named, one user of one address prefers one place. While there is room everybody gets a place. Then
///
/// - a preferred kid takes the place of one that is not, and
/// - of kids that are equal in this, the address that has the most places gives its latest to one that has
/// fewer.
///
/// Pure; not for several threads at once. Each call costs the logarithm of the places.
class WaitingPlaces {
 public:
  explicit WaitingPlaces(std::size_t capacity) : capacity_{capacity} {}

  struct Refused {};
  struct Admitted {
    std::optional<KidDigest> displaced;  ///< has no place any more
  };
  using Answer = std::variant<Refused, Admitted>;

  /// A place for a kid, or for one more who waits for a kid that has one.
  Answer enter(const KidDigest& kid, const Asker& asker);
  /// Nobody waits for it any more. Without effect on a kid that has no place.
  void leave(const KidDigest& kid);

  std::size_t size() const { return places_.size(); }

 private:
  using Number = std::uint64_t;
  /// Who prefers: a user and an address.
  using Voice = std::pair<Number, Number>;

  struct Place {
    Number address;
    Number entered;  ///< a number that grows
    std::optional<Voice> preferred_by;
  };

  /// The places of one kind, preferred or not, by the address that they count for.
  class Shares {
   public:
    void add(Number address, Number entered, const KidDigest& kid);
    void remove(Number address, Number entered);
    std::size_t of(Number address) const;
    bool empty() const { return by_size_.empty(); }
    /// The latest place of the address that has the most, if that has more than `size`. Not of an empty one.
    std::optional<KidDigest> latest_of_largest_over(std::size_t size) const;

   private:
    std::map<Number, std::map<Number, KidDigest>> by_address_;
    std::set<std::pair<std::size_t, Number>> by_size_;
  };

  Shares& shares_of(const Place& place) { return place.preferred_by ? preferred_ : others_; }
  std::optional<Voice> free_voice(const Asker& asker) const;
  std::optional<KidDigest> gives_way_to(const Place& newcomer) const;
  void join(const KidDigest& kid, Place& place, const Asker& asker);
  void take(const KidDigest& kid, const Place& place);

  std::size_t capacity_;
  Number entered_ = 0;
  std::map<KidDigest, Place> places_;
  Shares preferred_;
  Shares others_;
  std::set<Voice> voices_;  ///< that prefer a place now
};

}  // namespace drawbridge
