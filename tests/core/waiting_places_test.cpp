// Whose kid is waited for when there are more kids than places.

#include "core/keys/waiting_places.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

constexpr std::size_t capacity = 8;

constexpr KidDigest kid(std::uint8_t number, std::uint8_t group = 0) {
  return {group, number};
}
constexpr Asker stranger(std::uint64_t address) {
  return {.address = address, .subject = 0, .subject_was_verified = false};
}
constexpr Asker user(std::uint64_t subject, std::uint64_t address) {
  return {.address = address, .subject = subject, .subject_was_verified = true};
}

bool admits(WaitingPlaces& places, const KidDigest& digest, const Asker& asker) {
  return std::holds_alternative<WaitingPlaces::Admitted>(places.enter(digest, asker));
}

std::optional<KidDigest> displaced_by(WaitingPlaces& places, const KidDigest& digest, const Asker& asker) {
  const auto answer = places.enter(digest, asker);
  const auto* admitted = std::get_if<WaitingPlaces::Admitted>(&answer);
  EXPECT_NE(admitted, nullptr);
  return admitted != nullptr ? admitted->displaced : std::nullopt;
}

/// All taken by strangers, from one address.
WaitingPlaces full(const Asker& asker) {
  WaitingPlaces places{capacity};
  for (std::uint8_t i = 0; i < capacity; ++i) EXPECT_TRUE(admits(places, kid(i), asker));
  return places;
}

TEST(WaitingPlaces, AreForEverybodyWhileThereIsRoom) {
  WaitingPlaces places = full(stranger(1));
  EXPECT_EQ(places.size(), capacity);
  EXPECT_FALSE(admits(places, kid(99), stranger(1)));
  EXPECT_TRUE(admits(places, kid(3), stranger(1))) << "a kid that has a place keeps it for all";
  EXPECT_EQ(places.size(), capacity);
  places.leave(kid(3));
  EXPECT_TRUE(admits(places, kid(99), stranger(1)));
  places.leave(kid(3));
  EXPECT_EQ(places.size(), capacity) << "to leave twice takes nothing from anybody";
}

TEST(WaitingPlaces, OfAStrangerGoToAUserVerifiedLately) {
  WaitingPlaces places = full(stranger(1));
  EXPECT_EQ(displaced_by(places, kid(99), user(7, 1)), kid(capacity - 1)) << "the latest";
  EXPECT_FALSE(admits(places, kid(98), stranger(1)));
  EXPECT_TRUE(admits(places, kid(99), stranger(1))) << "who asks for the same key shares the place";
}

TEST(WaitingPlaces, ArePreferredOncePerUserAndAddress) {
  WaitingPlaces places = full(stranger(1));
  EXPECT_TRUE(admits(places, kid(90), user(7, 1)));
  EXPECT_FALSE(admits(places, kid(91), user(7, 1)))
      << "who sends random kids in one user's name has one place";
  EXPECT_TRUE(admits(places, kid(92), user(7, 2))) << "of that name elsewhere";
  EXPECT_TRUE(admits(places, kid(93), user(8, 1))) << "another user behind the same address";
  places.leave(kid(90));
  EXPECT_TRUE(admits(places, kid(91), user(7, 1))) << "again, once that one is answered";
}

TEST(WaitingPlaces, ArePreferredFromWhenAUserAsksForThem) {
  WaitingPlaces places = full(stranger(1));
  EXPECT_TRUE(admits(places, kid(capacity - 1), user(7, 1))) << "joins";
  for (std::uint8_t i = 0; i < capacity - 1; ++i)
    EXPECT_NE(displaced_by(places, kid(i, 1), user(100 + i, 1)), kid(capacity - 1));
  EXPECT_TRUE(admits(places, kid(capacity - 1), stranger(1)));
}

TEST(WaitingPlaces, AreSharedEvenlyAmongAddresses) {
  WaitingPlaces places = full(stranger(1));
  for (std::uint8_t i = 0; i < capacity / 2; ++i)
    EXPECT_EQ(displaced_by(places, kid(i, 2), stranger(2)), kid(capacity - 1 - i))
        << "the latest of the other";
  EXPECT_FALSE(admits(places, kid(99, 2), stranger(2))) << "half each";
  EXPECT_FALSE(admits(places, kid(99, 1), stranger(1)));
  EXPECT_TRUE(admits(places, kid(99, 3), stranger(3)));
}

TEST(WaitingPlaces, OfUsersAreSharedEvenlyAmongAddressesToo) {
  WaitingPlaces places{capacity};
  for (std::uint8_t i = 0; i < capacity; ++i) ASSERT_TRUE(admits(places, kid(i), user(100 + i, 1)));
  EXPECT_FALSE(admits(places, kid(99), user(99, 1)));
  EXPECT_FALSE(admits(places, kid(99), stranger(2))) << "a stranger displaces no user";
  EXPECT_EQ(displaced_by(places, kid(99), user(99, 2)), kid(capacity - 1));
}

TEST(WaitingPlaces, CannotBeTakenFromAKidByHavingAskedForItFirst) {
  // Who holds a token of the new key asks for that key first, and then for many that nobody made.
  WaitingPlaces places{capacity};
  ASSERT_TRUE(admits(places, kid(0), stranger(1)));
  for (std::uint8_t i = 1; i < capacity; ++i) ASSERT_TRUE(admits(places, kid(i, 1), stranger(1)));
  ASSERT_TRUE(admits(places, kid(0), stranger(2))) << "another waits for the same key";
  for (std::uint8_t i = 0; i < capacity; ++i) {
    const auto answer = places.enter(kid(i, 3), stranger(3 + i));
    const auto* admitted = std::get_if<WaitingPlaces::Admitted>(&answer);
    if (admitted != nullptr) {
      EXPECT_NE(admitted->displaced, kid(0));
    }
  }
}

TEST(WaitingPlaces, AreAllGivenBack) {
  WaitingPlaces places{capacity};
  for (int turn = 0; turn < 50; ++turn) {
    for (std::uint8_t i = 0; i < 2 * capacity; ++i) {
      const auto address = static_cast<std::uint64_t>(turn * i % 5);
      (void)places.enter(kid(i), i % 3 == 0 ? user(i % 4, address) : stranger(address));
      ASSERT_LE(places.size(), capacity);
    }
    for (std::uint8_t i = 0; i < 2 * capacity; ++i) places.leave(kid(i));
    ASSERT_EQ(places.size(), 0);
  }
  WaitingPlaces again = full(stranger(1));
  EXPECT_TRUE(admits(again, kid(99), user(7, 1)));
}

}  // namespace
}  // namespace drawbridge
