#include "core/credentials/choice.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/credentials/cache_cookie.h"
#include "core/credentials/session_cookie.h"

namespace drawbridge {
namespace {

bool counts_by_token(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.token && !credentials.authorization.empty();
}

bool counts_by_key(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.key && !credentials.api_key.empty();
}

std::expected<SentCredential, ChoiceFault> chosen_cookie(std::span<const std::string_view> headers,
                                                         std::string_view cookie_name,
                                                         std::string_view cache_name) {
  const auto session = cookie_value(headers, cookie_name);
  if (!session && session.error() == CookieFault::twice) return std::unexpected{ChoiceFault::several_cookies};
  if (!cache_name.empty()) {
    auto cache = cache_cookie_value(headers, cache_name);
    if (cache) return SentCachedSession{*std::move(cache), session ? std::optional{*session} : std::nullopt};
    if (cache.error() == CookieFault::twice) return std::unexpected{ChoiceFault::several_cookies};
    if (cache.error() != CookieFault::absent) return std::unexpected{ChoiceFault::cache_malformed};
  }
  if (session) return SentSession{*session};
  return NothingSent{};
}

}  // namespace

std::expected<SentCredential, ChoiceFault> chosen_credential(const Credentials& credentials,
                                                             const CredentialKinds& kinds,
                                                             std::string_view cookie_name,
                                                             std::string_view cache_name) {
  if (counts_by_token(credentials, kinds)) return SentToken{};
  if (counts_by_key(credentials, kinds)) {
    if (credentials.api_key.size() > 1) return std::unexpected{ChoiceFault::several_keys};
    const std::string_view key = credentials.api_key.front();
    const bool is_visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
    if (key.empty() || key.size() > max_api_key_size || !is_visible)
      return std::unexpected{ChoiceFault::key_malformed};
    return SentKey{key};
  }
  if (kinds.session) return chosen_cookie(credentials.cookie, cookie_name, cache_name);
  return NothingSent{};
}

bool counts_by_cookie(const std::expected<SentCredential, ChoiceFault>& chosen) {
  if (!chosen)
    return chosen.error() == ChoiceFault::several_cookies || chosen.error() == ChoiceFault::cache_malformed;
  return std::holds_alternative<SentSession>(*chosen) || std::holds_alternative<SentCachedSession>(*chosen);
}

bool cookie_may_count(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.session && !counts_by_token(credentials, kinds) && !counts_by_key(credentials, kinds);
}

}  // namespace drawbridge
