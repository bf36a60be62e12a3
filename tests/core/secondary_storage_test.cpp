// What is asked of a Redis, and how its answers are read.

#include "core/credentials/secondary_storage.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

constexpr std::string_view record =
    R"({"session":{"id":"s","token":"t","userId":"u1","expiresAt":"2027-01-01T00:00:00.000Z"},)"
    R"("user":{"id":"u1"}})";

TEST(SecondaryStorage, NamesKeysAsBetterAuthDoes) {
  EXPECT_EQ(session_key("better-auth:", "t"), "better-auth:t");
  EXPECT_EQ(session_key("", "t"), "t");
  EXPECT_EQ(revocation_key("better-auth:", record), "better-auth:revoked-sessions-before-u1");
  EXPECT_EQ(revocation_key("", record), "revoked-sessions-before-u1");
  EXPECT_EQ(revocation_key("", R"({"session":{}})"), std::nullopt);
  EXPECT_EQ(revocation_key("", "no record"), std::nullopt);
}

TEST(SecondaryStorage, ReadsAMomentInMillisecondsAndNothingElse) {
  EXPECT_EQ(read_revocation("1764390000123"), Instant{std::chrono::milliseconds{1'764'390'000'123}});
  EXPECT_EQ(read_revocation("0"), Instant{});
  EXPECT_EQ(read_revocation("253402300799999"), Instant{std::chrono::milliseconds{253'402'300'799'999}});
  for (const std::string_view text :
       {"", "soon", "-1", "1764390000123.5", " 1764390000123", "1764390000123\n", "253402300800000"})
    EXPECT_EQ(read_revocation(text), std::nullopt) << text;
}

}  // namespace
}  // namespace drawbridge
