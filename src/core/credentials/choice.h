#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "drawbridge/credentials.h"

namespace drawbridge {

/// Which credential of a request counts, its form not checked beyond what choosing takes. Views into the
/// request.
struct SentToken {};  ///< the Authorization headers, whatever they hold: bearer_token() judges them
struct SentKey {
  std::string_view key;  ///< 1 to `max_api_key_size` visible ASCII characters. A secret.
};
struct SentSession {
  std::string_view cookie;  ///< its value as it was sent. A secret.
};
struct SentCachedSession {
  std::string jwt;                           ///< the cache's value, put together. A secret.
  std::optional<std::string_view> cookie{};  ///< the session cookie's, where it was sent as well
};
struct NothingSent {};
using SentCredential = std::variant<NothingSent, SentToken, SentKey, SentSession, SentCachedSession>;

enum class ChoiceFault { several_keys, key_malformed, several_cookies, cache_malformed };

constexpr std::size_t max_api_key_size = 512;

/// Authorization first: it is an explicit choice, so a bad one is refused and never replaced by another
/// credential. Then x-api-key, then the cookie with this name. Before that the session's cache, where the
/// backend takes it: `cache_name` is empty where it does not.
std::expected<SentCredential, ChoiceFault> chosen_credential(const Credentials& credentials,
                                                             const CredentialKinds& kinds,
                                                             std::string_view cookie_name,
                                                             std::string_view cache_name);

/// Whether it is a cookie that the request counts by, good or not.
bool counts_by_cookie(const std::expected<SentCredential, ChoiceFault>& chosen);

/// Whether a cookie decides, by the same order: no credential that goes before it was sent. So long an answer
/// depends on it, also where there is none.
bool cookie_may_count(const Credentials& credentials, const CredentialKinds& kinds);

}  // namespace drawbridge
