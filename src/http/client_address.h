#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace drawbridge::http {

using Address = boost::asio::ip::address;

/// One machine's address, or a network's with the length of its prefix: `10.0.0.0/8`, `::1`.
struct Network {
  Address address;
  unsigned prefix_length;

  /// Nothing where it is neither, or has bits beyond its prefix.
  static std::optional<Network> parse(std::string_view text);
  bool has(const Address& other) const;
};

/// The proxies whose X-Forwarded-For is believed.
class TrustedProxies {
 public:
  TrustedProxies() = default;
  explicit TrustedProxies(std::vector<Network> networks) : networks_{std::move(networks)} {}

  bool has(const Address& address) const;

  /// Who sent the request that came from `peer`. Each proxy appends whom it got the request from, and the
  /// client may have written anything before that: so the values are read from the right, as far as proxies
  /// that are trusted wrote them. What is no address ends the reading.
  Address client(const Address& peer, std::span<const std::string_view> forwarded_for) const;

 private:
  std::vector<Network> networks_;
};

/// An IPv4 address that came as IPv6 (`::ffff:a.b.c.d`) as what it is.
Address plain(const Address& address);

/// Whom a limit for one address is for: of IPv6 the network of 64 bits, which is what one customer gets.
Address limited_address(const Address& address);

}  // namespace drawbridge::http
