#include "core/keys/waiting_places.h"

namespace drawbridge {

void WaitingPlaces::Shares::add(Number address, Number entered, const KidDigest& kid) {
  auto& places = by_address_[address];
  if (!places.empty()) by_size_.erase({places.size(), address});
  places.emplace(entered, kid);
  by_size_.emplace(places.size(), address);
}

void WaitingPlaces::Shares::remove(Number address, Number entered) {
  const auto found = by_address_.find(address);
  auto& places = found->second;
  by_size_.erase({places.size(), address});
  places.erase(entered);
  if (places.empty())
    by_address_.erase(found);
  else
    by_size_.emplace(places.size(), address);
}

std::size_t WaitingPlaces::Shares::of(Number address) const {
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? 0 : found->second.size();
}

std::optional<KidDigest> WaitingPlaces::Shares::latest_of_largest_over(std::size_t size) const {
  if (by_size_.empty() || by_size_.rbegin()->first <= size) return std::nullopt;
  return by_address_.at(by_size_.rbegin()->second).rbegin()->second;
}

WaitingPlaces::Answer WaitingPlaces::enter(const KidDigest& kid, const Asker& asker) {
  if (const auto known = places_.find(kid); known != places_.end()) {
    join(kid, known->second, asker);
    return Admitted{};
  }
  const Place place{asker.address, ++entered_, free_voice(asker)};
  if (places_.size() < capacity_) {
    take(kid, place);
    return Admitted{};
  }
  const auto displaced = gives_way_to(place);
  if (!displaced) return Refused{};
  leave(*displaced);
  take(kid, place);
  return Admitted{displaced};
}

std::optional<WaitingPlaces::Voice> WaitingPlaces::free_voice(const Asker& asker) const {
  const Voice voice{asker.subject, asker.address};
  return asker.subject_was_verified && !voices_.contains(voice) ? std::optional{voice} : std::nullopt;
}

std::optional<KidDigest> WaitingPlaces::gives_way_to(const Place& newcomer) const {
  if (newcomer.preferred_by && !others_.empty()) return others_.latest_of_largest_over(0);
  // More than one more: otherwise two addresses would take the same place from each other without end.
  const Shares& shares = newcomer.preferred_by ? preferred_ : others_;
  return shares.latest_of_largest_over(shares.of(newcomer.address) + 1);
}

/// The place counts for whichever of those who wait makes it the safest: who asked first, from an address
/// that has many, must not be able to have it taken from the others.
void WaitingPlaces::join(const KidDigest& kid, Place& place, const Asker& asker) {
  const auto voice = place.preferred_by ? std::nullopt : free_voice(asker);
  const Shares& shares = voice ? preferred_ : shares_of(place);
  const bool fewer = shares.of(asker.address) + 1 < shares.of(place.address);
  if (!voice && !fewer) return;
  shares_of(place).remove(place.address, place.entered);
  place.address = asker.address;
  if (voice) {
    place.preferred_by = voice;
    voices_.insert(*voice);
  }
  shares_of(place).add(place.address, place.entered, kid);
}

void WaitingPlaces::take(const KidDigest& kid, const Place& place) {
  Place& taken = places_.emplace(kid, place).first->second;
  shares_of(taken).add(taken.address, taken.entered, kid);
  if (taken.preferred_by) voices_.insert(*taken.preferred_by);
}

void WaitingPlaces::leave(const KidDigest& kid) {
  const auto found = places_.find(kid);
  if (found == places_.end()) return;
  const Place& place = found->second;
  shares_of(place).remove(place.address, place.entered);
  if (place.preferred_by) voices_.erase(*place.preferred_by);
  places_.erase(found);
}

}  // namespace drawbridge
