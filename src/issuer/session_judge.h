#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "drawbridge/identity.h"
#include "drawbridge/policy.h"
#include "drawbridge/session_store.h"

namespace drawbridge::fetch {

/// Finds out whose a session is by what a SessionStore gives, each time anew. Any number of threads may ask.
class SessionJudge {
 public:
  /// The identity, nothing where no such session counts, or why that cannot be told, in one line that may be
  /// empty.
  using Result = std::expected<std::optional<Identity>, std::string>;
  using Done = std::function<void(Result)>;

  /// `on_failure` as CredentialSource has it.
  SessionJudge(std::shared_ptr<SessionStore> store, Policy policy,
               std::function<void(const std::string&)> on_failure);
  /// Whoever still waits is told that it cannot be told; nobody is called afterwards.
  ~SessionJudge();
  SessionJudge(const SessionJudge&) = delete;
  SessionJudge& operator=(const SessionJudge&) = delete;

  /// The answer where the store gives it at once. Otherwise nothing, and `done` is called with it later,
  /// once, from the store's thread. `token` is one that the secret signed.
  std::optional<Result> ask(const std::string& token, Done done);

 private:
  struct State;
  std::shared_ptr<SessionStore> store_;
  std::shared_ptr<State> state_;  ///< lives on while the store has something to answer
};

}  // namespace drawbridge::fetch
