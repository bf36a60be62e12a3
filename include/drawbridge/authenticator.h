#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drawbridge/auth_error.h"
#include "drawbridge/credential_counts.h"
#include "drawbridge/credentials.h"
#include "drawbridge/identity.h"
#include "drawbridge/remote_verifier.h"
#include "drawbridge/session_store.h"

namespace drawbridge {

/// Which credentials a backend takes beside tokens, and what it takes to judge them.
struct CredentialSource {
  CredentialKinds kinds{};
  /// Better Auth's base URL, as BetterAuth::at reads it: without a path it is `<origin>/api/auth`. The rules
  /// for where one may connect are those of the KeySource. For keys, and for sessions that are not read from
  /// a `session_store`.
  std::string base_url{};
  /// The session cookie's whole name, where Better Auth was given another prefix. Without it the usual one:
  /// `better-auth.session_token`, with `__Secure-` before it where the issuer is https.
  std::optional<std::string> session_cookie{};
  /// Better Auth's secret, or its versioned ones, the newest first. With it a forged cookie is refused at
  /// once; without it Better Auth is asked about each that has the form of one.
  std::vector<std::string> secrets{};
  /// Where sessions are looked for in place of asking Better Auth: each time anew, so that one that was
  /// signed out is `session_unknown` from the next request on. Needs `secrets`. The Identity says what the
  /// plugin
  /// @drawbridge/better-auth puts into tokens, for the policy's first issuer and audience, and holds for half
  /// a minute; a policy that requires other claims than the plugin's own cannot be had here.
  std::shared_ptr<SessionStore> session_store{};
  /// Whether a session also counts by the cookie in which Better Auth caches it, `….session_data` beside
  /// `….session_token`, signed by the key set: `jwt({ sessionCookieCache: true })` with the strategy `jwt`.
  /// Nothing is asked then, and neither a sign-out nor a ban is seen before the cache ends
  /// (`cookieCache.maxAge`). Without that cookie, or with one that has ended, Better Auth is asked about the
  /// session's own; one that it did not sign is refused. Not beside a `session_store`; the Identity says what
  /// is said there of one.
  bool session_cache = false;
  /// Origins (RFC 6454 §7, `https://app.example.com`) whose pages may send what changes something, or opens a
  /// WebSocket, with a session cookie. The API's own is one of them, if it has pages.
  std::vector<std::string> allowed_origins{};
  /// How long a session or a key that was good is taken again without asking Better Auth: so long a sign-out
  /// may go unseen. 0 asks each time.
  std::chrono::seconds max_age{30};
  /// Called with the reason why a session or a key could not be judged: one line without a secret, at most
  /// one in 10 seconds, from a thread that others wait for, which it must not block. It must not throw.
  std::function<void(const std::string&)> on_failure{};
};

/// Finds out who sent a request, by a token, Better Auth's session cookie or an API key.
///
/// An `Authorization` header is an explicit choice: where tokens are taken and it is there, it alone counts.
/// Then `x-api-key`, then the cookie. Better Auth is asked what a session or a key is worth, once for all who
/// send it at the time; its answer is a token, which the one verifier judges. What a SessionStore gives is
/// judged by the same rules. So an Identity is the same whatever it came from, but for its `credential()`. A
/// session that is read so does not slide.
///
/// Any number of threads may use one. Not safe to use across fork(); make it in the child.
class DRAWBRIDGE_API Authenticator {
 public:
  using Result = std::expected<Identity, AuthError>;

  /// Starts the threads and the first fetch of the keys; does not wait for it. Throws std::invalid_argument,
  /// with one line, for a policy or a source that cannot work.
  Authenticator(Policy policy, KeySource keys, CredentialSource credentials);
  /// Ends the threads, within seconds. Requests that still wait are answered with `keys_unavailable` or
  /// `session_unavailable`.
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;
  Authenticator& operator=(Authenticator&&) noexcept;

  /// Who sent it, or why nobody did: the codes of RemoteVerifier, `credential_malformed`, `session_unknown`,
  /// `api_key_unknown`, `origin_not_allowed`, `session_unavailable`, and `rate_limited` for a key that may
  /// not be used now. Blocks at most some 2 seconds, and only where Better Auth has to be asked.
  Result authenticate(const Credentials& credentials);

  /// The same without blocking, as RemoteVerifier::verify_async: what `credentials` show is not used after
  /// the call.
  std::optional<Result> authenticate_async(const Credentials& credentials,
                                           const std::function<void(Result)>& done);

  /// The verifier behind it, for its keys.
  RemoteVerifier& verifier();

  /// All zero for a kind that is not taken.
  CredentialCounts session_counts() const;
  CredentialCounts key_counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace drawbridge
