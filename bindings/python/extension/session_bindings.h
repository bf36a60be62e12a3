#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <nanobind/nanobind.h>

#include "drawbridge/identity.h"
#include "drawbridge/session_store.h"

#include "pending.h"

namespace drawbridge::python {

/// Adds `_core.SessionLook`, and what is asked of a secondary storage.
void bind_sessions(nanobind::module_& module);

/// Storage that Python reads, with the app's own clients and in its event loop. It leaves each question to
/// the thread that asked: whoever begins an authentication stands a Question up in that thread, and finds in
/// it what is to be looked for. Asked in any other way, it cannot be told.
class AskedSessions final : public SessionStore {
 public:
  class Question {
   public:
    Question() : outer_{current_} { current_ = this; }
    ~Question() { current_ = outer_; }
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;

    std::string token{};  ///< a secret
    Done done{};          ///< nothing where no session is to be looked for

   private:
    friend class AskedSessions;
    static inline thread_local Question* current_ = nullptr;
    Question* outer_;
  };

  void find(std::string_view token, Done done) override;
};

/// A session that is to be looked for, by a token that the secret signed, and the judgement of what is found.
/// Python has one for a request; one that is dropped unanswered, as by a request that was cancelled, leaves
/// nothing behind. All of it needs the GIL.
class SessionLook {
 public:
  SessionLook(std::string token, SessionStore::Done done, std::shared_ptr<Pending> pending);
  ~SessionLook();
  SessionLook(const SessionLook&) = delete;
  SessionLook& operator=(const SessionLook&) = delete;

  const std::string& token() const { return token_; }

  /// The identity of the session with this record, or the refusal as an exception. No record: there is no
  /// such session. `revoked_before` in milliseconds since 1970. Once, this or failed().
  Identity found(const std::optional<nanobind::bytes>& record, std::optional<std::int64_t> revoked_before);
  /// Raises `session_unavailable` with this reason, one line without a value of any record.
  Identity failed(std::string why);

 private:
  Identity answer(SessionStore::Found found);

  std::string token_;
  SessionStore::Done done_;
  std::shared_ptr<Pending> pending_;
};

}  // namespace drawbridge::python
