#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "drawbridge/remote_verifier.h"

#include "tests/support/misbehaving_server.h"
#include "tests/support/test_keys.h"

namespace drawbridge::test {

inline const std::string origin = "https://app.example.com";

inline TestKey key_named(std::string kid) {
  return TestKey::generate(Algorithm::eddsa, std::move(kid));
}

/// A good token of this key, for a quarter of an hour from now.
inline std::string token_of(const TestKey& key, const std::string& issuer = origin) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return key.token(R"({"iat":)" + std::to_string(now) + R"(,"exp":)" + std::to_string(now + 900) +
                   R"(,"iss":")" + issuer + R"(","aud":")" + origin + R"(","sub":"user of )" + key.kid() +
                   R"("})");
}

inline Answer set_of(std::initializer_list<TestKey> keys) {
  std::string jwks;
  for (const TestKey& key : keys) jwks += (jwks.empty() ? "" : ",") + key.jwk();
  return Answer::json("{\"keys\":[" + jwks + "]}");
}

inline Policy policy() {
  return {origin, origin};
}

inline KeySource source_of(const MisbehavingServer& server) {
  KeySource source;
  source.jwks_url = server.url();
  source.revocations.mode = RevocationMode::off;  // so that what is asked for are keys alone
  return source;
}

/// The user, or the code of the refusal.
inline std::string said_of(const RemoteVerifier::Result& result) {
  return result ? result->subject() : std::string{name_of(result.error().code)};
}

/// Waits for what another thread is to bring about; false after 15 seconds.
inline bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{15};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

/// Counts what a verifier's fetches came to.
struct EventCounter {
  std::shared_ptr<std::atomic<int>> good = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> failed = std::make_shared<std::atomic<int>>(0);

  void listen_to(KeySource& source) const {
    source.on_event = [good = good, failed = failed](const KeySource::Event& event) {
      ++*(event.good ? good : failed);
    };
  }
  /// Asks for a fetch and waits until it came out well; false if it does not.
  bool refetch(RemoteVerifier& verifier, const MisbehavingServer& server) const {
    return fetch_counts(verifier, server, *good);
  }
  /// The same for a fetch that is to fail.
  bool refetch_in_vain(RemoteVerifier& verifier, const MisbehavingServer& server) const {
    return fetch_counts(verifier, server, *failed);
  }

 private:
  bool fetch_counts(RemoteVerifier& verifier, const MisbehavingServer& server,
                    const std::atomic<int>& counter) const {
    // An event comes after the tokens that waited for it: those of earlier fetches may be on their way.
    const auto told_of_all = [&] {
      return static_cast<std::size_t>(*good + *failed) == server.request_count();
    };
    if (!eventually(told_of_all)) return false;
    const int before = counter;
    verifier.refresh();
    return eventually([&] { return counter > before; });
  }
};

}  // namespace drawbridge::test
