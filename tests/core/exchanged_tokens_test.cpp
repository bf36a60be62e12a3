// Which token a credential was exchanged for, in invented time.

#include "core/credentials/exchanged_tokens.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr BootTime now{1h};

ExchangedTokens::Credential credential(std::uint8_t number) {
  return {number};
}

std::string found(const ExchangedTokens& tokens, std::uint8_t number, BootTime at = now) {
  const auto jwt = tokens.find(credential(number), at);
  return jwt ? *jwt : "none";
}

TEST(ExchangedTokens, ServesUntilItsTimeIsOver) {
  ExchangedTokens tokens{4};
  tokens.remember(credential(1), "one", now + 30s, now);
  EXPECT_EQ(found(tokens, 1), "one");
  EXPECT_EQ(found(tokens, 2), "none");
  EXPECT_EQ(found(tokens, 1, now + 30s - 1ms), "one");
  EXPECT_EQ(found(tokens, 1, now + 30s), "none");
}

TEST(ExchangedTokens, TheNewestOfACredentialCounts) {
  ExchangedTokens tokens{4};
  tokens.remember(credential(1), "old", now + 30s, now);
  tokens.remember(credential(1), "new", now + 60s, now);
  EXPECT_EQ(found(tokens, 1, now + 45s), "new");
  EXPECT_EQ(tokens.size(), 1U);
  tokens.forget(credential(1));
  tokens.forget(credential(2));
  EXPECT_EQ(found(tokens, 1), "none");
  EXPECT_EQ(tokens.size(), 0U);
}

TEST(ExchangedTokens, TheOldestGivesWay) {
  ExchangedTokens tokens{2};
  tokens.remember(credential(1), "one", now + 30s, now);
  tokens.remember(credential(2), "two", now + 30s, now);
  tokens.remember(credential(1), "one again", now + 30s, now);
  tokens.remember(credential(3), "three", now + 30s, now);
  EXPECT_EQ(found(tokens, 1), "one again");
  EXPECT_EQ(found(tokens, 2), "none");
  EXPECT_EQ(found(tokens, 3), "three");
  EXPECT_EQ(tokens.size(), 2U);
}

TEST(ExchangedTokens, WhatIsOverGoesWithTheNextOne) {
  ExchangedTokens tokens{8};
  for (std::uint8_t i = 1; i <= 3; ++i) tokens.remember(credential(i), "token", now + 30s, now);
  tokens.remember(credential(4), "token", now + 60s, now + 30s);
  EXPECT_EQ(tokens.size(), 1U);
}

TEST(ExchangedTokens, AllTogetherAreBounded) {
  ExchangedTokens tokens{1000};
  for (std::uint8_t i = 0; i < 65; ++i)
    tokens.remember(credential(i), std::string(ExchangedTokens::max_bytes / 64, 'x'), now + 30s, now);
  EXPECT_EQ(tokens.size(), 64U);
  EXPECT_EQ(found(tokens, 0), "none");
  tokens.remember(credential(99), std::string(ExchangedTokens::max_bytes + 1, 'x'), now + 30s, now);
  EXPECT_EQ(tokens.size(), 64U);
}

TEST(ExchangedTokens, ANewerOneIsNotForgottenForAnOlder) {
  ExchangedTokens tokens{8};
  tokens.remember(credential(1), "old", now + 30s, now);
  const auto old = tokens.find(credential(1), now);
  tokens.remember(credential(1), "new", now + 30s, now);
  tokens.forget(credential(1), old);
  EXPECT_EQ(found(tokens, 1), "new");
  tokens.forget(credential(1), tokens.find(credential(1), now));
  EXPECT_EQ(found(tokens, 1), "none");
}

TEST(ExchangedTokens, AMemoryOfNothingRemembersNothing) {
  ExchangedTokens tokens{0};
  tokens.remember(credential(1), "one", now + 30s, now);
  EXPECT_EQ(found(tokens, 1), "none");
  EXPECT_EQ(tokens.size(), 0U);
}

TEST(ExchangedTokens, WhatWasFoundOutlivesItsPlace) {
  ExchangedTokens tokens{1};
  tokens.remember(credential(1), "one", now + 30s, now);
  const auto jwt = tokens.find(credential(1), now);
  tokens.forget(credential(1));
  EXPECT_EQ(*jwt, "one");
}

}  // namespace
}  // namespace drawbridge
