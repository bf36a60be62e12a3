#include "issuer/address_share.h"

#include <array>

#include <arpa/inet.h>
#include <sodium.h>

namespace drawbridge::fetch {
namespace {

constexpr std::size_t subnet_size = 8;
constexpr std::string_view mapped_prefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};

}  // namespace

std::string address_share(std::string_view address) {
  const std::string text{
      address.substr(0, address.find('%'))};  // RFC 4007 §11: the zone is the machine's own
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::string{address};
  const std::string_view whole{bytes.data(), bytes.size()};
  return std::string{whole.starts_with(mapped_prefix) ? whole.substr(mapped_prefix.size())
                                                      : whole.substr(0, subnet_size)};
}

DigestSecret new_digest_secret() {
  DigestSecret secret{};
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

std::uint64_t digest_of_share(std::string_view client_address, const DigestSecret& secret) {
  return client_address.empty() ? 0 : keyed_digest(address_share(client_address), secret);
}

}  // namespace drawbridge::fetch
