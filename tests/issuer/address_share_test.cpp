#include "issuer/address_share.h"

#include <gtest/gtest.h>

namespace drawbridge::fetch {
namespace {

TEST(AddressShare, IsOneForAllThatOneClientHas) {
  const struct {
    const char* name;
    const char* one;
    const char* other;
    bool same;
  } cases[] = {
      {"an address", "192.0.2.1", "192.0.2.1", true},
      {"its neighbour", "192.0.2.1", "192.0.2.2", false},
      {"IPv4 written as IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
      {"two of them", "::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
      {"one subnet", "2001:db8::1", "2001:db8:0:0:ffff::2", true},
      {"two spellings", "2001:db8::1", "2001:0DB8:0::1", true},
      {"two subnets", "2001:db8::1", "2001:db8:0:1::1", false},
      {"a zone", "fe80::1%eth0", "fe80::1%eth1", true},
      {"loopback", "127.0.0.1", "::1", false},
      {"no address", "unix:/run/app", "unix:/run/other", false},
      {"a name", "testclient", "testclient", true},
  };
  for (const auto& each : cases)
    EXPECT_EQ(address_share(each.one) == address_share(each.other), each.same) << each.name;
}

}  // namespace
}  // namespace drawbridge::fetch
