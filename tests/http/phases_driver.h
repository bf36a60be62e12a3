#pragma once

// A connection's phases with invented events and times: no socket, no clock, no thread.

#include <gtest/gtest.h>

#include "http/connection_phases.h"

namespace drawbridge::http {

using namespace std::chrono_literals;
using Action = ConnectionPhases::Action;
using Errand = ConnectionPhases::Errand;
using Phase = ConnectionPhases::Phase;
using Time = ConnectionPhases::Time;

/// All different, so that none can stand for another.
inline constexpr Limits limits{.head = 10s,
                               .body = 30s,
                               .idle = 60s,
                               .write = 40s,
                               .store = 6s,
                               .decision = 15s,
                               .half_closed = 200ms,
                               .linger = 5s,
                               .linger_bytes = 1'000};
inline constexpr Time start{1'000'000s};
inline constexpr ConnectionPhases::Answered kept{.asks_to_keep = true};
inline constexpr ConnectionPhases::Answered unread{.asks_to_keep = true, .leaves_unread = true};

/// Brings a connection into each of its phases.
struct Driver {
  void read_head() { EXPECT_EQ(phases.on_read(100, now), Action::scan_head); }
  void hand_over(Errand errand = Errand::authentication) {
    read_head();
    phases.on_handed_over(errand, now);
  }
  void authenticate() { hand_over(); }
  void work() { hand_over(Errand::work); }
  void want_body() {
    hand_over();
    EXPECT_EQ(phases.on_came_back(), Action::go_on);
    phases.on_body_wanted(now);
  }
  void answer(ConnectionPhases::Answered request) {
    read_head();
    phases.on_answered(request, now);
  }
  void write() { answer(kept); }
  void idle() {
    answer(kept);
    EXPECT_EQ(phases.on_written({}, now), Action::read);
  }
  void linger() {
    answer(unread);
    EXPECT_EQ(phases.on_written({}, now), Action::linger);
  }
  void close() { EXPECT_EQ(phases.on_close(), Action::close_and_forget); }
  /// Into a phase, by the shortest way.
  void enter(Phase phase) {
    switch (phase) {
      case Phase::waiting:
        break;
      case Phase::head:
        read_head();
        break;
      case Phase::deciding:
        hand_over();
        break;
      case Phase::body:
        want_body();
        break;
      case Phase::writing:
        write();
        break;
      case Phase::lingering:
        linger();
        break;
      case Phase::closed:
        close();
        break;
    }
    ASSERT_EQ(phases.phase(), phase);
  }

  Time now = start;
  ConnectionPhases phases{limits, start};
};

struct PhaseName {
  const char* name;
  Phase phase;
};
inline constexpr PhaseName all_phases[] = {
    {"waiting", Phase::waiting}, {"head", Phase::head},       {"deciding", Phase::deciding},
    {"body", Phase::body},       {"writing", Phase::writing}, {"lingering", Phase::lingering},
    {"closed", Phase::closed},
};

}  // namespace drawbridge::http
