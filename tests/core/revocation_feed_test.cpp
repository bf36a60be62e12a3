// When the issuer is asked for its revocations, who waits, and what an outage means, in invented time.

#include "core/revocations/revocation_feed.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

using namespace std::chrono_literals;
using State = RevocationStatus::State;
using Go = RevocationFeed::Go;
using Unavailable = RevocationFeed::Unavailable;
using Waiting = RevocationFeed::Waiting;

constexpr auto preferred = RevocationMode::preferred;
constexpr auto required = RevocationMode::required;
constexpr std::chrono::seconds skew = 30s;

RevocationDigest digest(std::uint8_t number) {
  return {number, 1};
}

ListedRevocation session(std::uint8_t number, std::chrono::milliseconds left = 15min) {
  return {.digest = digest(number), .before = Revocation::whole, .left = left};
}

RevocationPage page(std::string cursor, std::vector<ListedRevocation> entries = {}, bool more = false,
                    std::string etag = {}) {
  return {.cursor = std::move(cursor), .more = more, .entries = std::move(entries), .etag = std::move(etag)};
}
const NoRevocations none{"it answered 404"};
FailedQuestion failed(std::optional<std::chrono::seconds> retry_after = {}) {
  return {.text = "it failed", .retry_after = retry_after};
}

/// A second from question to question, or a tenth less.
void expect_about_a_second(BootClock::duration pause, std::string_view what = "") {
  EXPECT_GE(pause, 900ms) << what;
  EXPECT_LE(pause, 1s) << what;
}

/// A feed with a clock to turn, and a record of what it said.
struct Driver {
  explicit Driver(RevocationMode mode = preferred, std::size_t capacity = RevocationSet::usual_capacity,
                  std::uint32_t seed = 1)
      : set{capacity}, feed{mode, skew, set, seed} {}

  /// Whether a question was due.
  bool poll() {
    const auto step = feed.poll(now);
    take(step.resolved);
    next = step.next;
    if (step.begin) asked = *step.begin;
    return step.begin.has_value();
  }
  void answer(RevocationAnswer answer) { take(feed.on_answer(std::move(answer), now)); }
  void exchange(RevocationAnswer with) {
    ASSERT_TRUE(poll()) << "no question was due";
    answer(std::move(with));
  }
  /// Lets the clock run to the next question, and says how long that took.
  BootClock::duration run_to_next_question() {
    const BootTime start = now;
    while (!poll()) {
      if (next == BootTime::max()) return BootClock::duration::max();
      now = std::max(now + 1ms, next);
    }
    return now - start;
  }
  /// go, wait or unavailable
  std::string ask() {
    const auto answer = feed.ask(now);
    if (const auto* waiting = std::get_if<Waiting>(&answer)) {
      ticket = waiting->ticket;
      return "wait";
    }
    return std::holds_alternative<Go>(answer) ? "go" : "unavailable";
  }
  std::string said(RevocationFeed::Ticket of) const {
    for (const auto& one : resolved)
      if (one.ticket == of) return std::holds_alternative<Go>(one.outcome) ? "go" : "unavailable";
    return "waits";
  }
  State state() const { return feed.status(now).state; }
  std::string event() {
    const auto event = feed.take_event(now);
    return event ? (event->good ? "good: " : "bad: ") + event->text : "";
  }
  bool revoked(std::uint8_t number) const {
    const auto until = set.revoked_until({.session = digest(number), .user = {}});
    return until && now < *until;
  }
  void take(const std::vector<RevocationFeed::Resolved>& more) {
    resolved.insert(resolved.end(), more.begin(), more.end());
  }

  RevocationSet set;
  RevocationFeed feed;
  BootTime now{1h};
  BootTime next{};
  RevocationFeed::Question asked;
  RevocationFeed::Ticket ticket = 0;
  std::vector<RevocationFeed::Resolved> resolved;
};

TEST(RevocationFeed, AsksForEverythingAndThenForWhatIsNew) {
  Driver d;
  ASSERT_TRUE(d.poll());
  EXPECT_EQ(d.asked.cursor, "");
  EXPECT_EQ(d.state(), State::pending);
  d.answer(page("c1", {session(1)}));
  EXPECT_EQ(d.state(), State::current);
  EXPECT_TRUE(d.revoked(1));
  EXPECT_EQ(d.event(), "good: revocations are received, entries: 1");
  EXPECT_EQ(d.event(), "");
  d.run_to_next_question();
  EXPECT_EQ(d.asked.cursor, "c1");
  d.answer(page("other generation", {session(2)}));
  EXPECT_TRUE(d.revoked(1)) << "what another list lacks is not forgotten";
  EXPECT_TRUE(d.revoked(2));
}

TEST(RevocationFeed, AsksEachSecondWhileTokensComeAndRarelyOtherwise) {
  Driver d;
  d.exchange(page("c"));
  EXPECT_GE(d.run_to_next_question(), 30s) << "nobody came";
  d.answer(page("c"));
  ASSERT_EQ(d.ask(), "go") << "a moment after an answer";
  d.now += 1s;
  ASSERT_EQ(d.ask(), "wait") << "after a pause";
  EXPECT_TRUE(d.poll()) << "at once";
  d.answer(page("c"));
  EXPECT_EQ(d.said(d.ticket), "go");
  for (int i = 0; i < 30; ++i) {
    expect_about_a_second(d.run_to_next_question());
    d.answer(page("c"));
    EXPECT_EQ(d.ask(), "go");
  }
}

TEST(RevocationFeed, BackendsThatStartTogetherDoNotGoOnAskingTogether) {
  const struct {
    std::string name;
    std::function<void(Driver&)> answer;
    BootClock::duration base;
  } cases[] = {
      {"while tokens come", [](Driver& d) { d.answer(page("c")); }, 1s},
      {"while the issuer fails", [](Driver& d) { d.answer(failed()); }, 5s},
  };
  constexpr int backends = 20;
  for (const auto& each : cases) {
    std::set<BootTime> at;
    for (std::uint32_t seed = 1; seed <= backends; ++seed) {
      Driver d{required, RevocationSet::usual_capacity, seed};
      for (int asked = 0; asked < 10; ++asked) {
        d.feed.note_use(d.now);
        d.run_to_next_question();
        each.answer(d);
      }
      d.feed.note_use(d.now);
      const auto pause = d.run_to_next_question();
      EXPECT_GE(pause, each.base * 9 / 10) << each.name;
      EXPECT_LE(pause, each.base * 11 / 10) << each.name;
      at.insert(d.now);
    }
    EXPECT_GE(at.size(), backends * 3 / 4) << each.name << ": so many different milliseconds";
  }
}

TEST(RevocationFeed, AClockThatIsSetBackChangesNothing) {
  Driver d;
  d.exchange(page("c"));
  d.now -= 30min;
  EXPECT_FALSE(d.poll());
  EXPECT_EQ(d.ask(), "go");
  EXPECT_EQ(d.feed.status(d.now).age, 0s);
}

TEST(RevocationFeed, CountsASecondFromQuestionToQuestion) {
  Driver d;
  d.exchange(page("c"));
  d.now += 1s;
  ASSERT_EQ(d.ask(), "wait");
  ASSERT_TRUE(d.poll());
  d.now += 300ms;
  d.answer(page("c"));
  expect_about_a_second(d.run_to_next_question() + 300ms);
  d.now += 1'500ms;
  d.answer(page("c"));
  EXPECT_EQ(d.run_to_next_question(), 0ms) << "a slow issuer is asked again at once, one question at a time";
}

TEST(RevocationFeed, StopsAskingEachSecondHalfAMinuteAfterTheLastToken) {
  Driver d;
  d.exchange(page("c"));
  d.now += 2s;
  ASSERT_EQ(d.ask(), "wait");
  d.exchange(page("c"));
  const BootTime used = d.now;
  while (d.now < used + 30s) {
    expect_about_a_second(d.run_to_next_question());
    d.answer(page("c"));
  }
  EXPECT_GE(d.run_to_next_question(), 30s);
  d.feed.note_use(d.now);
  d.answer(page("c"));
  expect_about_a_second(d.run_to_next_question(), "a use that ask() did not hear of counts");
}

TEST(RevocationFeed, WhoComesAfterAPauseWaitsForWhatIsRevokedInIt) {
  for (const auto mode : {preferred, required}) {
    Driver d{mode};
    d.exchange(page("c"));
    d.now += 2s;
    ASSERT_EQ(d.ask(), "wait");
    ASSERT_TRUE(d.poll());
    EXPECT_EQ(d.said(d.ticket), "waits");
    d.answer(page("c2", {session(1)}, true));
    EXPECT_EQ(d.said(d.ticket), "waits") << "there is more";
    ASSERT_TRUE(d.poll()) << "at once";
    EXPECT_EQ(d.asked.cursor, "c2");
    d.answer(page("c3"));
    EXPECT_EQ(d.said(d.ticket), "go");
    EXPECT_EQ(d.resolved.size(), 1U);
  }
}

TEST(RevocationFeed, AnAnswerToAnOldQuestionIsNoneForWhoCameLater) {
  Driver d;
  ASSERT_TRUE(d.poll());
  d.now += 1'001ms;
  ASSERT_EQ(d.ask(), "wait");
  d.answer(page("c"));
  EXPECT_EQ(d.said(d.ticket), "waits");
  d.exchange(page("c"));
  EXPECT_EQ(d.said(d.ticket), "go");
}

TEST(RevocationFeed, NobodyWaitsForMoreThanTwoSecondsNorTwiceForASilentIssuer) {
  for (const auto mode : {preferred, required}) {
    Driver d{mode};
    ASSERT_EQ(d.ask(), "wait");
    const auto first = d.ticket;
    ASSERT_TRUE(d.poll());
    d.now += 2s - 1ms;
    d.poll();
    EXPECT_EQ(d.said(first), "waits");
    EXPECT_EQ(d.next, d.now + 1ms);
    d.now += 1ms;
    d.poll();
    const std::string outcome = mode == required ? "unavailable" : "go";
    EXPECT_EQ(d.said(first), outcome);
    EXPECT_EQ(d.ask(), outcome) << "at once";
    d.answer(page("c"));
    EXPECT_EQ(d.state(), State::current);
    EXPECT_EQ(d.ask(), "go");
  }
}

TEST(RevocationFeed, PreferredGoesOnThroughAnOutageAndSaysSo) {
  Driver d{preferred};
  d.exchange(page("c", {session(1)}));
  d.event();
  d.now += 2s;
  ASSERT_EQ(d.ask(), "wait");
  const BootTime told = d.now - 2s;
  d.exchange(failed());
  EXPECT_EQ(d.said(d.ticket), "go");
  EXPECT_EQ(d.state(), State::current);
  EXPECT_EQ(d.feed.go_until(), BootTime::max());
  std::vector<BootClock::duration> pauses;
  while (d.now < told + 10s) {
    EXPECT_EQ(d.event(), "") << "not at once";
    pauses.push_back(d.run_to_next_question());
    d.answer(failed());
  }
  EXPECT_GE(pauses[0], 1s);
  EXPECT_GE(pauses[1], 2s);
  EXPECT_LE(pauses.back(), 5'500ms) << "a few seconds at most";
  EXPECT_EQ(d.state(), State::lost);
  EXPECT_EQ(d.event(),
            "bad: Revocations are currently unavailable: it failed Tokens revoked in the meantime stay valid "
            "until they expire.");
  EXPECT_EQ(d.event(), "");
  EXPECT_EQ(d.ask(), "go");
  EXPECT_TRUE(d.revoked(1)) << "what is known counts";
  EXPECT_EQ(d.feed.status(d.now).last_failure, "it failed");
  EXPECT_GE(d.feed.status(d.now).age, 10s);
  d.run_to_next_question();
  EXPECT_EQ(d.asked.cursor, "c");
  d.answer(page("c9"));
  EXPECT_EQ(d.event(), "good: revocations are received again, entries: 1");
  EXPECT_EQ(d.feed.status(d.now).last_failure, "");
  EXPECT_EQ(d.feed.status(d.now).failed_questions, pauses.size() + 1);
  EXPECT_EQ(d.feed.status(d.now).questions, pauses.size() + 3);
}

TEST(RevocationFeed, RequiredEndsTenSecondsAfterTheLastAnswer) {
  Driver d{required};
  ASSERT_EQ(d.ask(), "wait");
  ASSERT_TRUE(d.poll());
  d.now += 1s;
  d.answer(page("c"));
  const BootTime end = d.now - 1s + 10s;  // from the question on
  d.run_to_next_question();
  d.answer(failed());
  EXPECT_EQ(d.feed.go_until(), end);
  d.now = end - 1ms;
  EXPECT_EQ(d.ask(), "go");
  EXPECT_EQ(d.state(), State::current);
  d.now = end;
  EXPECT_EQ(d.ask(), "unavailable");
  EXPECT_EQ(d.state(), State::lost);
  EXPECT_NE(d.event().find("No token is accepted in the meantime"), std::string::npos);
  d.run_to_next_question();
  d.answer(page("c"));
  EXPECT_EQ(d.ask(), "go");
  EXPECT_EQ(d.state(), State::current);
}

TEST(RevocationFeed, RequiredStaysWithinItsTenSecondsWhereNobodyComes) {
  Driver d{required};
  d.exchange(page("c"));
  for (int i = 0; i < 20; ++i) {
    const auto pause = d.run_to_next_question();
    EXPECT_GE(pause, 3s);
    EXPECT_LE(pause, 4s);
    EXPECT_EQ(d.state(), State::current);
    d.answer(page("c"));
  }
}

TEST(RevocationFeed, RequiredIsUnavailableUntilTheFirstAnswer) {
  Driver d{required};
  EXPECT_EQ(d.feed.go_until(), BootTime::min());
  EXPECT_EQ(d.ask(), "wait");
  d.exchange(failed(20s));
  EXPECT_EQ(d.said(d.ticket), "unavailable");
  const auto answer = d.feed.ask(d.now);
  EXPECT_EQ(std::get<Unavailable>(answer).retry_after, 20s) << "what the issuer asked for";
  EXPECT_EQ(d.state(), State::pending);
  EXPECT_EQ(d.run_to_next_question(), 20s);
  d.answer(none);
  EXPECT_EQ(d.ask(), "unavailable") << "404 is no way out of required";
  EXPECT_EQ(d.state(), State::lost);
}

TEST(RevocationFeed, AnIssuerWithoutRevocationsIsAskedRarelyAndSilently) {
  Driver d{preferred};
  ASSERT_EQ(d.ask(), "wait");
  d.exchange(none);
  EXPECT_EQ(d.said(d.ticket), "go");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(d.state(), State::off);
    EXPECT_EQ(d.feed.go_until(), BootTime::max());
    EXPECT_EQ(d.ask(), "go");
    EXPECT_EQ(d.feed.status(d.now).last_failure, "");
    EXPECT_EQ(d.event(), "");
    const auto pause = d.run_to_next_question();
    EXPECT_GE(pause, 5min);
    EXPECT_LE(pause, 5min + 30s);
    d.answer(i == 1 ? RevocationAnswer{failed()} : RevocationAnswer{none});
  }
  d.run_to_next_question();
  d.answer(page("c"));
  EXPECT_EQ(d.state(), State::current) << "the plugin came";
  EXPECT_EQ(d.event().substr(0, 5), "good:");
}

TEST(RevocationFeed, ALossBy404IsALoss) {
  Driver d{preferred};
  d.exchange(page("c", {session(1)}));
  d.event();
  d.run_to_next_question();
  d.answer(none);
  EXPECT_EQ(d.state(), State::lost);
  EXPECT_TRUE(d.revoked(1));
  EXPECT_LE(d.run_to_next_question(), 2s) << "asked as after any failure";
}

TEST(RevocationFeed, OffAsksNothing) {
  Driver d{RevocationMode::off};
  EXPECT_EQ(d.ask(), "go");
  EXPECT_EQ(d.run_to_next_question(), BootClock::duration::max());
  EXPECT_EQ(d.state(), State::off);
  EXPECT_EQ(d.feed.go_until(), BootTime::max());
}

TEST(RevocationFeed, HoldsEntriesByItsOwnClock) {
  const struct {
    std::string name;
    std::chrono::milliseconds left;
    BootClock::duration held;
  } cases[] = {
      {"an hour", 1h, 1h + 60s},
      {"over by the issuer's clock", 0ms, 60s},
      {"a day less the skew", 24h - 60s, 24h},
      {"a year", 24h * 365, 24h},
      {"as much as can be told", std::chrono::milliseconds{253'402'300'799'999}, 24h},
  };
  for (const auto& each : cases) {
    Driver d;
    ASSERT_TRUE(d.poll());
    d.now += 3s;
    d.answer(page("c", {session(1, each.left)}));
    const BootTime came = d.now;
    d.now = came + each.held - 1ms;
    EXPECT_TRUE(d.revoked(1)) << each.name;
    d.now = came + each.held;
    EXPECT_FALSE(d.revoked(1)) << each.name;
  }
}

TEST(RevocationFeed, TooManyCountAsALoss) {
  Driver d{preferred, 2};
  d.exchange(page("c1", {session(1), session(2)}));
  d.run_to_next_question();
  d.answer(page("c2", {session(3)}));
  EXPECT_EQ(d.state(), State::lost);
  EXPECT_EQ(d.feed.status(d.now).last_failure,
            "The issuer has more revocations than the 2 that this process keeps.");
  EXPECT_TRUE(d.revoked(1) && d.revoked(2));
  d.run_to_next_question();
  EXPECT_EQ(d.asked.cursor, "c1") << "what found no place is asked for again";
}

TEST(RevocationFeed, ManyPagesHaveAnEnd) {
  const struct {
    std::string name;
    std::vector<std::string> cursors;
  } cases[] = {{"the same cursor", {"a", "a"}}, {"none", {"a", ""}}};
  for (const auto& each : cases) {
    Driver d;
    for (const std::string& cursor : each.cursors) d.exchange(page(cursor, {}, true));
    EXPECT_NE(d.feed.status(d.now).last_failure.find("does not lead to them"), std::string::npos)
        << each.name;
    EXPECT_EQ(d.state(), State::pending) << each.name;
  }
  Driver d;
  int asked = 0;
  for (; asked < 5'000 && d.poll(); ++asked) d.answer(page(std::to_string(asked), {}, true));
  EXPECT_EQ(asked, 1'001) << "then it is a failure, with a pause";
}

TEST(RevocationFeed, AConditionIsOfTheVeryQuestion) {
  Driver d;
  d.exchange(page("c1", {}, false, "\"e1\""));
  d.run_to_next_question();
  EXPECT_EQ(d.asked.etag, "") << "it was of the question without a cursor";
  d.answer(page("c1", {}, false, "\"e2\""));
  d.run_to_next_question();
  EXPECT_EQ(d.asked.etag, "\"e2\"");
  const BootTime asked = d.now;
  d.answer(RevocationsUnchanged{});
  EXPECT_EQ(d.feed.status(d.now).age, 0s);
  d.now = asked;
  d.run_to_next_question();
  EXPECT_EQ(d.asked.etag, "\"e2\"");
  d.answer(page("c2", {}, false, "\"e3\""));
  d.run_to_next_question();
  EXPECT_EQ(d.asked.etag, "");
  d.answer(RevocationsUnchanged{});
  EXPECT_NE(d.feed.status(d.now).last_failure.find("unconditional"), std::string::npos);
}

TEST(RevocationFeed, AStepThatIsLostIsAFailure) {
  Driver d;
  ASSERT_EQ(d.ask(), "wait");
  ASSERT_TRUE(d.poll());
  d.feed.lose_step(d.now);
  EXPECT_EQ(d.ask(), "go");
  EXPECT_EQ(d.run_to_next_question(), 1s);
}

}  // namespace
}  // namespace drawbridge
