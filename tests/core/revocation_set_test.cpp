// What is revoked until when: by session, by user, and while threads look and one changes it.

#include "core/revocations/revocation_set.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/jose/base64url.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr BootTime now{1h};
constexpr std::int64_t made = 1'800'000'000'000;

RevocationMarks marks(const std::string& user, std::optional<std::string> session = std::nullopt,
                      std::int64_t made_at = made) {
  const auto id = session ? std::optional<std::string_view>{*session} : std::nullopt;
  return marks_of(user, id, {.is_there = true, .milliseconds = made_at}, std::nullopt);
}

Revocation session(const std::string& id, BootTime until = now + 1h) {
  return {.digest = session_digest(id), .until = until};
}
Revocation user(const std::string& id, std::int64_t before, BootTime until = now + 1h) {
  return {.digest = user_digest(id), .before = before, .until = until};
}

std::vector<Revocation> sessions(std::size_t first, std::size_t count, BootTime until = now + 1h) {
  std::vector<Revocation> all;
  for (std::size_t i = first; i < first + count; ++i) all.push_back(session("s" + std::to_string(i), until));
  return all;
}

bool add(RevocationSet& set, const std::vector<Revocation>& all, BootTime at = now) {
  return set.add(all, at);
}

std::string text_of(const RevocationDigest& digest) {
  return encode_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// Made with another tool: printf 'sid:abc' | openssl dgst -sha256 -binary | head -c16 | base64 | tr '+/' '-_'
TEST(RevocationDigests, AreTheFirstHalfOfSha256) {
  EXPECT_EQ(text_of(session_digest("abc")), "PrhMx_p6uNRnSEY-QUQomg");
  EXPECT_EQ(text_of(user_digest("abc")), "oMPqMdnxmY_JRejd6FaKgA");
  EXPECT_EQ(text_of(user_digest("")), "XSf5UAL_5DppC2vAovLlhQ");
}

TEST(RevocationMarks, SayWhenATokenWasMade) {
  using M = RevocationMarks;
  const struct {
    std::string name;
    FreshClaim fresh;
    std::optional<double> issued;
    std::int64_t made_at;
  } cases[] = {
      {"fresh", {true, 1'234}, 9.0, 1'234},
      {"fresh at 0", {true, 0}, 9.0, 0},
      {"fresh that is unclear", {true, std::nullopt}, 9.0, M::oldest},
      {"no fresh: a second before iat", {}, 1'800'000'000.0, 1'799'999'999'000},
      {"no fresh, iat with parts", {}, 1.0004, 1},
      {"neither", {}, std::nullopt, M::oldest},
  };
  for (const auto& each : cases)
    EXPECT_EQ(marks_of("u", std::nullopt, each.fresh, each.issued).made_at, each.made_at) << each.name;
}

TEST(RevocationSet, RevokesSessionsAndUsersAndNothingElse) {
  RevocationSet set;
  EXPECT_FALSE(set.revoked_until(marks("ada", "s1"))) << "empty";
  ASSERT_TRUE(add(set, {session("s1", now + 5min), user("bob", made, now + 6min), user("cid", made - 1)}));
  const struct {
    std::string name;
    RevocationMarks marks;
    std::optional<BootTime> until;
  } cases[] = {
      {"the session", marks("ada", "s1"), now + 5min},
      {"the session, whenever the token was made", marks("ada", "s1", made + 1'000'000), now + 5min},
      {"another session of that user", marks("ada", "s2"), {}},
      {"a token without a session", marks("ada"), {}},
      {"the user, made in that very millisecond", marks("bob", "s3"), now + 6min},
      {"the user, a millisecond later", marks("bob", "s3", made + 1), {}},
      {"the user, of unknown age", marks("bob", "s3", RevocationMarks::oldest), now + 6min},
      {"made after the change", marks("cid"), {}},
      {"session and user: the longer one", marks("bob", "s1"), now + 6min},
      {"a user whose id is the session's", marks("s1"), {}},
      {"a session whose id is the user's", marks("ada", "bob"), {}},
  };
  for (const auto& each : cases) EXPECT_EQ(set.revoked_until(each.marks), each.until) << each.name;
}

TEST(RevocationSet, TakesNothingBack) {
  RevocationSet set;
  add(set, {session("s1", now + 10min), user("bob", made, now + 10min)});
  add(set, {session("s1", now + 1min), user("bob", made - 5, now + 1min)});
  EXPECT_EQ(set.revoked_until(marks("ada", "s1")), now + 10min) << "not shortened";
  EXPECT_EQ(set.revoked_until(marks("bob")), now + 10min) << "nor taken back";
  add(set, {session("s1", now + 20min), user("bob", made + 5, now + 20min)});
  EXPECT_EQ(set.revoked_until(marks("ada", "s1")), now + 20min);
  EXPECT_EQ(set.revoked_until(marks("bob", {}, made + 5)), now + 20min);
  EXPECT_EQ(set.size(), 2U) << "one entry each, however often it comes";
}

TEST(RevocationSet, LetsGoOfWhatIsOverAndOfNothingElse) {
  RevocationSet set;
  add(set, sessions(0, 1'000, now + 1min));
  add(set, sessions(1'000, 10, now + 1h));
  const std::size_t full = set.bytes();
  set.tidy(now + 1min - 1ms);
  EXPECT_EQ(set.size(), 1'010U);
  set.tidy(now + 3min);
  EXPECT_EQ(set.size(), 10U);
  EXPECT_LT(set.bytes(), full / 10);
  for (int i = 1'000; i < 1'010; ++i)
    EXPECT_EQ(set.revoked_until(marks("ada", "s" + std::to_string(i))), now + 1h) << i;
}

TEST(RevocationSet, AddsWhatFitsAndSaysThatSomeDoesNot) {
  RevocationSet set{100};
  EXPECT_TRUE(add(set, sessions(0, 90, now + 1min)));
  EXPECT_FALSE(add(set, sessions(90, 20)));
  EXPECT_EQ(set.size(), 100U);
  EXPECT_TRUE(add(set, {session("s1", now + 2h)})) << "what is known grows";
  EXPECT_EQ(set.revoked_until(marks("ada", "s1")), now + 2h);
  set.tidy(now + 2min);
  EXPECT_TRUE(add(set, sessions(90, 20), now + 2min)) << "once others are over";
  EXPECT_EQ(set.revoked_until(marks("ada", "s109")), now + 1h);
}

/// As good as SHA-256 here, and faster.
RevocationDigest numbered(std::uint64_t number) {
  RevocationDigest digest{};
  for (const std::size_t offset : {0UL, 8UL}) {
    std::uint64_t mixed = (number + offset) * 0x9E37'79B9'7F4A'7C15U;
    mixed = (mixed ^ (mixed >> 32U)) * 0xD6E8'FEB8'6659'FD93U;
    mixed ^= mixed >> 32U;
    std::memcpy(digest.data() + offset, &mixed, sizeof mixed);
  }
  return digest;
}

TEST(RevocationSet, FindsEachOfManyInUpToHundredBytes) {
  constexpr std::uint64_t page = 5'000;
  const auto finds = [](const RevocationSet& set, std::uint64_t number) {
    return set.revoked_until({.session = numbered(number), .user = {}}).has_value();
  };
  for (const std::uint64_t count : {1'000UL, 100'000UL}) {
    RevocationSet set;
    for (std::uint64_t done = 0; done < count; done += page) {
      std::vector<Revocation> some;
      for (std::uint64_t i = done; i < std::min(count, done + page); ++i)
        some.push_back({.digest = numbered(i), .until = now + 1h});
      EXPECT_TRUE(add(set, some));
    }
    EXPECT_EQ(set.size(), count);
    EXPECT_LE(set.bytes(), count * 100);
    std::uint64_t found = 0;
    for (std::uint64_t i = 0; i < 2 * count; ++i) found += finds(set, i) ? 1 : 0;
    EXPECT_EQ(found, count) << "those, and no others";
  }
}

/// All readers look for entries that are there throughout, and for some that never are, while the table is
/// replaced again and again.
TEST(RevocationSet, ServesThreadsWhileItChanges) {
  RevocationSet set;
  add(set, sessions(0, 50, now + 24h));
  add(set, {user("bob", made, now + 24h)});
  std::atomic<bool> ends{false};
  std::atomic<int> wrong{0};
  std::atomic<int> started{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      ++started;
      for (std::size_t i = static_cast<std::size_t>(reader); !ends; ++i) {
        if (!set.revoked_until(marks("ada", "s" + std::to_string(i % 50)))) ++wrong;
        if (!set.revoked_until(marks("bob", "t"))) ++wrong;
        if (set.revoked_until(marks("bob", "t", made + 1'000'000))) ++wrong;
      }
    });
  while (started < 3) std::this_thread::yield();
  BootTime at = now;
  for (std::size_t round = 0; round < 60; ++round) {
    add(set, sessions(1'000 + 100 * round, 100, at + 2min), at);
    at += 1min;
    set.tidy(at);
  }
  ends = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  set.tidy(at + 3min);
  EXPECT_EQ(set.size(), 51U);
  EXPECT_LE(set.bytes(), 51 * 100) << "nothing that was replaced is kept";
}

}  // namespace
}  // namespace drawbridge
