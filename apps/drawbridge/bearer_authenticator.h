#pragma once

#include "drawbridge/remote_verifier.h"

#include "http/authenticator.h"

namespace drawbridge::app {

/// Takes bearer tokens (RFC 6750 §2.1) and nothing else. The verifier must outlive it.
class BearerAuthenticator final : public http::Authenticator {
 public:
  explicit BearerAuthenticator(RemoteVerifier& verifier) : verifier_{verifier} {}

  std::optional<Result> authenticate(const Credentials& credentials,
                                     std::function<void(Result)> done) override {
    const auto token = bearer_token(credentials.authorization);
    if (!token) return std::unexpected{token.error()};
    return verifier_.verify_async(*token, done, credentials.client_address);
  }

 private:
  RemoteVerifier& verifier_;
};

}  // namespace drawbridge::app
