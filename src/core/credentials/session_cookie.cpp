#include "core/credentials/session_cookie.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

#include <sodium.h>

#include "core/credentials/cookie_header.h"
#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge {
namespace {

constexpr std::size_t token_size = 32;
constexpr std::size_t signature_size = crypto_auth_hmacsha256_BYTES;
constexpr std::size_t signature_text_size = 44;  // of base64 with its padding
constexpr std::size_t largest_value = 3 * (token_size + 1 + signature_text_size);  // each character escaped

int hex_digit(char c) {
  if (ascii::is_digit(c)) return c - '0';
  const char small = ascii::lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// Nothing where an escape is not whole (RFC 3986 §2.1).
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (auto escape = text.find('%'); escape != std::string_view::npos; escape = text.find('%')) {
    decoded += text.substr(0, escape);
    text.remove_prefix(escape);
    if (text.size() < 3) return std::nullopt;
    const int high = hex_digit(text[1]);
    const int low = hex_digit(text[2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    text.remove_prefix(3);
  }
  return decoded += text;
}

std::optional<std::string> decode_signature(std::string_view text) {
  if (text.size() != signature_text_size) return std::nullopt;
  std::string bytes(signature_size, '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size != signature_size)
    return std::nullopt;
  return bytes;
}

bool is_visible(char c) {
  return c > ' ' && c < 0x7F;
}

}  // namespace

std::string session_cookie_name(std::string_view issuer) {
  const bool is_https = ascii::equal_ignoring_case(issuer.substr(0, 8), "https://");
  return std::string{is_https ? "__Secure-" : ""} + "better-auth.session_token";
}

std::expected<std::string_view, CookieFault> cookie_value(std::span<const std::string_view> headers,
                                                          std::string_view name) {
  std::optional<std::string_view> value;
  bool twice = false;
  each_cookie(headers, [&](std::string_view of, std::string_view found) {
    if (of != name) return;
    twice = twice || value;
    value = found;
  });
  if (twice) return std::unexpected{CookieFault::twice};
  if (!value) return std::unexpected{CookieFault::absent};
  return *value;
}

std::expected<SessionCookie, CookieFault> read_session_cookie(std::string_view value) {
  const auto malformed = std::unexpected{CookieFault::malformed};
  if (value.size() > largest_value) return malformed;
  const auto decoded = percent_decoded(value);
  if (!decoded) return malformed;
  const std::string_view text = *decoded;
  const auto dot = text.rfind('.');
  if (dot != token_size || !std::ranges::all_of(text.substr(0, dot), is_visible)) return malformed;
  auto signature = decode_signature(text.substr(dot + 1));
  if (!signature) return malformed;
  return SessionCookie{std::string{text.substr(0, dot)}, *std::move(signature)};
}

SecretKeyring::SecretKeyring(std::vector<std::string> secrets) : secrets_{std::move(secrets)} {
  if (secrets_.empty() || std::ranges::any_of(secrets_, &std::string::empty))
    throw std::invalid_argument{"a secret is missing or empty"};
}

SecretKeyring::~SecretKeyring() {
  for (std::string& secret : secrets_) sodium_memzero(secret.data(), secret.size());
}

bool SecretKeyring::signed_it(const SessionCookie& cookie) const {
  if (cookie.signature.size() != signature_size) return false;
  bool any = false;
  for (const std::string& secret : secrets_) {
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, signature_size> expected{};
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(cookie.token.data()),
                                  cookie.token.size());
    crypto_auth_hmacsha256_final(&state, expected.data());
    any |= sodium_memcmp(expected.data(), cookie.signature.data(), signature_size) == 0;
  }
  return any;
}

std::optional<std::vector<std::string>> read_versioned_secrets(std::string_view text) {
  std::vector<std::string> secrets;
  std::vector<std::int64_t> versions;
  for (const std::string_view entry : ascii::split_at_commas(text)) {
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view secret = ascii::trimmed(entry.substr(colon + 1));
    const auto version = whole_number<std::int64_t>(ascii::trimmed(entry.substr(0, colon)), 0);
    if (secret.empty() || !version || std::ranges::find(versions, *version) != versions.end())
      return std::nullopt;
    versions.push_back(*version);
    secrets.emplace_back(secret);
  }
  if (secrets.empty()) return std::nullopt;
  return secrets;
}

}  // namespace drawbridge
