#include "http/client_address.h"

#include <algorithm>
#include <ranges>

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include "core/text/whole_number.h"

namespace drawbridge::http {
namespace {

namespace ip = boost::asio::ip;

std::optional<Address> address_of(std::string_view text) {
  boost::system::error_code error;
  const auto address = ip::make_address(text, error);
  if (error || (address.is_v6() && address.to_v6().scope_id() != 0)) return std::nullopt;
  return plain(address);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(blanks) + 1));
  return text;
}

/// Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, text.find(']') - 1);
  const auto colon = text.find(':');
  const bool is_one = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return is_one ? text.substr(0, colon) : text;
}

}  // namespace

Address plain(const Address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

Address limited_address(const Address& address) {
  const auto known = plain(address);
  if (known.is_v4()) return known;
  return ip::network_v6{known.to_v6(), 64}.network();
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = address_of(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned all_bits = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Network{*address, all_bits};
  const auto length = whole_number<unsigned>(text.substr(slash + 1), 0);
  if (!length || *length > all_bits) return std::nullopt;
  const Network network{*address, *length};
  const Address first =
      address->is_v4()
          ? Address{ip::network_v4{address->to_v4(), static_cast<unsigned short>(*length)}.network()}
          : Address{ip::network_v6{address->to_v6(), static_cast<unsigned short>(*length)}.network()};
  return first == *address ? std::optional{network} : std::nullopt;
}

bool Network::has(const Address& other) const {
  const auto length = static_cast<unsigned short>(prefix_length);
  if (address.is_v4() != other.is_v4()) return false;
  if (address.is_v4()) return ip::network_v4{other.to_v4(), length}.network() == address.to_v4();
  return ip::network_v6{other.to_v6(), length}.network() == address.to_v6();
}

bool TrustedProxies::has(const Address& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.has(plain(address)); });
}

Address TrustedProxies::client(const Address& peer, std::span<const std::string_view> forwarded_for) const {
  Address client = plain(peer);
  for (std::string_view line : forwarded_for | std::views::reverse) {
    while (has(client)) {
      const auto comma = line.rfind(',');
      const auto value = comma == std::string_view::npos ? line : line.substr(comma + 1);
      const auto named = address_of(without_port(trimmed(value)));
      if (!named) return client;
      client = *named;
      if (comma == std::string_view::npos) break;
      line = line.substr(0, comma);
    }
  }
  return client;
}

}  // namespace drawbridge::http
