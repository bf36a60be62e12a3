#pragma once

#include <span>
#include <string_view>

namespace drawbridge {

/// What a request carries that may prove who sent it, as it came: nothing of it is checked. Of each header
/// all values are here, since one that comes twice is a fault of its own. Views into the request.
struct Credentials {
  std::span<const std::string_view> authorization{};   ///< RFC 9110 §11.6.2
  std::span<const std::string_view> cookie{};          ///< RFC 6265 §5.4
  std::span<const std::string_view> api_key{};         ///< `x-api-key`
  std::span<const std::string_view> origin{};          ///< RFC 6454 §7
  std::span<const std::string_view> sec_fetch_site{};  ///< Fetch Metadata
  std::string_view
      method{};  ///< `GET`, in upper case; of another method, or none, a cookie has to show its sender
  /// RFC 6455 §4.1. A handshake that is not marked as one counts as a GET, which a page of any origin may
  /// send.
  bool is_websocket_handshake = false;
  std::string_view client_address{};  ///< of the connection: an IP address without port
};

/// The kinds of credentials that a backend takes. One that it does not take is not looked at.
struct CredentialKinds {
  bool token = true;     ///< `Authorization: Bearer …`, a JWT (RFC 6750 §2.1)
  bool session = false;  ///< Better Auth's session cookie
  bool key = false;      ///< `x-api-key`, of the plugin @better-auth/api-key
};

}  // namespace drawbridge
