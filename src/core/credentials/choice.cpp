#include "core/credentials/choice.h"

#include <algorithm>

#include "core/credentials/session_cookie.h"

namespace drawbridge {
namespace {

bool counts_by_token(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.token && !credentials.authorization.empty();
}

bool counts_by_key(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.key && !credentials.api_key.empty();
}

}  // namespace

std::expected<SentCredential, ChoiceFault> chosen_credential(const Credentials& credentials,
                                                             const CredentialKinds& kinds,
                                                             std::string_view cookie_name) {
  if (counts_by_token(credentials, kinds)) return SentToken{};
  if (counts_by_key(credentials, kinds)) {
    if (credentials.api_key.size() > 1) return std::unexpected{ChoiceFault::several_keys};
    const std::string_view key = credentials.api_key.front();
    const bool is_visible = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
    if (key.empty() || key.size() > max_api_key_size || !is_visible)
      return std::unexpected{ChoiceFault::key_malformed};
    return SentKey{key};
  }
  if (kinds.session) {
    const auto value = cookie_value(credentials.cookie, cookie_name);
    if (value) return SentSession{*value};
    if (value.error() == CookieFault::twice) return std::unexpected{ChoiceFault::several_cookies};
  }
  return NothingSent{};
}

bool cookie_may_count(const Credentials& credentials, const CredentialKinds& kinds) {
  return kinds.session && !counts_by_token(credentials, kinds) && !counts_by_key(credentials, kinds);
}

}  // namespace drawbridge
