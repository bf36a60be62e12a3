#include "issuer/session_judge.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <utility>

#include "core/credentials/session_identity.h"

namespace drawbridge::fetch {
namespace {

using Result = SessionJudge::Result;

constexpr std::chrono::seconds quiet_after_a_report{10};

}  // namespace

struct SessionJudge::State {
  using Ticket = std::uint64_t;
  struct Asked {
    Done done;
    bool may_answer_later = false;  ///< ask() has returned
    std::optional<Result> at_once{};
  };

  Policy policy;
  std::function<void(const std::string&)> on_failure;
  std::mutex mutex{};
  Ticket last = 0;
  std::map<Ticket, Asked> waiting{};
  int answering = 0;  ///< threads of the store's that may call somebody
  bool is_ending = false;
  std::condition_variable answered{};
  std::mutex reporting{};
  std::chrono::steady_clock::time_point quiet_until{};

  Result judge(const SessionStore::Found& found, std::string_view token) {
    if (!found) return std::unexpected{found.error()};
    if (!*found) return std::nullopt;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return identity_of_session((*found)->json, token, policy, now, (*found)->revoked_before);
  }

  void report(const std::string& failure) {
    if (!on_failure) return;
    const std::lock_guard lock{reporting};
    const auto now = std::chrono::steady_clock::now();
    if (now < quiet_until) return;
    quiet_until = now + quiet_after_a_report;
    on_failure(failure);
  }

  void on_found(Ticket ticket, const SessionStore::Found& found, std::string_view token) {
    {
      const std::lock_guard lock{mutex};
      if (is_ending) return;
      ++answering;
    }
    answer(ticket, found, token);
    const std::lock_guard lock{mutex};
    --answering;
    answered.notify_all();
  }

 private:
  void answer(Ticket ticket, const SessionStore::Found& found, std::string_view token) {
    Result result = std::unexpected{std::string{}};
    try {
      result = judge(found, token);
      if (!result) report(result.error());
    } catch (const std::bad_alloc&) {
      result = std::unexpected{std::string{}};
    }
    std::map<Ticket, Asked>::node_type asked;
    {
      const std::lock_guard lock{mutex};
      const auto waits = waiting.find(ticket);
      if (waits == waiting.end()) return;
      if (!waits->second.may_answer_later) {
        waits->second.at_once.emplace(std::move(result));
        return;
      }
      asked = waiting.extract(waits);
    }
    asked.mapped().done(std::move(result));
  }
};

SessionJudge::SessionJudge(std::shared_ptr<SessionStore> store, Policy policy,
                           std::function<void(const std::string&)> on_failure)
    : store_{std::move(store)}, state_{std::make_shared<State>(std::move(policy), std::move(on_failure))} {}

SessionJudge::~SessionJudge() {
  std::map<State::Ticket, State::Asked> left;
  {
    std::unique_lock lock{state_->mutex};
    state_->is_ending = true;
    left.swap(state_->waiting);
    state_->answered.wait(lock, [this] { return state_->answering == 0; });
  }
  for (const auto& [ticket, asked] : left) asked.done(std::unexpected{std::string{}});
}

std::optional<Result> SessionJudge::ask(const std::string& token, Done done) {
  State::Ticket ticket = 0;
  try {
    {
      const std::lock_guard lock{state_->mutex};
      ticket = ++state_->last;
      state_->waiting.emplace(ticket, State::Asked{.done = std::move(done)});
    }
    store_->find(token, [state = state_, ticket, token](const SessionStore::Found& found) {
      state->on_found(ticket, found, token);
    });
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock{state_->mutex};
    state_->waiting.erase(ticket);
    return std::unexpected{std::string{}};
  }
  const std::lock_guard lock{state_->mutex};
  const auto asked = state_->waiting.find(ticket);
  if (asked == state_->waiting.end()) return std::nullopt;
  if (!asked->second.at_once) {
    asked->second.may_answer_later = true;
    return std::nullopt;
  }
  auto result = std::move(asked->second.at_once);
  state_->waiting.erase(asked);
  return result;
}

}  // namespace drawbridge::fetch
