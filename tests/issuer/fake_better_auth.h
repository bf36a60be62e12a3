#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/issuer/issuer.h"

namespace drawbridge::test {

inline constexpr std::string_view session_token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";

/// Better Auth with one user, Ada, of one session and one key, and what a test changes about it.
struct FakeBetterAuth {
  std::mutex mutex;
  TestKey key = key_named("k1");
  std::vector<TestKey> listed{key};
  bool gives_jwt_along = true;
  std::optional<Answer> instead{};              ///< of an answer to get-session or token
  std::map<std::string, Answer> instead_for{};  ///< the same for one credential, a session's token or a key
  std::string revocations{};  ///< the answer to who asks what was revoked; none has no such list
  MisbehavingServer server{};

  FakeBetterAuth() {
    server.answer([this](const HeardRequest& request) { return answer(request); });
  }
  ~FakeBetterAuth() { server.go_down(); }

  std::string jwt(std::string_view user = "ada", std::string_view session = "s1") const {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return key.token(fmt::format(R"({{"iat":{},"exp":{},"iss":"{}","aud":"{}","sub":"{}","sid":"{}"}})", now,
                                 now + 900, origin, origin, user, session));
  }
  static std::string session(std::string_view of = session_token, std::string_view user = "ada") {
    return fmt::format(R"({{"session":{{"id":"s1","token":"{}","userId":"{}"}},"user":{{"id":"{}"}}}})", of,
                       user, user);
  }
  Answer answer(const HeardRequest& request) {
    const std::lock_guard lock{mutex};
    if (request.target.ends_with("/jwks")) {
      std::string jwks;
      for (const TestKey& one : listed) jwks += (jwks.empty() ? "" : ",") + one.jwk();
      return Answer::json("{\"keys\":[" + jwks + "]}");
    }
    if (request.target.contains("/drawbridge/revocations"))
      return revocations.empty() ? Answer::of(404, "") : Answer::json(revocations);
    const std::string cookie = request.header("cookie");
    const std::string key_sent = request.header("x-api-key");
    for (const auto& [credential, other] : instead_for)
      if (cookie.contains(credential) || key_sent == credential) return other;
    if (instead) return *instead;
    if (request.target.contains("/token?nonce=")) return Answer::json("{\"token\":\"" + jwt() + "\"}");
    return Answer::json(session(), gives_jwt_along ? "Set-Auth-Jwt: " + jwt() + "\r\n" : "");
  }
  void answer_instead(std::optional<Answer> other) {
    const std::lock_guard lock{mutex};
    instead = std::move(other);
  }
  /// The targets asked for, but the key set's and the revocations'.
  std::vector<std::string> exchanges() const {
    std::vector<std::string> targets;
    for (const HeardRequest& request : server.requests())
      if (!request.target.ends_with("/jwks") && !request.target.contains("/drawbridge/revocations"))
        targets.push_back(request.target.substr(0, request.target.find("?nonce=")));
    return targets;
  }
};

}  // namespace drawbridge::test
