#pragma once

#include "drawbridge/authenticator.h"

#include "http/authenticator.h"

namespace drawbridge::app {

/// The library's Authenticator, as the server asks for one. It must outlive this.
class CredentialAuthenticator final : public http::Authenticator {
 public:
  explicit CredentialAuthenticator(drawbridge::Authenticator& judge) : judge_{judge} {}

  std::optional<Result> authenticate(const Credentials& credentials,
                                     std::function<void(Result)> done) override {
    return judge_.authenticate_async(credentials, done);
  }

 private:
  drawbridge::Authenticator& judge_;
};

}  // namespace drawbridge::app
