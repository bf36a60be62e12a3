#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "http/response.h"

namespace drawbridge::http {

/// An answer that is the same for all who ask: made by one of them at a time, waited for by those who ask
/// meanwhile, and kept for a while. Any thread may call.
class SharedAnswer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Gets the answer, from the thread that made it. Must not throw.
  using Waiter = std::move_only_function<void(const Response&)>;

  struct Asked {
    std::optional<Response> kept;  ///< the answer; then the waiter is not called
    bool is_first = false;         ///< who asks is to see that it is made
  };

  explicit SharedAnswer(std::chrono::milliseconds kept_for) : kept_for_{kept_for} {}

  Asked ask(Waiter waiter, Time now);
  /// The answer is made, or why it could not be. Where there is no memory to keep it, it is not kept.
  void give(const Response& answer, Time now) noexcept;

 private:
  const std::chrono::milliseconds kept_for_;
  std::mutex mutex_;
  std::optional<Response> kept_;
  Time kept_until_{};
  /// Whoever was to make it may have failed to: after this the next who asks makes it.
  std::optional<Time> made_since_;
  std::vector<Waiter> waiting_;
};

}  // namespace drawbridge::http
