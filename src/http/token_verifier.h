#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string_view>

#include "drawbridge/auth_error.h"
#include "drawbridge/identity.h"
#include "drawbridge/key_status.h"

namespace drawbridge::http {

/// The port to whatever decides on tokens. Any thread may call.
class TokenVerifier {
 public:
  using Result = std::expected<Identity, AuthError>;

  virtual ~TokenVerifier() = default;

  /// The answer when it can be given at once. Otherwise nothing, and `done` is called with it later, exactly
  /// once, from any thread. Never blocks. The token need not live longer than the call.
  virtual std::optional<Result> verify_async(std::string_view token, std::function<void(Result)> done) = 0;

  virtual KeyStatus key_status() const = 0;
};

}  // namespace drawbridge::http
