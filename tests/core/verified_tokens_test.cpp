// Remembered verdicts: a hit stands only as long as all that made the verdict still holds.

#include "core/keys/verified_tokens.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include <gtest/gtest.h>

#include "core/jose/sha256.h"
#include "tests/support/test_keys.h"

namespace {
thread_local std::size_t allocations = 0;
}

#if defined(__has_feature)
#define DRAWBRIDGE_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define DRAWBRIDGE_SANITIZED 0
#endif

#if DRAWBRIDGE_SANITIZED
// A sanitizer brings its own operator new, and tells of each malloc.
#include <sanitizer/allocator_interface.h>

namespace {
[[maybe_unused]] const int hooks = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++allocations; }, [](const volatile void*) {});
}  // namespace
#else
// For this whole test program: every form whose memory may end in another's hands, so that they agree. Not
// inline, where gcc would see one half of a pair beside the other's.
namespace {
void* counted(std::size_t size) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
#endif

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::TestKey;

constexpr TokenTime now{1'800'000'000s};
constexpr double now_seconds = 1'800'000'000;
constexpr std::chrono::seconds skew = 30s;
/// The least capacity there is: 16 shards of 8 slots.
constexpr std::size_t least = 128;

const TestKey& key() {
  static const TestKey key = TestKey::generate(Algorithm::eddsa, "key-1");
  return key;
}

const KeySet& keys() {
  static const KeySet keys = test::key_set_of({key().jwk()});
  return keys;
}

const std::string& good_token() {
  static const std::string token =
      key().token(R"({"exp":1800000900,"iss":"https://a.example","aud":"https://a.example","sub":"user-1"})");
  return token;
}

/// The verdict on good_token(), with other times if need be.
Verdict verdict(TokenTimes times = {now_seconds + 900, std::nullopt, std::nullopt}) {
  auto made = verify_token(good_token(), Policy{"https://a.example", "https://a.example"}, keys(), now);
  if (!made) throw std::runtime_error{made.error().error.detail};
  made->times = times;
  return *std::move(made);
}

TEST(VerifiedTokens, FindsWhatItWasTold) {
  VerifiedTokens tokens{least, skew};
  EXPECT_FALSE(tokens.find(good_token(), keys(), now));
  tokens.remember(good_token(), verdict(), now);
  const auto found = tokens.find(good_token(), keys(), now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->identity.subject(), "user-1");
  EXPECT_EQ(tokens.size(), 1U);
  EXPECT_FALSE(tokens.find(good_token(), keys(), now + 1h)) << "it has expired";
  EXPECT_EQ(tokens.lookups().hits, 1U);
  EXPECT_EQ(tokens.lookups().misses, 2U);
}

TEST(VerifiedTokens, FindsNoOtherToken) {
  VerifiedTokens tokens{least, skew};
  tokens.remember(good_token(), verdict(), now);
  EXPECT_FALSE(tokens.find("", keys(), now));
  EXPECT_FALSE(tokens.find(good_token() + "A", keys(), now));
  for (std::size_t i = 0; i < good_token().size(); ++i) {
    std::string other = good_token();
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(tokens.find(other, keys(), now)) << i;
    EXPECT_FALSE(tokens.find(std::string_view{good_token()}.substr(0, i), keys(), now)) << i;
  }
  EXPECT_TRUE(tokens.find(good_token(), keys(), now));
}

struct TimeCase {
  std::string name;
  TokenTimes times;
  TokenTime at;
  bool stands;
};

TEST(VerifiedTokens, ChecksTheTimesAtEachHit) {
  const double n = now_seconds;
  const TimeCase cases[] = {
      {"not expired", {n + 900, {}, {}}, now + 899s, true},
      {"expired within the skew", {n + 900, {}, {}}, now + 929s + 999ms, true},
      {"expired", {n + 900, {}, {}}, now + 930s, false},
      {"long expired", {n + 900, {}, {}}, now + 24h, false},
      {"nbf, when the clock is set back within the skew", {n + 900, n, {}}, now - 30s, true},
      {"nbf, when the clock is set back", {n + 900, n, {}}, now - 31s, false},
      {"iat, when the clock is set back within the skew", {n + 900, {}, n}, now - 30s, true},
      {"iat, when the clock is set back", {n + 900, {}, n}, now - 31s, false},
  };
  for (const TimeCase& each : cases) {
    SCOPED_TRACE(each.name);
    VerifiedTokens tokens{least, skew};
    tokens.remember("token", verdict(each.times), now);
    EXPECT_TRUE(tokens.find("token", keys(), now));
    EXPECT_EQ(tokens.find("token", keys(), each.at).has_value(), each.stands);
    EXPECT_EQ(tokens.size(), each.stands ? 1U : 0U) << "a verdict that stands no more is forgotten";
    EXPECT_EQ(tokens.find("token", keys(), now).has_value(), each.stands);
  }
}

TEST(VerifiedTokens, ChecksTheKeyAtEachHit) {
  const TestKey other = TestKey::generate(Algorithm::eddsa, "key-2");
  const TestKey same_kid = TestKey::generate(Algorithm::eddsa, "key-1");
  const struct {
    std::string name;
    KeySet set;
    bool stands;
  } cases[] = {
      {"the same set", keys(), true},
      {"the same key in a newer set", test::key_set_of({other.jwk(), key().jwk()}), true},
      {"the same key beside another kid", test::key_set_of({key().jwk(), other.jwk()}), true},
      {"the same key under another kid", test::key_set_of({'{' + key().material() + R"(,"kid":"renamed"})"}),
       false},
      {"the same key under its kid and another",
       test::key_set_of({key().jwk(), '{' + key().material() + R"(,"kid":"renamed"})"}), true},
      {"the kid listed twice", test::key_set_of({key().jwk(), same_kid.jwk()}), false},
      {"the same key listed twice", test::key_set_of({key().jwk(), key().jwk()}), false},
      {"the kid listed for a key of another kind too",
       test::key_set_of({TestKey::generate(Algorithm::es256, "key-1").jwk(), key().jwk()}), true},
      {"no key", KeySet{}, false},
      {"another key", test::key_set_of({other.jwk()}), false},
      {"the kid reused for another key", test::key_set_of({same_kid.jwk()}), false},
      {"the key for encryption only", test::key_set_of({key().jwk(R"(,"use":"enc")")}), false},
      {"the key for another algorithm",
       test::key_set_of({R"({"alg":"ES256",)" + key().material() + R"(,"kid":"key-1"})"}), false},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    VerifiedTokens tokens{least, skew};
    tokens.remember(good_token(), verdict(), now);
    EXPECT_EQ(tokens.find(good_token(), each.set, now).has_value(), each.stands);
    EXPECT_EQ(verify_token(good_token(), Policy{"https://a.example", "https://a.example"}, each.set, now)
                  .has_value(),
              each.stands)
        << "a fresh verification says the same";
    EXPECT_EQ(tokens.size(), each.stands ? 1U : 0U);
    EXPECT_EQ(tokens.find(good_token(), keys(), now).has_value(), each.stands)
        << "a dropped verdict came back";
  }
}

TEST(VerifiedTokens, TellsWhatWasRevoked) {
  VerifiedTokens tokens{least, skew};
  RevocationSet revoked;
  constexpr BootTime boot{1h};
  tokens.remember(good_token(), verdict(), now);
  const auto until = [&] {
    return tokens.find(good_token(), keys(), now, TokenType::jwt, &revoked)->revoked_until;
  };
  const auto add = [&](const std::string& user, std::int64_t before, BootTime end) {
    revoked.add(std::vector{Revocation{user_digest(user), before, end}}, boot);
  };
  EXPECT_FALSE(until());
  add("user-2", Revocation::whole, boot + 1h);
  EXPECT_FALSE(until());
  add("user-1", 0, boot + 1h);
  EXPECT_EQ(until(), boot + 1h) << "looked up again, as something was added";
  EXPECT_EQ(until(), boot + 1h);
  add("user-1", 0, boot + 2h);
  EXPECT_EQ(until(), boot + 2h);

  auto fresh = verdict();
  fresh.marks.made_at = 1'000;
  tokens.remember(good_token(), fresh, now);
  EXPECT_FALSE(until()) << "another verdict, made later";
  add("user-1", 999, boot + 2h);
  EXPECT_FALSE(until());
  add("user-1", 1'000, boot + 2h);
  EXPECT_EQ(until(), boot + 2h) << "an entry that grew counts as one that was added";
}

TEST(VerifiedTokens, TakesTheLatestVerdict) {
  VerifiedTokens tokens{least, skew};
  tokens.remember("token", verdict({now_seconds + 10, {}, {}}), now);
  tokens.remember("token", verdict({now_seconds + 900, {}, {}}), now);
  EXPECT_EQ(tokens.size(), 1U);
  EXPECT_TRUE(tokens.find("token", keys(), now + 800s));
}

TEST(VerifiedTokens, RemembersNoLargeToken) {
  const std::string largest(VerifiedTokens::max_remembered_size, 'x');
  VerifiedTokens tokens{least, skew};
  tokens.remember(largest, verdict(), now);
  EXPECT_TRUE(tokens.find(largest, keys(), now));
  tokens.remember(largest + 'x', verdict(), now);
  EXPECT_FALSE(tokens.find(largest + 'x', keys(), now));
  EXPECT_EQ(tokens.size(), 1U);
}

TEST(VerifiedTokens, NeverHoldsMoreThanItsCapacity) {
  const struct {
    std::size_t capacity;
    std::size_t bound;
  } cases[] = {{1, 128}, {127, 128}, {128, 128}, {129, 256}, {1000, 1024}};
  const Verdict good = verdict();
  for (const auto& [capacity, bound] : cases) {
    VerifiedTokens tokens{capacity, skew};
    for (std::size_t i = 0; i < 4 * bound; ++i) {
      tokens.remember("token " + std::to_string(i), good, now);
      EXPECT_TRUE(tokens.find("token " + std::to_string(i), keys(), now)) << "the newest has a place";
      EXPECT_LE(tokens.size(), std::min(bound, i + 1));
    }
    EXPECT_GT(tokens.size(), bound * 9 / 10) << "room is used";
  }
}

TEST(VerifiedTokens, RemembersNothingWithoutCapacity) {
  VerifiedTokens tokens{0, skew};
  tokens.remember(good_token(), verdict(), now);
  EXPECT_FALSE(tokens.find(good_token(), keys(), now));
  EXPECT_EQ(tokens.size(), 0U);
}

/// Texts that share the 8 slots of one shard in a cache of the least capacity: the digest's first 4 bits.
std::vector<std::string> neighbours(std::size_t count) {
  std::vector<std::string> found;
  for (int i = 0; found.size() < count; ++i) {
    std::string text = "neighbour " + std::to_string(i);
    if ((sha256(text)[0] & 0x0F) == 0) found.push_back(std::move(text));
  }
  return found;
}

TEST(VerifiedTokens, LetsTheOneNotSeenForLongestGo) {
  VerifiedTokens tokens{least, skew};
  const auto texts = neighbours(9);
  for (std::size_t i = 0; i < 8; ++i) tokens.remember(texts[i], verdict(), now);
  EXPECT_EQ(tokens.size(), 8U);
  EXPECT_TRUE(tokens.find(texts[0], keys(), now));
  tokens.remember(texts[8], verdict(), now);
  EXPECT_EQ(tokens.size(), 8U);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(tokens.find(texts[i], keys(), now).has_value(), i != 1) << i;
}

TEST(VerifiedTokens, LetsAnExpiredOneGoFirst) {
  VerifiedTokens tokens{least, skew};
  const auto texts = neighbours(9);
  for (std::size_t i = 0; i < 7; ++i) tokens.remember(texts[i], verdict(), now);
  tokens.remember(texts[7], verdict({now_seconds + 60, {}, {}}), now);
  EXPECT_TRUE(tokens.find(texts[7], keys(), now)) << "seen last of all";
  tokens.remember(texts[8], verdict(), now + 90s);
  EXPECT_EQ(tokens.size(), 8U);
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_EQ(tokens.find(texts[i], keys(), now + 90s).has_value(), i != 7) << i;
}

TEST(VerifiedTokens, MakesNoTextForNeighboursThatHaveExpired) {
  const auto texts = neighbours(9);
  const Verdict good = verdict();
  const auto allocations_beside = [&](TokenTimes times) {
    VerifiedTokens tokens{least, skew};
    for (std::size_t i = 0; i < 8; ++i) tokens.remember(texts[i], verdict(times), now);
    const std::size_t before = allocations;
    tokens.remember(texts[8], good, now + 1h);
    return allocations - before;
  };
  EXPECT_EQ(allocations_beside({now_seconds + 60, {}, {}}), allocations_beside({now_seconds + 7200, {}, {}}))
      << "that would be done while the shard is locked";
}

TEST(VerifiedTokens, AllocatesNothingForAHitBeyondTheDigest) {
  VerifiedTokens tokens{least, skew};
  const std::size_t before_remembering = allocations;
  tokens.remember(good_token(), verdict(), now);
  EXPECT_GT(allocations, before_remembering) << "the counter counts";

  const std::size_t before_digests = allocations;
  for (int i = 0; i < 100; ++i) EXPECT_NE(sha256(good_token())[0], sha256("")[0]);
  const std::size_t for_digests = (allocations - before_digests) / 2;
  int hits = 0;
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) hits += tokens.find(good_token(), keys(), now) ? 1 : 0;
  EXPECT_EQ(allocations - before, for_digests);
  EXPECT_EQ(hits, 100);
}

TEST(VerifiedTokens, ServesThreadsThatFillItAtTheSameTime) {
  VerifiedTokens tokens{least, skew};
  const Verdict good = verdict();
  const KeySet none;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3'000; ++i) {
        const std::string text = "token " + std::to_string((i * (t + 1)) % 300);
        tokens.remember(text, good, now);
        const auto found = tokens.find(text, keys(), now);
        if (found && found->identity.subject() != "user-1") ++wrong;
        if (i % 7 == 0 && tokens.find(text, none, now)) ++wrong;
        if (i % 100 == 0 && tokens.size() > least) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace drawbridge
