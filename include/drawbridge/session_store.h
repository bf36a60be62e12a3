#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace drawbridge {

/// Where Better Auth keeps its sessions, for a backend that shares it: its database, or its secondary
/// storage. It gives what is there and judges nothing. Any number of threads may ask.
class DRAWBRIDGE_API SessionStore {
 public:
  struct Record {
    /// `{"session":{…},"user":{…}}`, as Better Auth's secondary storage has it: the session with `id`,
    /// `token`, `userId` and `expiresAt`, the user with `id` and what tokens say. Names may be in snake_case,
    /// times ISO 8601 or numbers of seconds or milliseconds, flags 0 and 1.
    std::string json;
    /// Of secondary storage alone, `revoked-sessions-before-<userId>`: sessions made before it do not count.
    std::optional<std::chrono::sys_time<std::chrono::milliseconds>> revoked_before{};
  };
  /// The session with its user, or that there is none, also where the user is gone; or why that cannot be
  /// told, in one line without a value of any record.
  using Found = std::expected<std::optional<Record>, std::string>;
  using Done = std::function<void(Found)>;

  virtual ~SessionStore() = default;

  /// Looks for the session whose `session.token` this is, and calls `done` once, within some 2 seconds, from
  /// any thread, maybe before it returns. What it gives was so after the call: a look that had begun before
  /// answers nobody who asks now. `done` is quick and does not throw. The destructor calls what is left.
  virtual void find(std::string_view token, Done done) = 0;
};

}  // namespace drawbridge
