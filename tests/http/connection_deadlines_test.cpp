// When a connection has taken too long.

#include "tests/http/phases_driver.h"

namespace drawbridge::http {
namespace {

struct DeadlineCase {
  const char* name;
  void (Driver::*enter)();
  std::chrono::milliseconds limit;
  Action action;
};
class Deadline : public testing::TestWithParam<DeadlineCase> {};

TEST_P(Deadline, is_exact) {
  const auto& [name, enter, limit, action] = GetParam();
  for (const auto late : {0ms, 1ms, 3'600'000ms}) {
    Driver d;
    d.now += 100s;
    (d.*enter)();
    EXPECT_EQ(d.phases.on_sweep(d.now), Action::nothing);
    EXPECT_EQ(d.phases.on_sweep(d.now + limit - 1ms), Action::nothing);
    EXPECT_EQ(d.phases.on_sweep(d.now + limit + late), action) << late;
  }
}

INSTANTIATE_TEST_SUITE_P(
    ConnectionPhases, Deadline,
    testing::Values(DeadlineCase{"head", &Driver::read_head, 10s, Action::cancel},
                    DeadlineCase{"body", &Driver::want_body, 30s, Action::cancel},
                    DeadlineCase{"who_asks", &Driver::authenticate, 15s, Action::give_up},
                    DeadlineCase{"waiting_for_the_database", &Driver::work, 6s, Action::give_up_waiting},
                    DeadlineCase{"writing", &Driver::write, 40s, Action::close_and_forget},
                    DeadlineCase{"lingering", &Driver::linger, 5s, Action::close_and_forget},
                    DeadlineCase{"between_requests", &Driver::idle, 60s, Action::close_and_forget}),
    [](const auto& deadline) { return deadline.param.name; });

TEST(ConnectionPhases, a_client_that_never_sends_has_the_time_of_a_head) {
  Driver d;
  EXPECT_EQ(d.phases.on_sweep(start + 10s - 1ms), Action::nothing);
  EXPECT_EQ(d.phases.on_sweep(start + 10s), Action::close_and_forget);
}

TEST(ConnectionPhases, dripping_bytes_gain_no_time) {
  Driver d;
  d.read_head();
  for (auto at = start; at < start + 10s; at += 100ms) EXPECT_EQ(d.phases.on_read(1, at), Action::scan_head);
  EXPECT_EQ(d.phases.on_sweep(start + 10s), Action::cancel);

  Driver body;
  body.want_body();
  for (auto at = start; at < start + 30s; at += 100ms)
    EXPECT_EQ(body.phases.on_read(1, at), Action::take_body);
  EXPECT_EQ(body.phases.on_sweep(start + 30s), Action::cancel);

  Driver lingering;
  lingering.linger();
  for (auto at = start; at < start + 5s; at += 100ms)
    EXPECT_EQ(lingering.phases.on_read(1, at), Action::discard);
  EXPECT_EQ(lingering.phases.on_sweep(start + 5s), Action::close_and_forget);
}

TEST(ConnectionPhases, each_phase_has_its_whole_time) {
  Driver d;
  d.phases.on_read(1, start + 9s);
  EXPECT_EQ(d.phases.on_sweep(start + 19s - 1ms), Action::nothing) << "head";
  d.phases.on_handed_over(Errand::work, d.now);
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on);
  d.phases.on_body_wanted(start + 100s);
  EXPECT_EQ(d.phases.on_sweep(start + 130s - 1ms), Action::nothing) << "body";
  d.phases.on_answered(kept, start + 200s);
  EXPECT_EQ(d.phases.on_sweep(start + 240s - 1ms), Action::nothing) << "writing";
  EXPECT_EQ(d.phases.on_written({.is_read = true}, start + 300s), Action::scan_head);
  EXPECT_EQ(d.phases.on_sweep(start + 310s - 1ms), Action::nothing) << "the next head";
  EXPECT_EQ(d.phases.on_sweep(start + 310s), Action::cancel);
}

// ---- another thread is too slow, or its answer is no longer wanted ---------------------------------

TEST(ConnectionPhases, work_that_has_begun_has_the_time_of_a_decision) {
  Driver d;
  d.work();
  EXPECT_EQ(d.phases.on_sweep(start + 6s), Action::give_up_waiting);
  EXPECT_EQ(d.phases.on_sweep(start + 15s - 1ms), Action::nothing) << "asked once";
  EXPECT_EQ(d.phases.on_sweep(start + 15s), Action::give_up);
}

TEST(ConnectionPhases, work_that_was_given_up_before_it_began_leaves_the_connection_as_it_is) {
  Driver d;
  d.work();
  EXPECT_EQ(d.phases.on_sweep(start + 6s), Action::give_up_waiting);
  d.phases.on_given_up();
  d.phases.on_answered(kept, start + 6s);
  EXPECT_TRUE(d.phases.is_kept());
  EXPECT_EQ(d.phases.on_close(), Action::close_and_forget) << "nobody comes back";
}

/// What comes back late must not be taken for the answer to the next request.
TEST(ConnectionPhases, an_answer_without_what_was_handed_over_is_the_last) {
  Driver d;
  d.authenticate();
  EXPECT_EQ(d.phases.on_sweep(start + 15s), Action::give_up);
  d.phases.on_answered(kept, start + 15s);
  EXPECT_FALSE(d.phases.is_kept());
  EXPECT_EQ(d.phases.on_came_back(), Action::nothing) << "while the answer is written";
  EXPECT_EQ(d.phases.on_written({}, start + 16s), Action::close_and_forget);
}

TEST(ConnectionPhases, what_comes_back_after_the_answer_and_the_close_ends_the_connection) {
  Driver d;
  d.authenticate();
  EXPECT_EQ(d.phases.on_sweep(start + 15s), Action::give_up);
  d.phases.on_answered(kept, start + 15s);
  EXPECT_EQ(d.phases.on_written({}, start + 16s), Action::close) << "the other thread still knows it";
  EXPECT_EQ(d.phases.on_came_back(), Action::forget);
}

struct HalfClosedCase {
  const char* name;
  Errand errand;
  Action action;
};
class HalfClosed : public testing::TestWithParam<HalfClosedCase> {};

TEST_P(HalfClosed, client_is_answered_if_it_does_not_take_long) {
  const auto& [name, errand, action] = GetParam();
  Driver d;
  d.hand_over(errand);
  EXPECT_EQ(d.phases.on_half_closed(start + 1s), Action::nothing);
  EXPECT_EQ(d.phases.on_half_closed(start + 1'200ms - 1ms), Action::nothing);
  EXPECT_EQ(d.phases.on_half_closed(start + 1'200ms), action);
  EXPECT_EQ(d.phases.phase(), Phase::deciding);
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on) << "it gets what there is";
}

INSTANTIATE_TEST_SUITE_P(ConnectionPhases, HalfClosed,
                         testing::Values(HalfClosedCase{"who_asks", Errand::authentication, Action::nothing},
                                         HalfClosedCase{"work", Errand::work, Action::nothing},
                                         HalfClosedCase{"stoppable_work", Errand::stoppable_work,
                                                        Action::stop_work}),
                         [](const auto& half_closed) { return half_closed.param.name; });

TEST(ConnectionPhases, the_time_of_a_half_closed_client_begins_with_each_errand) {
  Driver d;
  d.hand_over(Errand::authentication);
  EXPECT_EQ(d.phases.on_half_closed(start), Action::nothing);
  EXPECT_EQ(d.phases.on_came_back(), Action::go_on);
  d.phases.on_handed_over(Errand::stoppable_work, start + 1s);
  EXPECT_EQ(d.phases.on_half_closed(start + 1s), Action::nothing);
  EXPECT_EQ(d.phases.on_half_closed(start + 1'200ms), Action::stop_work);
}

TEST(ConnectionPhases, a_client_that_is_half_closed_counts_only_while_it_is_decided_on) {
  Driver d;
  d.answer(kept);
  EXPECT_EQ(d.phases.on_half_closed(start + 24h), Action::nothing);
}

}  // namespace
}  // namespace drawbridge::http
