// The verifier against a real server that fails: an outage is 503 and never reads as a bad token.

#include <filesystem>

#include <gtest/gtest.h>

#include "drawbridge/remote_verifier.h"

#include "issuer/snapshot_file.h"
#include "tests/issuer/issuer.h"
#include "tests/support/scratch_directory.h"

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

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

TEST(RemoteVerifierOutage, IsUnavailableUntilTheIssuerComesUp) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  server.go_down();
  RemoteVerifier verifier{policy(), source_of(server)};
  const std::string token = token_of(key);
  std::optional<AuthError> error;
  ASSERT_TRUE(eventually([&] {
    const auto result = verifier.verify(token);
    error = result ? std::nullopt : std::optional{result.error()};
    return error && error->hint.find("Nothing listens at " + server.url()) != std::string::npos;
  }));
  EXPECT_EQ(error->code, ErrorCode::keys_unavailable);
  ASSERT_TRUE(error->retry_after);
  EXPECT_GE(*error->retry_after, 1s);
  EXPECT_LE(*error->retry_after, 30s);
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::absent);
  EXPECT_FALSE(verifier.key_status().age);
  EXPECT_EQ(said_of(verifier.verify("garbage")), "token_malformed") << "what needs no key is judged";

  server.come_up();
  EXPECT_TRUE(eventually([&] { return said_of(verifier.verify(token)) == "user of key-1"; }));
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::fresh);
}

/// Each case takes seconds of back-off, so they run at the same time.
TEST(RemoteVerifierOutage, ServesKnownKeysWhateverTheIssuerAnswers) {
  const struct {
    std::string name;
    Answer answer;
    std::string says;
  } cases[] = {
      {"500", Answer::of(500, ""), "answered 500"},
      {"404", Answer::of(404, ""), "answered 404"},
      {"429", Answer::of(429, ""), "answered 429"},
      {"a redirect", Answer::of(302, "", "Location: /jwks\r\n"), "a redirect"},
      {"a web page", Answer::of(200, "<!doctype html><title>Sign in</title>"), "answered with a web page"},
      {"an empty body", Answer::json(""), "something other than a key set"},
      {"an empty object", Answer::json("{}"), "something other than a key set"},
      {"null", Answer::json("null"), "something other than a key set"},
      {"keys that are no array", Answer::json(R"({"keys":{}})"), "something other than a key set"},
      {"half a set, as if whole", Answer::json(R"({"keys":[{"kty":"OKP","crv")"),
       "something other than a key set"},
      {"half a set", Answer::json(R"({"keys":[]})").cut_in_body(5, Answer::Then::close), "partial file"},
      {"2 MiB", Answer::json(std::string(2 * 1024 * 1024, ' ')), "more than 1 MiB"},
      {"nothing", {""}, "could not be fetched"},
  };
  std::vector<std::thread> threads;
  for (const auto& each : cases)
    threads.emplace_back([&each] {
      const TestKey key = key_named("key-1");
      MisbehavingServer server;
      server.answer(set_of({key}));
      KeySource source = source_of(server);
      source.remembered_tokens = 0;
      const EventCounter events;
      events.listen_to(source);
      RemoteVerifier verifier{policy(), source};
      EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1") << each.name;

      server.answer(each.answer);
      EXPECT_TRUE(events.refetch_in_vain(verifier, server)) << each.name;
      EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1") << each.name;
      const KeyStatus status = verifier.key_status();
      EXPECT_EQ(status.state, KeyStatus::State::stale) << each.name;
      EXPECT_NE(status.last_failure.find(each.says), std::string::npos)
          << each.name << ": " << status.last_failure;
      const auto unknown = verifier.verify(token_of(key_named("other")));
      EXPECT_EQ(said_of(unknown), "keys_unavailable") << each.name;

      server.answer(set_of({key}));
      EXPECT_TRUE(events.refetch(verifier, server)) << each.name;
      EXPECT_EQ(verifier.key_status().state, KeyStatus::State::fresh) << each.name;
      EXPECT_EQ(verifier.key_status().last_failure, "") << each.name;
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(RemoteVerifierOutage, TellsWhenTheIssuerAskedToBeAskedAgain) {
  MisbehavingServer server;
  server.answer(Answer::of(429, "", "Retry-After: 20\r\n"));
  KeySource source = source_of(server);
  const EventCounter events;
  events.listen_to(source);
  RemoteVerifier verifier{policy(), source};
  ASSERT_TRUE(eventually([&] { return *events.failed == 1; }));
  const auto result =
      verifier.verify_async(token_of(key_named("key-1")), [](const RemoteVerifier::Result&) {});
  ASSERT_TRUE(result) << "waiting would be in vain";
  ASSERT_EQ(said_of(*result), "keys_unavailable");
  EXPECT_GT(result->error().retry_after, 10s);
  EXPECT_LE(result->error().retry_after, 20s);
}

TEST(RemoteVerifierOutage, ServesAnOldSetUpToItsBoundAndNoLonger) {
  const TestKey key = key_named("key-1");
  MisbehavingServer server;
  server.answer(set_of({key}));
  KeySource source = source_of(server);
  source.max_stale = 4s;
  RemoteVerifier verifier{policy(), source};
  const std::string token = token_of(key);
  ASSERT_EQ(said_of(verifier.verify(token)), "user of key-1");
  server.go_down();
  EXPECT_EQ(said_of(verifier.verify(token)), "user of key-1");
  EXPECT_TRUE(eventually([&] { return said_of(verifier.verify(token)) == "keys_unavailable"; }))
      << "a remembered verdict ends with the keys";
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::absent);
  EXPECT_EQ(verifier.key_status().usable_keys, 0U);
  EXPECT_GE(verifier.key_status().age, 4s);
  server.come_up();
  verifier.refresh();
  EXPECT_TRUE(eventually([&] { return said_of(verifier.verify(token)) == "user of key-1"; }));
}

TEST(RemoteVerifierOutage, AnswersWhoWaitsWhenItEnds) {
  MisbehavingServer server;
  server.answer(Answer{"", Answer::Then::say_nothing});
  std::vector<std::string> said;
  std::chrono::steady_clock::time_point ends;
  {
    RemoteVerifier verifier{policy(), source_of(server)};
    for (int i = 0; i < 5; ++i) {
      const auto answer = verifier.verify_async(token_of(key_named("key " + std::to_string(i))),
                                                [&](const RemoteVerifier::Result& result) {
                                                  EXPECT_TRUE(!result && result.error().retry_after);
                                                  said.push_back(said_of(result));
                                                });
      EXPECT_FALSE(answer);
    }
    EXPECT_TRUE(eventually([&] { return server.request_count() == 1; }));
    ends = std::chrono::steady_clock::now();
  }
  EXPECT_EQ(said, std::vector<std::string>(5, "keys_unavailable"));
  EXPECT_LT(std::chrono::steady_clock::now() - ends, 1500ms) << "it does not wait for the fetch";
}

TEST(RemoteVerifierOutage, WaitsTwoSecondsAndNoLongerForASlowIssuer) {
  MisbehavingServer server;
  server.answer(Answer{"", Answer::Then::say_nothing});
  RemoteVerifier verifier{policy(), source_of(server)};
  const auto start = std::chrono::steady_clock::now();
  const auto result = verifier.verify(token_of(key_named("key-1")));
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(said_of(result), "keys_unavailable");
  EXPECT_GE(took, 1900ms);
  EXPECT_LT(took, 4500ms) << "the fetch itself has 5 s";
  EXPECT_EQ(server.request_count(), 1U);
}

class RemoteVerifierSnapshot : public testing::Test {
 protected:
  RemoteVerifierSnapshot() {
    server.answer(set_of({key}));
    source.snapshot = scratch.path() / "keys.json";
    source.on_event = [this](const KeySource::Event& event) {
      const std::lock_guard lock{mutex};
      if (!event.good) failures += event.text + '\n';
    };
  }

  std::string failures_so_far() {
    const std::lock_guard lock{mutex};
    return failures;
  }

  TestKey key = key_named("key-1");
  test::ScratchDirectory scratch;
  MisbehavingServer server;
  KeySource source = source_of(server);
  std::mutex mutex;
  std::string failures;
};

TEST_F(RemoteVerifierSnapshot, ServesAfterARestartWhileTheIssuerIsDown) {
  {
    RemoteVerifier before{policy(), source};
    ASSERT_EQ(said_of(before.verify(token_of(key))), "user of key-1");
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(*source.snapshot); }));
  }
  EXPECT_EQ(std::filesystem::status(*source.snapshot).permissions(), std::filesystem::perms{0600});
  server.go_down();
  RemoteVerifier after{policy(), source};
  const auto answer = after.verify_async(token_of(key), [](const RemoteVerifier::Result&) {});
  ASSERT_TRUE(answer) << "answered at once";
  EXPECT_EQ(said_of(*answer), "user of key-1");
  EXPECT_EQ(after.key_status().state, KeyStatus::State::stale);
  EXPECT_EQ(after.key_status().usable_keys, 1U);
  EXPECT_EQ(said_of(after.verify(token_of(key_named("other")))), "keys_unavailable");
}

TEST_F(RemoteVerifierSnapshot, CountsItsAgeTowardsTheBound) {
  const fetch::SnapshotFile file{*source.snapshot, source.jwks_url};
  server.go_down();
  ASSERT_EQ(file.save(test::jwks_of({key.jwk()}), now() - 23h), "");
  {
    RemoteVerifier verifier{policy(), source};
    EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
    EXPECT_GE(verifier.key_status().age, 23h);
  }
  ASSERT_EQ(file.save(test::jwks_of({key.jwk()}), now() - 25h), "");
  RemoteVerifier verifier{policy(), source};
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "keys_unavailable");
  EXPECT_EQ(verifier.key_status().state, KeyStatus::State::absent);
}

TEST_F(RemoteVerifierSnapshot, IsUsedOnlyUntilTheFirstGoodFetch) {
  const TestKey withdrawn = key_named("withdrawn");
  const fetch::SnapshotFile file{*source.snapshot, source.jwks_url};
  ASSERT_EQ(file.save(test::jwks_of({withdrawn.jwk()}), now() - 10min), "");
  RemoteVerifier verifier{policy(), source};
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
  EXPECT_EQ(said_of(verifier.verify(token_of(withdrawn))), "key_unknown");
  ASSERT_TRUE(eventually([&] {
    const auto saved = file.load(now());
    return saved && saved->keys.has_kid("key-1") && !saved->keys.has_kid("withdrawn");
  }));
}

TEST_F(RemoteVerifierSnapshot, ThatWasPutBackIsIgnored) {
  const TestKey withdrawn = key_named("withdrawn");
  const auto old = scratch.path() / "old.json";
  server.answer(set_of({withdrawn}));
  {
    RemoteVerifier first{policy(), source};
    ASSERT_EQ(said_of(first.verify(token_of(withdrawn))), "user of withdrawn");
  }
  std::filesystem::copy_file(*source.snapshot, old);
  const fetch::SnapshotFile file{*source.snapshot, source.jwks_url};
  ASSERT_EQ(file.save(test::jwks_of({key.jwk()}), now() + 1s), "");  // as a fetch a second later does
  std::filesystem::rename(old, *source.snapshot);
  server.go_down();
  RemoteVerifier verifier{policy(), source};
  EXPECT_EQ(said_of(verifier.verify(token_of(withdrawn))), "keys_unavailable");
  EXPECT_NE(failures_so_far().find("is older than the latest one, according to "), std::string::npos)
      << failures_so_far();
}

TEST_F(RemoteVerifierSnapshot, IsIgnoredWithAWordWhenOthersCouldHaveWrittenIt) {
  const fetch::SnapshotFile file{*source.snapshot, source.jwks_url};
  ASSERT_EQ(file.save(test::jwks_of({key.jwk()}), now()), "");
  std::filesystem::permissions(*source.snapshot, std::filesystem::perms{0666});
  server.go_down();
  RemoteVerifier verifier{policy(), source};
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "keys_unavailable");
  EXPECT_NE(failures_so_far().find("can be written by other users: chmod 600. It is ignored."),
            std::string::npos)
      << failures_so_far();
}

TEST_F(RemoteVerifierSnapshot, ThatCannotBeWrittenIsSaidAndHarmsNothing) {
  source.snapshot = scratch.path() / "absent" / "keys.json";
  RemoteVerifier verifier{policy(), source};
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
  EXPECT_TRUE(eventually(
      [&] { return failures_so_far().find("could not be written: No such file") != std::string::npos; }));
  EXPECT_EQ(said_of(verifier.verify(token_of(key))), "user of key-1");
}

}  // namespace
}  // namespace drawbridge
