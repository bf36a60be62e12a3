#include "http/client_address.h"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

Address address(std::string_view text) {
  return boost::asio::ip::make_address(text);
}

TrustedProxies proxies(std::vector<std::string_view> texts) {
  std::vector<Network> networks;
  for (const auto text : texts) networks.push_back(Network::parse(text).value());
  return TrustedProxies{std::move(networks)};
}

TEST(Network, has_what_begins_alike) {
  const auto ten = Network::parse("10.0.0.0/8").value();
  EXPECT_TRUE(ten.has(address("10.255.0.1")));
  EXPECT_FALSE(ten.has(address("11.0.0.1")));
  EXPECT_FALSE(ten.has(address("::a00:1")));
  const auto one = Network::parse("192.0.2.7").value();
  EXPECT_TRUE(one.has(address("192.0.2.7")));
  EXPECT_FALSE(one.has(address("192.0.2.6")));
  const auto six = Network::parse("2001:db8::/32").value();
  EXPECT_TRUE(six.has(address("2001:db8:ffff::1")));
  EXPECT_FALSE(six.has(address("2001:db9::1")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0").value().has(address("203.0.113.9")));
  EXPECT_TRUE(Network::parse("::ffff:192.0.2.7").value().has(address("192.0.2.7")));
}

TEST(Network, is_nothing_else) {
  for (const std::string_view text :
       {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.1/8",
        "2001:db8::1/32", "::/129", "10.0.0", "10.0.0.0 /8", "fe80::1%1", "[::1]", "127.0.0.1:80"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

struct ClientCase {
  const char* name;
  std::string_view peer;
  std::vector<std::string_view> lines;
  std::string_view client;
};
void PrintTo(const ClientCase& client, std::ostream* out) {
  *out << client.name;
}
class Client : public testing::TestWithParam<ClientCase> {};

/// The proxies are 127.0.0.1, ::1 and 10.0.0.0/8.
TEST_P(Client, is_whom_the_proxies_name) {
  const auto& [name, peer, lines, client] = GetParam();
  const auto known = proxies({"127.0.0.1", "::1", "10.0.0.0/8"});
  EXPECT_EQ(known.client(address(peer), lines).to_string(), client);
}

INSTANTIATE_TEST_SUITE_P(
    , Client,
    testing::Values(
        ClientCase{"no_header", "127.0.0.1", {}, "127.0.0.1"},
        ClientCase{"one_proxy", "127.0.0.1", {"203.0.113.9"}, "203.0.113.9"},
        ClientCase{"a_stranger_names_somebody", "203.0.113.9", {"198.51.100.1"}, "203.0.113.9"},
        ClientCase{"what_the_client_wrote_itself", "127.0.0.1", {"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
        ClientCase{
            "a_line_that_the_client_wrote", "127.0.0.1", {"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
        ClientCase{"the_client_names_a_proxy", "127.0.0.1", {"10.1.2.3, 203.0.113.9"}, "203.0.113.9"},
        ClientCase{"two_proxies", "127.0.0.1", {"203.0.113.9, 10.1.2.3"}, "203.0.113.9"},
        ClientCase{"two_proxies_in_two_lines", "127.0.0.1", {"203.0.113.9", "10.1.2.3"}, "203.0.113.9"},
        ClientCase{"proxies_all_the_way", "127.0.0.1", {"10.9.9.9, 10.1.2.3"}, "10.9.9.9"},
        ClientCase{"no_address", "127.0.0.1", {"203.0.113.9, unknown"}, "127.0.0.1"},
        ClientCase{"no_address_behind_a_proxy", "127.0.0.1", {"_hidden, 10.1.2.3"}, "10.1.2.3"},
        ClientCase{"empty", "127.0.0.1", {""}, "127.0.0.1"},
        ClientCase{"empty_at_the_end", "127.0.0.1", {"203.0.113.9,"}, "127.0.0.1"},
        ClientCase{"blanks", "127.0.0.1", {" \t203.0.113.9 \t"}, "203.0.113.9"},
        ClientCase{"with_a_port", "127.0.0.1", {"203.0.113.9:4711"}, "203.0.113.9"},
        ClientCase{"ipv6", "::1", {"2001:db8::9"}, "2001:db8::9"},
        ClientCase{"ipv6_with_a_port", "::1", {"[2001:db8::9]:4711"}, "2001:db8::9"},
        ClientCase{"ipv4_as_ipv6", "::ffff:127.0.0.1", {"::ffff:203.0.113.9"}, "203.0.113.9"}),
    [](const auto& client) { return client.param.name; });

TEST(Address, of_ipv6_is_limited_by_its_network) {
  EXPECT_EQ(limited_address(address("2001:db8:1:2:3:4:5:6")), address("2001:db8:1:2::"));
  EXPECT_NE(limited_address(address("2001:db8:1:3::1")), address("2001:db8:1:2::"));
  EXPECT_EQ(limited_address(address("203.0.113.9")), address("203.0.113.9"));
  EXPECT_EQ(limited_address(address("::ffff:203.0.113.9")), address("203.0.113.9"));
}

}  // namespace
}  // namespace drawbridge::http
