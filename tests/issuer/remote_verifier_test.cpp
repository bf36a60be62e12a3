// The verifier as a backend uses it, against a real server: how it learns of keys and forgets them.

#include "drawbridge/remote_verifier.h"

#include <fstream>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/issuer/issuer.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/variable.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::EventCounter;
using test::eventually;
using test::key_named;
using test::MisbehavingServer;
using test::policy;
using test::said_of;
using test::set_of;
using test::source_of;
using test::TestKey;
using test::token_of;
using test::Variable;

TEST(RemoteVerifier, FetchesTheKeysOnceForItsFirstTokens) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  for (int i = 0; i < 20; ++i) EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
  EXPECT_EQ(server.request_count(), 1U);
  const KeyStatus status = verifier.key_status();
  EXPECT_EQ(status.state, KeyStatus::State::fresh);
  EXPECT_EQ(status.usable_keys, 1U);
  EXPECT_TRUE(status.age && *status.age < 15s);
  EXPECT_EQ(status.last_failure, "");
}

TEST(RemoteVerifier, ReadsTheAuthorizationHeader) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  EXPECT_EQ(said_of(verifier.authenticate("Bearer " + token_of(key))), "user of key-1");
  EXPECT_EQ(said_of(verifier.authenticate("bearer " + token_of(key))), "user of key-1");
  EXPECT_EQ(said_of(verifier.authenticate("")), "token_missing");
  EXPECT_EQ(said_of(verifier.authenticate("Basic dXNlcjpzZWNyZXQ=")), "token_missing");
  EXPECT_EQ(said_of(verifier.authenticate("Bearer garbage")), "token_malformed");
}

TEST(RemoteVerifier, WorksAfterBeingMoved) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier first{policy(), source_of(server)};
  RemoteVerifier second{std::move(first)};
  EXPECT_EQ(said_of(second.verify(token_of(key))), "user of key-1");
  EXPECT_EQ(second.policy().issuers, std::vector<std::string>{test::origin});
}

TEST(RemoteVerifier, RemembersOfEachTokenWhichNameOfTheIssuerItHas) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  Policy several = policy();
  several.issuers.emplace_back("https://b.example");
  RemoteVerifier verifier{several, source_of(server)};
  const std::string first = token_of(key);
  const std::string second = token_of(key, "https://b.example");
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(verifier.verify(first)->issuer(), test::origin);
    EXPECT_EQ(verifier.verify(second)->issuer(), "https://b.example");
  }
}

TEST(RemoteVerifier, FetchesOverTlsFromItsOwnAuthorityAlone) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server{test::Tls{}};
  server.answer(set_of({key}));
  RemoteVerifier trusting_the_system{policy(), source_of(server)};
  EXPECT_EQ(said_of(trusting_the_system.verify(token_of(key))), "keys_unavailable");
  EXPECT_EQ(server.request_count(), 0U);

  const test::ScratchDirectory scratch;
  KeySource source = source_of(server);
  source.ca_file = scratch.path() / "authority.pem";
  std::ofstream{*source.ca_file} << server.authority_pem();
  RemoteVerifier trusting_the_authority{policy(), source};
  EXPECT_EQ(said_of(trusting_the_authority.verify(token_of(key))), "user of key-1");
}

TEST(RemoteVerifier, AsksNoProxyForLoopback) {
  const char* nobody = "http://127.0.0.1:1";
  const Variable variables[] = {{"http_proxy", nobody},
                                {"all_proxy", nobody},
                                {"ALL_PROXY", nobody},
                                {"no_proxy", nullptr},
                                {"NO_PROXY", nullptr}};
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
}

TEST(RemoteVerifier, LearnsOfARotationByOneFetchForAllWhoWait) {
  const TestKey old_key = key_named("old");
  const TestKey new_key = key_named("new");
  MisbehavingServer server;
  server.answer(set_of({old_key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  ASSERT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");

  server.answer(set_of({new_key, old_key}));
  const std::string token = token_of(new_key);
  std::vector<std::string> said(16);
  std::vector<std::thread> threads;
  for (std::string& mine : said) threads.emplace_back([&] { mine = said_of(verifier.verify(token)); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(said, std::vector<std::string>(16, "user of new"));
  EXPECT_EQ(server.request_count(), 2U);
  EXPECT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");
}

TEST(RemoteVerifier, SaysKeyUnknownForRandomKidsAndHardlyFetches) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  ASSERT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");

  std::vector<std::string> tokens;
  for (int i = 0; i < 200; ++i) tokens.push_back(token_of(key_named("random " + std::to_string(i))));
  std::atomic<int> unknown{0};
  std::atomic<int> others{0};
  const auto count = [&](const RemoteVerifier::Result& result) {
    ++(said_of(result) == "key_unknown" ? unknown : others);
  };
  for (const std::string& token : tokens)
    if (auto answer = verifier.verify_async(token, count)) count(*answer);
  EXPECT_TRUE(eventually([&] { return unknown + others == 200; }));
  EXPECT_EQ(unknown, 200);
  EXPECT_LE(server.request_count(), 3U);

  const std::size_t before = server.request_count();
  for (const std::string& token : tokens) {
    const auto answer = verifier.verify_async(token, count);
    ASSERT_TRUE(answer) << "an absent kid is remembered";
    EXPECT_EQ(said_of(*answer), "key_unknown");
  }
  EXPECT_EQ(server.request_count(), before);
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
}

TEST(RemoteVerifier, RefusesAtOnceWhatARemovedKeySigned) {
  const TestKey kept = key_named("kept");
  const TestKey removed = key_named("removed");
  MisbehavingServer server;
  server.answer(set_of({kept, removed}));
  KeySource source = source_of(server);
  const EventCounter events;
  events.listen_to(source);
  RemoteVerifier verifier{policy(), source};
  const std::string token = token_of(removed);
  ASSERT_EQ(said_of(verifier.verify(token)), "user of removed");
  ASSERT_EQ(said_of(verifier.verify(token)), "user of removed") << "remembered";

  server.answer(set_of({kept}));
  ASSERT_TRUE(events.refetch(verifier, server));
  EXPECT_EQ(said_of(verifier.verify(token)), "key_unknown");
  EXPECT_EQ(said_of(verifier.verify(token_of(kept))), "user of kept");
}

TEST(RemoteVerifier, RefusesTheOldKeysTokensWhenItsKidIsReused) {
  const TestKey old_key = key_named("same");
  const TestKey new_key = key_named("same");
  MisbehavingServer server;
  server.answer(set_of({old_key}));
  KeySource source = source_of(server);
  const EventCounter events;
  events.listen_to(source);
  RemoteVerifier verifier{policy(), source};
  const std::string token = token_of(old_key);
  ASSERT_EQ(said_of(verifier.verify(token)), "user of same");

  server.answer(set_of({new_key}));
  ASSERT_TRUE(events.refetch(verifier, server));
  EXPECT_EQ(said_of(verifier.verify(token)), "signature_invalid");
  EXPECT_EQ(said_of(verifier.verify(token_of(new_key))), "user of same");
}

TEST(RemoteVerifier, TakesAnEmptySetForAnAnswer) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  KeySource source = source_of(server);
  const EventCounter events;
  events.listen_to(source);
  RemoteVerifier verifier{policy(), source};
  ASSERT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");

  server.answer(set_of({}));
  ASSERT_TRUE(events.refetch(verifier, server));
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "key_unknown");
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::fresh);
  EXPECT_EQ(verifier.key_status().usable_keys, 0U);
}

TEST(RemoteVerifier, AsksWithTheEtagItWasGiven) {
  const TestKey old_key = key_named("old");
  const TestKey new_key = key_named("new");
  std::atomic<bool> rotated{false};
  MisbehavingServer server;
  server.answer([&](const test::HeardRequest& request) {
    const std::string etag = rotated ? "\"v2\"" : "\"v1\"";
    if (request.header("if-none-match") == etag) return Answer::of(304, "");
    return Answer::json(rotated ? test::jwks_of({new_key.jwk()}) : test::jwks_of({old_key.jwk()}),
                        "ETag: " + etag + "\r\n");
  });
  KeySource source = source_of(server);
  const EventCounter events;
  events.listen_to(source);
  RemoteVerifier verifier{policy(), source};
  ASSERT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");

  ASSERT_TRUE(events.refetch(verifier, server)) << "304 is a good answer";
  EXPECT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::fresh);
  rotated = true;
  EXPECT_EQ(said_of(verifier.verify(token_of(new_key))), "user of new");
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].header("if-none-match"), "");
  EXPECT_EQ(requests[1].header("if-none-match"), "\"v1\"");
  EXPECT_EQ(requests[2].header("if-none-match"), "\"v1\"");
}

TEST(RemoteVerifier, RefreshesOnceForAllWhoAskWithinTheGap) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  const auto start = std::chrono::steady_clock::now();  // before the first fetch, from which the gap counts
  RemoteVerifier verifier{policy(), source_of(server)};
  ASSERT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
  for (int i = 0; i < 50; ++i) verifier.refresh();
  ASSERT_TRUE(eventually([&] { return server.request_count() == 2; }));
  EXPECT_GT(std::chrono::steady_clock::now() - start, 900ms);
  EXPECT_EQ(said_of(verifier.verify(token_of(key_named("other")))), "key_unknown");
  EXPECT_EQ(server.request_count(), 3U) << "the fetch for the other kid, and none for the refreshes";
}

TEST(RemoteVerifier, AnswersAtOnceForAKeyThatIsHeldAndLaterForOneThatIsNot) {
  const TestKey old_key = key_named("old");
  const TestKey new_key = key_named("new");
  MisbehavingServer server;
  server.answer(set_of({old_key}));
  RemoteVerifier verifier{policy(), source_of(server)};
  ASSERT_EQ(said_of(verifier.verify(token_of(old_key))), "user of old");
  const auto never = [](const RemoteVerifier::Result&) { ADD_FAILURE() << "called beside an answer"; };
  for (const auto& [token, says] : {std::pair{token_of(old_key), "user of old"}, {"x", "token_malformed"}}) {
    const auto answer = verifier.verify_async(token, never);
    ASSERT_TRUE(answer);
    EXPECT_EQ(said_of(*answer), says);
  }

  server.answer(set_of({old_key, new_key}));
  const std::string token = token_of(new_key);
  std::mutex mutex;
  std::vector<std::string> said;
  const auto this_thread = std::this_thread::get_id();
  const auto done = [&](const RemoteVerifier::Result& result) {
    EXPECT_NE(std::this_thread::get_id(), this_thread);
    // No lock is held: the verifier may be used from here.
    verifier.refresh();
    EXPECT_EQ(verifier.key_status().usable_keys, 2U);
    const auto again = verifier.verify_async(token, never);
    EXPECT_TRUE(again && said_of(*again) == "user of new");
    const std::lock_guard lock{mutex};
    said.push_back(said_of(result));
  };
  EXPECT_FALSE(verifier.verify_async(token, done));
  EXPECT_FALSE(verifier.verify_async(token, done));
  const auto both_said = [&] {
    const std::lock_guard lock{mutex};
    return said.size() >= 2;
  };
  ASSERT_TRUE(eventually(both_said));
  ASSERT_TRUE(eventually([&] { return server.request_count() == 3; })) << "the refresh";
  const std::lock_guard lock{mutex};
  EXPECT_EQ(said, (std::vector<std::string>{"user of new", "user of new"}));
}

/// What may not happen while keys rotate under load: a good token that is answered 401.
TEST(RemoteVerifier, RefusesNoGoodTokenWhileKeysRotateUnderLoad) {
  MisbehavingServer server;
  std::mutex mutex;
  std::vector<std::string> tokens;
  std::string jwks;
  const auto rotate = [&](int number) {
    const TestKey key = key_named("key " + std::to_string(number));
    jwks += (jwks.empty() ? "" : ",") + key.jwk();
    server.answer(Answer::json("{\"keys\":[" + jwks + "]}"));
    const std::lock_guard lock{mutex};
    tokens.push_back(token_of(key));
  };
  rotate(0);
  RemoteVerifier verifier{policy(), source_of(server)};
  std::atomic<bool> over{false};
  std::atomic<int> good{0};
  std::atomic<int> unavailable{0};
  std::atomic<int> refused{0};
  const auto work = [&](std::size_t skipped) {
    for (std::size_t turn = 0; !over; ++turn) {
      std::string token;
      {
        const std::lock_guard lock{mutex};
        token = tokens[turn % std::max<std::size_t>(tokens.size() - skipped, 1)];
      }
      const auto result = verifier.verify(token);
      ++(result ? good : result.error().code == ErrorCode::keys_unavailable ? unavailable : refused);
    }
  };
  const auto attack = [&] {
    for (int i = 0; !over; ++i) {
      const auto result = verifier.verify(token_of(key_named("random " + std::to_string(i))));
      EXPECT_FALSE(result);
    }
  };
  std::vector<std::thread> threads;
  // Two wait for each new key, two never leave those that are known.
  for (const std::size_t skipped : {0U, 0U, 1U, 1U}) threads.emplace_back(work, skipped);
  threads.emplace_back(attack);
  for (int number = 1; number <= 3; ++number) {
    const std::size_t fetches = server.request_count();
    rotate(number);
    EXPECT_TRUE(eventually([&] { return server.request_count() > fetches; }));
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 0);
  EXPECT_GT(good, 1'000);
  EXPECT_EQ(unavailable, 0);
  for (const std::string& token : tokens) EXPECT_TRUE(verifier.verify(token));
}

struct Fault {
  std::string name;
  std::function<void(Policy&, KeySource&)> spoil;
  std::string says;
};

TEST(RemoteVerifier, ThrowsForWhatCannotWork) {
  const Fault faults[] = {
      {"no issuer", [](Policy& p, KeySource&) { p.issuers.clear(); }, "issuer"},
      {"no audience", [](Policy& p, KeySource&) { p.audiences.clear(); }, "audience"},
      {"no algorithm", [](Policy& p, KeySource&) { p.algorithms.clear(); }, "algorithm"},
      {"negative skew", [](Policy& p, KeySource&) { p.clock_skew = -1s; }, "skew"},
      {"skew over 5 minutes", [](Policy& p, KeySource&) { p.clock_skew = 301s; }, "skew"},
      {"no token fits", [](Policy& p, KeySource&) { p.max_token_size = 0; }, "size"},
      {"no URL", [](Policy&, KeySource& s) { s.jwks_url.clear(); }, "is not a URL"},
      {"plain http", [](Policy&, KeySource& s) { s.jwks_url = "http://a.example/jwks"; }, "is plain http"},
      {"no staleness", [](Policy&, KeySource& s) { s.max_stale = 0s; }, "max_stale"},
      {"negative staleness", [](Policy&, KeySource& s) { s.max_stale = -1s; }, "max_stale"},
      {"endless staleness", [](Policy&, KeySource& s) { s.max_stale = std::chrono::seconds::max(); },
       "max_stale"},
  };
  MisbehavingServer server;
  for (const Fault& each : faults) {
    SCOPED_TRACE(each.name);
    Policy spoilt_policy = policy();
    KeySource spoilt_source = source_of(server);
    each.spoil(spoilt_policy, spoilt_source);
    try {
      const RemoteVerifier verifier{spoilt_policy, spoilt_source};
      ADD_FAILURE() << "did not throw";
    } catch (const std::invalid_argument& fault) {
      EXPECT_NE(std::string{fault.what()}.find(each.says), std::string::npos) << fault.what();
      EXPECT_EQ(std::string{fault.what()}.find('\n'), std::string::npos) << fault.what();
    }
  }
  EXPECT_EQ(server.request_count(), 0U);
  EXPECT_THROW(RemoteVerifier{"ftp://app.example.com"}, std::invalid_argument);
  EXPECT_THROW(RemoteVerifier{"http://app.example.com"}, std::invalid_argument);
}

TEST(RemoteVerifier, DerivesAllFromTheUrlOfBetterAuth) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  RemoteVerifier verifier{server.url("")};
  EXPECT_EQ(verifier.policy().issuers, std::vector{server.url("")});
  EXPECT_EQ(verifier.policy().audiences, std::vector{server.url("")});
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "issuer_mismatch");
  ASSERT_TRUE(eventually([&] { return server.request_count() == 2; }));
  std::set<std::string> asked;
  for (const auto& request : server.requests()) asked.insert(request.target);
  EXPECT_EQ(asked, (std::set<std::string>{"/api/auth/drawbridge/revocations", "/api/auth/jwks"}));
}

}  // namespace
}  // namespace drawbridge
