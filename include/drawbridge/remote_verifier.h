#pragma once

#include "drawbridge/export.h"

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawbridge/cache_counts.h"
#include "drawbridge/eddsa_tables.h"
#include "drawbridge/key_status.h"
#include "drawbridge/revocations.h"
#include "drawbridge/verifier.h"

namespace drawbridge {

/// The addresses of one Better Auth server, derived from its base URL as Better Auth derives them.
struct DRAWBRIDGE_API BetterAuth {
  std::string jwks_url;  ///< `<base>/jwks`
  std::string issuer;    ///< the origin: scheme and host in lower case, default port dropped
  std::string audience;  ///< the same origin
  std::string base_url;  ///< with its path: `https://app.example.com/api/auth`

  /// Reads Better Auth's own base URL: without a path `/api/auth` is added, otherwise its own path is the
  /// base. Fails with one line for anything that is not an http or https URL, and for one with user info, a
  /// query or a fragment.
  static std::expected<BetterAuth, std::string> at(std::string_view url);
};

/// Where the keys come from and how long they may serve.
struct KeySource {
  /// https anywhere; http only to loopback or to a host of `allow_http_hosts`, and never by a proxy. For
  /// https `https_proxy` of the environment counts, which passes on what it cannot read.
  std::string jwks_url;
  std::vector<std::string> allow_http_hosts{};
  /// PEM file of certificate authorities to trust instead of the system's.
  std::optional<std::filesystem::path> ca_file{};
  /// Where the last good set is kept, so that a restart survives an outage of the issuer. Whoever can
  /// write this file can sign in as anyone.
  std::optional<std::filesystem::path> snapshot{};
  /// How long the last good set serves while the issuer cannot be reached; at most a year.
  std::chrono::seconds max_stale = std::chrono::hours{24};
  /// How many verified tokens are remembered, rounded up to a multiple of 128; 0 remembers none. One of more
  /// than 2,048 bytes never is.
  std::size_t remembered_tokens = 65'536;
  /// Whether keys of EdDSA get tables, which take some third of libsodium's time and 40 KB a key, for at most
  /// 32 keys. What tables refuse, and of what they accept one in 1,024, libsodium judges too. Without effect
  /// in a build without them.
  bool eddsa_tables = true;
  /// What is asked of the issuer beside its keys, by the same rules for where one may connect.
  RevocationSource revocations{};
  /// Told of every fetch, in order and one at a time, from a thread of its own, and of a snapshot that could
  /// not be used or written, the former from the constructor; when revocations were found, were lost or are
  /// back; and of a fault of `eddsa_tables`, the one error among them. A slow one delays no token and no
  /// fetch; the destructor waits for it. It must not throw.
  struct Event {
    enum class About : std::uint8_t { keys, revocations, signatures };

    bool good;         ///< whether the issuer answered with what was asked for
    std::string text;  ///< one line: what happened and, for a failure, what to do; no token, no secret
    About about = About::keys;
  };
  std::function<void(const Event&)> on_event{};
};

/// A Verifier that fetches Better Auth's key set by itself, keeps it fresh on threads of its own, and
/// remembers tokens that it has verified.
///
/// Any number of threads may use one. A token whose key is held is answered at once and without a lock
/// on the keys. A key that is not held is fetched; whoever needs it waits for that one fetch, at most
/// 2 seconds, and is otherwise told `keys_unavailable` (503): an outage of the issuer never reads as a
/// bad token. Not safe to use across fork(); make it in the child.
///
/// What the issuer revoked before its time is `token_revoked`, also for a token that is remembered. The
/// issuer is asked each second while tokens come, once for all of them. The first token after a pause waits
/// for the answer, at most 2 seconds. `revocations_unavailable` (503) is said only where they are `required`.
///
/// Up to 4,096 keys that are not held are waited for at a time, each by any number of tokens. Beyond that the
/// token of a user who was verified lately goes before others, and each `client_address` has its share; an
/// address that counts is an IP address as the server sees it, IPv6 by its first 64 bits. Without it all are
/// one client.
class DRAWBRIDGE_API RemoteVerifier {
 public:
  using Result = std::expected<Identity, AuthError>;

  /// Starts the threads and the first fetch; does not wait for it. Throws std::invalid_argument, with
  /// one line, for a policy or a source that cannot work.
  RemoteVerifier(Policy policy, KeySource source);
  /// The shortest way for a Better Auth at `better_auth_url`, its origin being issuer and audience.
  explicit RemoteVerifier(std::string_view better_auth_url);
  /// Ends the threads, within a second or so; whoever still waits is told `keys_unavailable`.
  ~RemoteVerifier();
  RemoteVerifier(RemoteVerifier&&) noexcept;
  RemoteVerifier& operator=(RemoteVerifier&&) noexcept;

  /// The identity that the token proves. Blocks only when its key is not held, at most 2 seconds.
  Result verify(std::string_view token, std::string_view client_address = {});

  /// The same for the value of one `Authorization` header; an empty value is `token_missing`.
  Result authenticate(std::string_view authorization, std::string_view client_address = {});

  /// The same without blocking: the answer when it can be given at once. Otherwise nothing, and `done`
  /// is called with it later, once, from the answering thread, which it must not block: others wait for that,
  /// too. `done` is not called when an answer was returned. It must not throw. The destructor calls what is
  /// left of them.
  std::optional<Result> verify_async(std::string_view token, const std::function<void(Result)>& done,
                                     std::string_view client_address = {});

  /// Asks for a fetch as soon as the minimum gap of 1 second allows, whatever the age of the keys and
  /// however long the pause after failures; a Retry-After of the issuer's is kept to.
  void refresh();

  KeyStatus key_status() const;
  RevocationStatus revocation_status() const;
  /// How often a token was looked for among those that were verified before.
  CacheCounts remembered_tokens() const;
  EddsaTableStatus eddsa_tables() const;
  const Policy& policy() const;

 private:
  friend class Authenticator;
  /// The same for what a cookie caches of a session, with the token in the session's own cookie, where that
  /// was sent as well: src/core/credentials/cached_session.h.
  std::optional<Result> verify_cached_session_async(std::string_view jwt,
                                                    std::optional<std::string_view> session_token,
                                                    const std::function<void(Result)>& done,
                                                    std::string_view client_address);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace drawbridge
