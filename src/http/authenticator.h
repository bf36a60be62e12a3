#pragma once

#include <expected>
#include <functional>
#include <optional>

#include "drawbridge/auth_error.h"
#include "drawbridge/credentials.h"
#include "drawbridge/identity.h"

namespace drawbridge::http {

/// Finds out who sent a request. Any thread may call.
class Authenticator {
 public:
  using Result = std::expected<Identity, AuthError>;

  virtual ~Authenticator() = default;

  /// The answer when it can be given at once. Otherwise nothing, and `done` is called with it later, once,
  /// from another thread; `done` is not called when an answer was returned. What the credentials show is
  /// copied where it is needed after the call.
  virtual std::optional<Result> authenticate(const Credentials& credentials,
                                             std::function<void(Result)> done) = 0;
};

}  // namespace drawbridge::http
