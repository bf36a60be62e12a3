#pragma once

#include <atomic>
#include <optional>

#include "http/byte_budget.h"
#include "http/response.h"
#include "http/user_shares.h"

namespace drawbridge::http {

/// Work on the database that a connection gave away, shared by both sides: either the database's thread
/// begins it, or the connection gives it up before. Both may try at the same time; one of them succeeds.
class Handover {
 public:
  /// By the other thread. False when it was given up: the connection may be gone.
  bool begin() { return claim(State::begun); }
  /// By the connection. False when it has begun: it will come back.
  bool give_up() { return claim(State::given_up); }

  /// Held until the answer is sent and the work has left the queue, whichever is later.
  std::optional<UserShares::Place> place{};

  /// Written by the other thread before it comes back.
  std::optional<Response> answer{};  ///< nothing when there was no memory for one
  std::optional<ByteBudget::Charge> charge{};
  bool budget_is_used_up = false;  ///< that of all users

  /// The connection's own: the other thread is done with this, though it may hold it for a moment more.
  bool is_back = false;

 private:
  enum class State : unsigned char { waiting, begun, given_up };

  bool claim(State state) {
    auto expected = State::waiting;
    return state_.compare_exchange_strong(expected, state);
  }

  std::atomic<State> state_{State::waiting};
};

}  // namespace drawbridge::http
