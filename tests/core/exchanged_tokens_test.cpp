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
  tokens.remember(credential(1), "one", now + 30s);
  EXPECT_EQ(found(tokens, 1), "one");
  EXPECT_EQ(found(tokens, 2), "none");
  EXPECT_EQ(found(tokens, 1, now + 30s - 1ms), "one");
  EXPECT_EQ(found(tokens, 1, now + 30s), "none");
}

TEST(ExchangedTokens, TheNewestOfACredentialCounts) {
  ExchangedTokens tokens{4};
  tokens.remember(credential(1), "old", now + 30s);
  tokens.remember(credential(1), "new", now + 60s);
  EXPECT_EQ(found(tokens, 1, now + 45s), "new");
  EXPECT_EQ(tokens.size(), 1U);
  tokens.forget(credential(1));
  tokens.forget(credential(2));
  EXPECT_EQ(found(tokens, 1), "none");
  EXPECT_EQ(tokens.size(), 0U);
}

TEST(ExchangedTokens, TheOldestGivesWay) {
  ExchangedTokens tokens{2};
  tokens.remember(credential(1), "one", now + 30s);
  tokens.remember(credential(2), "two", now + 30s);
  tokens.remember(credential(1), "one again", now + 30s);
  tokens.remember(credential(3), "three", now + 30s);
  EXPECT_EQ(found(tokens, 1), "one again");
  EXPECT_EQ(found(tokens, 2), "none");
  EXPECT_EQ(found(tokens, 3), "three");
  EXPECT_EQ(tokens.size(), 2U);
}

TEST(ExchangedTokens, AMemoryOfNothingRemembersNothing) {
  ExchangedTokens tokens{0};
  tokens.remember(credential(1), "one", now + 30s);
  EXPECT_EQ(found(tokens, 1), "none");
  EXPECT_EQ(tokens.size(), 0U);
}

TEST(ExchangedTokens, WhatWasFoundOutlivesItsPlace) {
  ExchangedTokens tokens{1};
  tokens.remember(credential(1), "one", now + 30s);
  const auto jwt = tokens.find(credential(1), now);
  tokens.forget(credential(1));
  EXPECT_EQ(*jwt, "one");
}

}  // namespace
}  // namespace drawbridge
