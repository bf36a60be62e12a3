// What a connection does next, and when it ends.

#include "tests/http/phases_driver.h"

namespace drawbridge::http {
namespace {

// ---- one request after another --------------------------------------------------------------------

TEST(ConnectionPhases, a_request_without_identity_goes_from_its_head_to_its_answer) {
  Driver d;
  EXPECT_EQ(d.phases.phase(), Phase::waiting);
  EXPECT_EQ(d.phases.on_read(10, d.now), Action::scan_head);
  EXPECT_EQ(d.phases.phase(), Phase::head);
  EXPECT_EQ(d.phases.on_read(10, d.now), Action::scan_head) << "its head comes in pieces";
  d.phases.on_answered(kept, d.now);
  EXPECT_EQ(d.phases.phase(), Phase::writing);
  EXPECT_EQ(d.phases.on_written({}, d.now), Action::read);
  EXPECT_EQ(d.phases.phase(), Phase::waiting);
}

TEST(ConnectionPhases, a_request_with_a_body_is_decided_on_before_and_after_it) {
  Driver d;
  d.read_head();
  d.phases.on_handed_over(Errand::work, d.now);
  EXPECT_EQ(d.phases.phase(), Phase::deciding);
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on);
  d.phases.on_body_wanted(d.now);
  EXPECT_EQ(d.phases.phase(), Phase::body);
  EXPECT_EQ(d.phases.on_continue_sent(), Action::take_body);
  EXPECT_EQ(d.phases.on_read(10, d.now), Action::take_body);
  EXPECT_EQ(d.phases.on_read(10, d.now), Action::take_body);
  d.phases.on_handed_over(Errand::work, d.now);
  EXPECT_EQ(d.phases.phase(), Phase::deciding);
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on);
  d.phases.on_answered(kept, d.now);
  EXPECT_EQ(d.phases.phase(), Phase::writing);
}

TEST(ConnectionPhases, a_request_that_came_with_the_last_one_begins_when_that_is_answered) {
  Driver d;
  d.answer(kept);
  EXPECT_EQ(d.phases.on_written({.is_read = true}, start + 7s), Action::scan_head);
  EXPECT_EQ(d.phases.phase(), Phase::head);
  EXPECT_EQ(d.phases.request_began(), start + 7s);
}

TEST(ConnectionPhases, a_request_begins_with_its_first_byte) {
  Driver d;
  d.phases.on_read(1, start + 3s);
  d.phases.on_read(1, start + 4s);
  EXPECT_EQ(d.phases.request_began(), start + 3s);
  d.phases.on_answered(kept, start + 5s);
  d.phases.on_written({}, start + 6s);
  d.phases.on_read(1, start + 7s);
  EXPECT_EQ(d.phases.request_began(), start + 7s);
}

// ---- kept or closed -------------------------------------------------------------------------------

struct EndCase {
  const char* name;
  ConnectionPhases::Answered request;
  ConnectionPhases::SentMore more;
  bool is_kept;
  Action action;
};
class End : public testing::TestWithParam<EndCase> {};

TEST_P(End, follows_from_the_request_and_from_what_else_came) {
  Driver d;
  d.answer(GetParam().request);
  EXPECT_EQ(d.phases.is_kept(), GetParam().is_kept);
  EXPECT_EQ(d.phases.on_written(GetParam().more, d.now), GetParam().action);
}

INSTANTIATE_TEST_SUITE_P(
    ConnectionPhases, End,
    testing::Values(
        EndCase{"kept", kept, {}, true, Action::read},
        EndCase{"kept_and_sent_more", kept, {.is_read = true}, true, Action::scan_head},
        EndCase{"not_kept", {}, {}, false, Action::close_and_forget},
        EndCase{"not_kept_and_more_was_read", {}, {.is_read = true}, false, Action::close_and_forget},
        EndCase{"not_kept_and_more_waits", {}, {.waits_in_socket = true}, false, Action::linger},
        EndCase{"body_unread", unread, {}, false, Action::linger},
        EndCase{
            "malformed", {.asks_to_keep = true, .is_malformed = true}, {}, false, Action::close_and_forget},
        EndCase{"malformed_and_unread",
                {.asks_to_keep = true, .is_malformed = true, .leaves_unread = true},
                {},
                false,
                Action::linger}),
    [](const auto& end) { return end.param.name; });

TEST(ConnectionPhases, one_request_is_kept_for_its_own_sake_only) {
  Driver d;
  d.idle();
  d.answer({});
  EXPECT_FALSE(d.phases.is_kept());
}

// ---- too slow -------------------------------------------------------------------------------------

/// How the read or write that a sweep cancelled may end: it may have succeeded just before.
TEST(ConnectionPhases, a_slow_client_is_refused_when_its_read_has_ended) {
  Driver failed;
  failed.read_head();
  EXPECT_EQ(failed.phases.on_sweep(start + 10s), Action::cancel);
  EXPECT_EQ(failed.phases.on_failed(), Action::refuse_slow);

  Driver succeeded;
  succeeded.want_body();
  EXPECT_EQ(succeeded.phases.on_sweep(start + 30s), Action::cancel);
  EXPECT_EQ(succeeded.phases.on_sweep(start + 31s), Action::cancel) << "it has not ended yet";
  EXPECT_EQ(succeeded.phases.on_read(1, start + 31s), Action::refuse_slow);

  Driver asked_to_continue;
  asked_to_continue.want_body();
  EXPECT_EQ(asked_to_continue.phases.on_sweep(start + 30s), Action::cancel);
  EXPECT_EQ(asked_to_continue.phases.on_continue_sent(), Action::refuse_slow);
}

TEST(ConnectionPhases, a_slow_client_may_read_its_refusal_and_is_closed) {
  Driver d;
  d.want_body();
  EXPECT_EQ(d.phases.on_sweep(start + 30s), Action::cancel);
  EXPECT_EQ(d.phases.on_failed(), Action::refuse_slow);
  d.phases.on_answered({.asks_to_keep = true, .is_malformed = true, .leaves_unread = true}, start + 30s);
  EXPECT_FALSE(d.phases.is_kept());
  EXPECT_EQ(d.phases.on_sweep(start + 70s - 1ms), Action::nothing);
  EXPECT_EQ(d.phases.on_written({}, start + 70s), Action::linger);
  EXPECT_EQ(d.phases.on_failed(), Action::close_and_forget) << "the client has gone";
}

TEST(ConnectionPhases, a_connection_closed_while_it_is_cancelled_answers_nobody) {
  Driver d;
  d.read_head();
  EXPECT_EQ(d.phases.on_sweep(start + 10s), Action::cancel);
  d.close();
  EXPECT_EQ(d.phases.on_failed(), Action::nothing);
}

// ---- lingering ------------------------------------------------------------------------------------

TEST(ConnectionPhases, lingering_ends_with_its_bytes) {
  Driver d;
  d.linger();
  EXPECT_EQ(d.phases.on_read(600, start), Action::discard);
  EXPECT_EQ(d.phases.on_read(400, start), Action::discard) << "as many as are allowed";
  EXPECT_EQ(d.phases.on_read(1, start), Action::close_and_forget);
}

TEST(ConnectionPhases, lingering_ends_with_the_client) {
  Driver d;
  d.linger();
  EXPECT_EQ(d.phases.on_failed(), Action::close_and_forget);
}

// ---- in every phase: stop, close, failure -----------------------------------------------------------

class EveryPhase : public testing::TestWithParam<PhaseName> {};

TEST_P(EveryPhase, a_stop_closes_only_who_waits) {
  const auto phase = GetParam().phase;
  Driver d;
  d.enter(phase);
  EXPECT_EQ(d.phases.on_stop(false), phase == Phase::waiting ? Action::close_and_forget : Action::nothing);
  EXPECT_EQ(d.phases.phase(), phase == Phase::waiting ? Phase::closed : phase);
}

TEST_P(EveryPhase, a_stop_lets_finish_what_has_arrived) {
  Driver d;
  d.enter(GetParam().phase);
  EXPECT_EQ(d.phases.on_stop(true), Action::nothing);
  EXPECT_EQ(d.phases.phase(), GetParam().phase);
}

TEST_P(EveryPhase, is_closed_at_once_and_once) {
  const auto phase = GetParam().phase;
  Driver d;
  d.enter(phase);
  EXPECT_EQ(d.phases.on_close(), phase == Phase::deciding ? Action::close
                                 : phase == Phase::closed ? Action::nothing
                                                          : Action::close_and_forget);
  EXPECT_EQ(d.phases.on_close(), Action::nothing);
  EXPECT_EQ(d.phases.on_stop(false), Action::nothing);
  EXPECT_EQ(d.phases.on_sweep(start + 24h), Action::nothing);
}

INSTANTIATE_TEST_SUITE_P(ConnectionPhases, EveryPhase, testing::ValuesIn(all_phases),
                         [](const auto& phase) { return phase.param.name; });

class ReadingOrWriting : public testing::TestWithParam<PhaseName> {};

TEST_P(ReadingOrWriting, ends_with_a_failure) {
  Driver d;
  d.enter(GetParam().phase);
  EXPECT_EQ(d.phases.on_failed(), Action::close_and_forget);
  EXPECT_EQ(d.phases.phase(), Phase::closed);
}

INSTANTIATE_TEST_SUITE_P(ConnectionPhases, ReadingOrWriting,
                         testing::Values(PhaseName{"waiting", Phase::waiting}, PhaseName{"head", Phase::head},
                                         PhaseName{"body", Phase::body}, PhaseName{"writing", Phase::writing},
                                         PhaseName{"lingering", Phase::lingering}),
                         [](const auto& phase) { return phase.param.name; });

TEST(ConnectionPhases, what_ends_after_the_close_starts_nothing) {
  Driver d;
  d.close();
  EXPECT_EQ(d.phases.on_read(10, start), Action::nothing);
  EXPECT_EQ(d.phases.on_failed(), Action::nothing);
  EXPECT_EQ(d.phases.on_continue_sent(), Action::nothing);
}

TEST(ConnectionPhases, a_close_while_an_answer_is_written_lets_nothing_follow) {
  for (const auto& request : {kept, unread}) {
    Driver d;
    d.answer(request);
    d.close();
    EXPECT_EQ(d.phases.on_written({.is_read = true, .waits_in_socket = true}, start), Action::nothing);
  }
}

TEST(ConnectionPhases, a_close_while_another_thread_works_is_forgotten_when_that_comes_back) {
  Driver d;
  d.hand_over();
  EXPECT_EQ(d.phases.on_close(), Action::close);
  EXPECT_EQ(d.phases.on_came_back(), Action::forget);
}

TEST(ConnectionPhases, a_close_after_another_thread_came_back_is_forgotten_at_once) {
  Driver d;
  d.hand_over();
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on);
  EXPECT_EQ(d.phases.on_close(), Action::close_and_forget);
}

// ---- a request that the stop finds under way ------------------------------------------------------

TEST(ConnectionPhases, after_a_stop_the_request_under_way_is_the_last) {
  Driver d;
  d.read_head();
  EXPECT_EQ(d.phases.on_stop(true), Action::nothing);
  d.phases.on_answered(kept, start);
  EXPECT_FALSE(d.phases.is_kept());
  EXPECT_EQ(d.phases.on_written({}, start), Action::close_and_forget);
}

TEST(ConnectionPhases, a_stop_while_an_answer_is_written_that_promised_more) {
  Driver nothing_more;
  nothing_more.answer(kept);
  nothing_more.phases.on_stop(false);
  EXPECT_EQ(nothing_more.phases.on_written({}, start), Action::close_and_forget);

  Driver one_more;
  one_more.answer(kept);
  one_more.phases.on_stop(false);
  EXPECT_EQ(one_more.phases.on_written({.is_read = true}, start), Action::scan_head);
  one_more.phases.on_answered(kept, start);
  EXPECT_FALSE(one_more.phases.is_kept());
}

TEST(ConnectionPhases, a_stop_takes_the_request_that_waits_in_the_socket) {
  Driver d;
  EXPECT_EQ(d.phases.on_stop(true), Action::nothing);
  d.answer(kept);
  EXPECT_FALSE(d.phases.is_kept());
}

}  // namespace
}  // namespace drawbridge::http
