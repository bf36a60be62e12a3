#pragma once

// Better Auth's session cookie: `encodeURIComponent(token + "." + base64(HMAC-SHA256(secret, token)))`.

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace drawbridge {

/// The cookie's name as Better Auth writes it: with the prefix `__Secure-` where the issuer is https
/// (RFC 6265bis §4.1.3.1).
std::string session_cookie_name(std::string_view issuer);

enum class CookieFault {
  absent,     ///< no cookie has the name
  twice,      ///< more than one has it: which one counts would be a guess
  malformed,  ///< its value is not 32 characters, a dot and 44 of base64
  forged,     ///< none of the secrets made its HMAC
};

/// The value of the one cookie with this name, as it was sent. `headers` are the values of all Cookie
/// headers. Names are compared byte by byte. A view of the same text.
std::expected<std::string_view, CookieFault> cookie_value(std::span<const std::string_view> headers,
                                                          std::string_view name);

/// A session's token and what is to prove that Better Auth gave it out. Nothing of it is checked yet but its
/// form.
struct SessionCookie {
  std::string token;      ///< 32 visible ASCII characters: `session.token` in the database. A secret.
  std::string signature;  ///< 32 bytes
};

/// Reads a cookie's value: percent-decodes it once, splits it at its last dot. `malformed` for any other
/// form: an escape that is not whole, quotes, another length, base64 without padding, of the URL's alphabet
/// or with unused bits that are not zero (RFC 4648 §3.5).
std::expected<SessionCookie, CookieFault> read_session_cookie(std::string_view value);

/// The secrets of one Better Auth, the newest first: its one secret, or its versioned ones. Any thread may
/// ask. The bytes are overwritten at the end.
class SecretKeyring {
 public:
  /// Throws std::invalid_argument where there is none, or an empty one.
  explicit SecretKeyring(std::vector<std::string> secrets);
  ~SecretKeyring();
  SecretKeyring(SecretKeyring&&) noexcept = default;
  SecretKeyring& operator=(SecretKeyring&&) noexcept = default;
  SecretKeyring(const SecretKeyring&) = delete;
  SecretKeyring& operator=(const SecretKeyring&) = delete;

  /// Whether one of them made the signature (RFC 2104 with SHA-256). Takes the same time whichever it is, and
  /// whichever byte differs.
  bool signed_it(const SessionCookie& cookie) const;

 private:
  std::vector<std::string> secrets_;
};

/// Better Auth's versioned secrets as they are written in one text, `2:new,1:old`: in their order, of which
/// the first signs. Nothing where it cannot be read: an entry without a version, without a value, or a
/// version twice.
std::optional<std::vector<std::string>> read_versioned_secrets(std::string_view text);

}  // namespace drawbridge
