#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/keys/verified_subjects.h"

namespace drawbridge::fetch {

/// The bytes that addresses have in common when they count as one client: all four of IPv4, also where it is
/// written as IPv6 (RFC 4291 §2.5.5.2), and of IPv6 the first 64 bits, since whoever has one address there
/// has the rest of its subnet (RFC 6177). What is no address, the path of a socket for example, stands for
/// itself.
std::string address_share(std::string_view address);

/// For keyed_digest(), so that nobody outside can look for texts with the same digest.
DigestSecret new_digest_secret();

/// A number for an address_share(), which says nothing of it without the secret; 0 where the address is
/// empty.
std::uint64_t digest_of_share(std::string_view client_address, const DigestSecret& secret);

}  // namespace drawbridge::fetch
