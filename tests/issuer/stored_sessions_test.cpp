// Sessions that are read from storage, of the public class: by a store that a test fills.

#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "drawbridge/authenticator.h"

#include "core/text/time_text.h"
#include "tests/issuer/fake_better_auth.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using test::FakeBetterAuth;
using Values = std::vector<std::string_view>;

const std::string secret = "a-secret-of-thirty-two-characters";
const std::string cookie =
    "__Secure-better-auth.session_token="
    "AbCdEfGhIjKlMnOpQrStUvWxYz012345.r37iEVazb3BSrGKwXTO7tA%2B8B7IBdf43aXY9YawKKqc%3D";
constexpr std::string_view token = test::session_token;

Instant soon() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + 1h;
}

std::string record_of(std::string_view user, std::string_view of = token, Instant ends = soon()) {
  return fmt::format(
      R"({{"session":{{"id":"s1","token":"{}","userId":"{}","expiresAt":"{}","createdAt":"2026-01-01T00:00:00Z"}},)"
      R"("user":{{"id":"{}","email":"ada@example.com","emailVerified":true,"name":"Ada"}}}})",
      of, user, time_text(ends), user);
}

/// Answers at once with what it holds, or when it is told to.
class HeldStore final : public SessionStore {
 public:
  Found found = std::nullopt;
  bool answers_at_once = true;
  std::vector<std::string> asked{};
  std::vector<Done> waiting{};

  void find(std::string_view of, Done done) override {
    asked.emplace_back(of);
    if (answers_at_once) return done(found);
    waiting.push_back(std::move(done));
  }
};

struct Backend {
  FakeBetterAuth better_auth{};
  std::shared_ptr<HeldStore> store = std::make_shared<HeldStore>();
  std::vector<std::string> failures{};
  Policy policy = test::policy();

  CredentialSource source() {
    return {.kinds = {.token = true, .session = true},
            .secrets = {secret},
            .session_store = store,
            .allowed_origins = {test::origin},
            .on_failure = [this](const std::string& failure) { failures.push_back(failure); }};
  }
  Authenticator authenticator() { return {policy, test::source_of(better_auth.server), source()}; }
};

Authenticator::Result sent(Authenticator& authenticator, const std::string& header = cookie,
                           std::string_view method = "GET") {
  const Values cookies{header};
  return authenticator.authenticate({.cookie = cookies, .method = method});
}

TEST(StoredSessions, AreAskedForEachTime) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  backend.store->found = SessionStore::Record{record_of("ada")};
  const auto who = sent(authenticator);
  ASSERT_TRUE(who) << who.error().hint;
  EXPECT_EQ(who->subject(), "ada");
  EXPECT_EQ(who->session_id(), "s1");
  EXPECT_EQ(who->email(), "ada@example.com");
  EXPECT_EQ(who->credential(), CredentialKind::session);
  EXPECT_LE(who->expires_at(), std::chrono::system_clock::now() + 31s);
  EXPECT_EQ(test::said_of(sent(authenticator)), "ada");
  backend.store->found = std::nullopt;
  EXPECT_EQ(test::said_of(sent(authenticator)), "session_unknown");
  EXPECT_EQ(backend.store->asked, (std::vector<std::string>(3, std::string{token})));
  EXPECT_TRUE(backend.better_auth.exchanges().empty());
  EXPECT_TRUE(backend.failures.empty());
}

TEST(StoredSessions, CountByTheirRecords) {
  Backend backend;
  Authenticator authenticator = backend.authenticator();
  struct Case {
    const char* name;
    SessionStore::Found found;
    const char* said;
    std::string hint{};
  };
  const std::string another = "AbCdEfGhIjKlMnOpQrStUvWxYz012346";
  const Case cases[] = {
      {"good", SessionStore::Record{record_of("ada")}, "ada"},
      {"over", SessionStore::Record{record_of("ada", token, soon() - 2h)}, "session_unknown"},
      {"revoked with all others",
       SessionStore::Record{record_of("ada"),
                            Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}}},
       "session_unknown"},
      {"made after all others were revoked",
       SessionStore::Record{record_of("ada"),
                            Instant{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}}},
       "ada"},
      {"another's", SessionStore::Record{record_of("ada", another)}, "session_unavailable",
       "The session store returned a different session than the one asked for."},
      {"unreadable", SessionStore::Record{"{}"}, "session_unavailable",
       "The session's record is incomplete: session is missing."},
      {"an outage", std::unexpected{std::string{"Redis is down."}}, "session_unavailable", "Redis is down."},
      {"an outage without a word", std::unexpected{std::string{}}, "session_unavailable",
       "The session store cannot be read."},
  };
  for (const Case& c : cases) {
    backend.store->found = c.found;
    const auto who = sent(authenticator);
    EXPECT_EQ(test::said_of(who), c.said) << c.name;
    if (c.hint.empty()) continue;
    EXPECT_EQ(who.error().hint, c.hint) << c.name;
    EXPECT_EQ(who.error().retry_after, 1s) << c.name;
  }
  // One failure in ten seconds is told.
  EXPECT_EQ(backend.failures, std::vector<std::string>{cases[4].hint});
}

TEST(StoredSessions, WhatIsForgedIsNotLookedFor) {
  Backend backend;
  backend.store->found = SessionStore::Record{record_of("ada")};
  Authenticator authenticator = backend.authenticator();
  std::string forged = cookie;
  forged[forged.find("r37i")] = 'X';
  EXPECT_EQ(test::said_of(sent(authenticator, forged)), "session_unknown");
  EXPECT_EQ(test::said_of(sent(authenticator, cookie + "x")), "credential_malformed");
  EXPECT_EQ(test::said_of(sent(authenticator, cookie, "POST")), "origin_not_allowed");
  EXPECT_TRUE(backend.store->asked.empty());
}

TEST(StoredSessions, AnAnswerMayComeLater) {
  Backend backend;
  backend.store->answers_at_once = false;
  Authenticator authenticator = backend.authenticator();
  const Values cookies{cookie};
  std::vector<std::string> said;
  const auto ask = [&] {
    return authenticator.authenticate_async({.cookie = cookies, .method = "GET"},
                                            [&](const auto& later) { said.push_back(test::said_of(later)); });
  };
  EXPECT_FALSE(ask());
  EXPECT_FALSE(ask());
  ASSERT_EQ(backend.store->waiting.size(), 2U);
  backend.store->waiting[1](SessionStore::Record{record_of("ada")});
  EXPECT_EQ(said, std::vector<std::string>{"ada"});
  backend.store->waiting[0](std::nullopt);
  EXPECT_EQ(said.back(), "session_unknown");
}

TEST(StoredSessions, WhoWaitsAtItsEndIsAnsweredAndNobodyAfterwards) {
  Backend backend;
  backend.store->answers_at_once = false;
  std::optional<Authenticator> authenticator{backend.authenticator()};
  const Values cookies{cookie};
  std::vector<std::string> said;
  EXPECT_FALSE(
      authenticator->authenticate_async({.cookie = cookies, .method = "GET"},
                                        [&](const auto& later) { said.push_back(test::said_of(later)); }));
  authenticator.reset();
  EXPECT_EQ(said, std::vector<std::string>{"session_unavailable"});
  backend.store->waiting[0](SessionStore::Record{"{}"});
  EXPECT_EQ(said.size(), 1U);
  EXPECT_TRUE(backend.failures.empty());
}

/// Answers each question on a thread of its own.
class ThreadedAnswers final : public SessionStore {
 public:
  void find(std::string_view of, Done done) override {
    const std::lock_guard lock{mutex_};
    threads_.emplace_back([record = record_of("ada", of), done = std::move(done)] { done(Record{record}); });
  }

 private:
  std::mutex mutex_;
  std::vector<std::jthread> threads_;
};

TEST(StoredSessions, ManyAskAtOnce) {
  Backend backend;
  CredentialSource source = backend.source();
  source.session_store = std::make_shared<ThreadedAnswers>();
  Authenticator authenticator{test::policy(), test::source_of(backend.better_auth.server), std::move(source)};
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 4; ++i)
      clients.emplace_back([&] {
        for (int round = 0; round < 25; ++round)
          if (test::said_of(sent(authenticator)) == "ada") ++good;
      });
  }
  EXPECT_EQ(good, 100);
}

TEST(StoredSessions, RefuseASourceThatCannotWork) {
  const std::pair<const char*, void (*)(Backend&, CredentialSource&)> cases[] = {
      {"which requires Better Auth's secret",
       [](Backend&, CredentialSource& source) { source.secrets.clear(); }},
      {"the claim \"tenant\" is required",
       [](Backend& backend, CredentialSource&) { backend.policy.required_claims = {"uuid", "tenant"}; }},
  };
  for (const auto& [fault, spoil] : cases) {
    Backend backend;
    CredentialSource source = backend.source();
    spoil(backend, source);
    try {
      Authenticator authenticator{backend.policy, test::source_of(backend.better_auth.server),
                                  std::move(source)};
      ADD_FAILURE() << fault;
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(std::string_view{error.what()}.contains(fault)) << error.what();
    }
  }
  // Neither matters where sessions are not taken.
  Backend backend;
  CredentialSource source = backend.source();
  source.kinds.session = false;
  source.secrets.clear();
  EXPECT_NO_THROW((Authenticator{backend.policy, test::source_of(backend.better_auth.server), source}));
}

TEST(StoredSessions, KeysAreExchangedAllTheSame) {
  Backend backend;
  backend.store->found = SessionStore::Record{record_of("grace")};
  CredentialSource source = backend.source();
  source.kinds.key = true;
  source.base_url = backend.better_auth.server.url("/api/auth");
  Authenticator authenticator{test::policy(), test::source_of(backend.better_auth.server), std::move(source)};
  const Values keys{"key-of-ada"};
  EXPECT_EQ(test::said_of(authenticator.authenticate({.api_key = keys})), "ada");
  EXPECT_EQ(test::said_of(sent(authenticator)), "grace");
}

}  // namespace
}  // namespace drawbridge
