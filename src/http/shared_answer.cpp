#include "http/shared_answer.h"

#include <new>

namespace drawbridge::http {
namespace {

/// Longer than work waits for the database, so that it is over or was given up.
constexpr std::chrono::seconds given_up_after{6};

}  // namespace

SharedAnswer::Asked SharedAnswer::ask(Waiter waiter, Time now) {
  const std::lock_guard lock{mutex_};
  if (kept_ && now < kept_until_) return {.kept = kept_, .is_first = false};
  waiting_.push_back(std::move(waiter));
  if (made_since_ && now - *made_since_ < given_up_after) return {};
  made_since_ = now;
  return {.kept = std::nullopt, .is_first = true};
}

void SharedAnswer::give(const Response& answer, Time now) noexcept {
  std::vector<Waiter> waiting;
  {
    const std::lock_guard lock{mutex_};
    try {
      kept_ = answer;
    } catch (const std::bad_alloc&) {
      kept_.reset();
    }
    kept_until_ = now + kept_for_;
    made_since_.reset();
    waiting.swap(waiting_);
  }
  for (auto& waiter : waiting) waiter(answer);
}

}  // namespace drawbridge::http
