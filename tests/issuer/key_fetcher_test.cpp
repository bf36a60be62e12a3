// Who waits for a key is let go in time, whatever a handler of events does and however the verifier ends.

#include <semaphore>

#include <gtest/gtest.h>

#include "drawbridge/remote_verifier.h"

#include "tests/issuer/issuer.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::eventually;
using test::key_named;
using test::MisbehavingServer;
using test::policy;
using test::said_of;
using test::set_of;
using test::source_of;
using test::TestKey;
using test::token_of;

TEST(KeyFetcher, TokensOfANewKeyWithoutNumberAreAllGood) {
  const TestKey old_key = key_named("old");
  const TestKey new_key = key_named("new");
  MisbehavingServer server;
  server.answer(set_of({old_key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  ASSERT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");
  server.answer(set_of({old_key, new_key}));
  const std::string token = token_of(new_key);
  std::atomic<int> good{0};
  std::atomic<int> refused{0};
  const auto count = [&](const RemoteVerifier::Result& result) { ++(result ? good : refused); };
  for (int i = 0; i < 2'000; ++i)
    if (const auto answer = verifier.verify_async(token, count)) count(*answer);
  EXPECT_TRUE(eventually([&] { return good + refused == 2'000; }));
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(server.request_count(), 2U);
}

TEST(KeyFetcher, AHandlerThatStandsStillDelaysNeitherTheNextFetchNorWhoWaits) {
  const TestKey first = key_named("first");
  const TestKey second = key_named("second");
  MisbehavingServer server;
  server.answer(set_of({first}));
  KeySource source = source_of(server);
  std::binary_semaphore in_it{0};
  std::binary_semaphore may_end{0};
  std::atomic<int> events{0};
  source.on_event = [&](const KeySource::Event&) {
    if (events++ > 0) return;
    in_it.release();
    EXPECT_TRUE(may_end.try_acquire_for(15s)) << "the test waited for the handler";
  };
  RemoteVerifier verifier{policy(), source};
  in_it.acquire();
  server.answer(set_of({first, second}));
  EXPECT_EQ(said_of(verifier.verify(token_of(second))), "user of second");
  server.answer(Answer{"", Answer::Then::say_nothing});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(said_of(verifier.verify(token_of(key_named("third")))), "keys_unavailable");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  EXPECT_EQ(events, 1);
  may_end.release();
  EXPECT_TRUE(eventually([&] { return events >= 2; })) << "and what it missed is told";
}

TEST(KeyFetcher, WhatAnAnswerHoldsEndsAtOnceAndWithoutALock) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  std::atomic<bool> ended{false};
  {
    // As Python's objects do, which want Python's lock; who has that may want the verifier's.
    const auto held = std::shared_ptr<int>{new int{0}, [&](const int* number) {
                                             EXPECT_LE(verifier.key_status().usable_keys, 1U);
                                             ended = true;
                                             delete number;
                                           }};
    const auto answer =
        verifier.verify_async(token_of(key_named("other")), [held](const RemoteVerifier::Result&) {});
    ASSERT_FALSE(answer);
  }
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
}

TEST(KeyFetcher, WhoIsToldAtItsEndMayAskAgainAndIsRefusedAtOnce) {
  MisbehavingServer server;
  server.answer(Answer{"", Answer::Then::say_nothing});
  std::optional<RemoteVerifier> verifier{std::in_place, policy(), source_of(server)};
  std::atomic<int> told{0};
  std::atomic<int> asked_again{0};
  RemoteVerifier* const ending = &*verifier;  // an optional is empty while it ends what it held
  const auto ask_again = [&](const RemoteVerifier::Result&) {
    ++told;
    // As many as make a table grow under whoever walks it.
    for (int i = 0; i < 50; ++i) {
      const auto answer = ending->verify_async(token_of(key_named("again " + std::to_string(i))),
                                               [&](const RemoteVerifier::Result&) { ++told; });
      EXPECT_TRUE(answer && said_of(*answer) == "keys_unavailable");
      ++asked_again;
    }
  };
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(verifier->verify_async(token_of(key_named("key " + std::to_string(i))), ask_again));
  verifier.reset();
  EXPECT_EQ(told, 3);
  EXPECT_EQ(asked_again, 150);
}

TEST(KeyFetcher, AllWhoWaitAtItsEndAreAnsweredOnce) {
  MisbehavingServer server;
  server.answer(Answer{"", Answer::Then::say_nothing});
  std::optional<RemoteVerifier> verifier{std::in_place, policy(), source_of(server)};
  std::atomic<int> answered{0};
  for (int i = 0; i < 500; ++i) {
    const auto answer = verifier->verify_async(token_of(key_named("key " + std::to_string(i % 40))),
                                               [&](const RemoteVerifier::Result&) { ++answered; });
    if (answer) ++answered;
  }
  verifier.reset();
  EXPECT_EQ(answered, 500);
}

}  // namespace
}  // namespace drawbridge
