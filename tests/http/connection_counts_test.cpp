#include "http/connection_counts.h"

#include <gtest/gtest.h>

namespace drawbridge::http {
namespace {

const Address one = boost::asio::ip::make_address("203.0.113.1");
const Address other = boost::asio::ip::make_address("203.0.113.2");

TEST(ConnectionCounts, one_more_than_the_cap_is_beyond_it) {
  ConnectionCounts counts{{.in_all = 2, .for_each_address = 0}};
  const auto first = counts.add();
  auto second = std::optional{counts.add()};
  EXPECT_FALSE(counts.is_beyond_cap());
  const auto third = counts.add();
  EXPECT_TRUE(counts.is_beyond_cap());
  second.reset();
  EXPECT_FALSE(counts.is_beyond_cap());
}

TEST(ConnectionCounts, each_address_has_as_many) {
  ConnectionCounts counts{{.in_all = 10, .for_each_address = 2}};
  const auto first = counts.take_of(one);
  auto second = counts.take_of(one);
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(counts.take_of(one));
  EXPECT_TRUE(counts.take_of(other));
  second.reset();
  EXPECT_TRUE(counts.take_of(one));
  EXPECT_EQ(counts.in_all(), 0U) << "they are requests, or counted as connections besides";
}

TEST(ConnectionCounts, an_ipv6_network_of_64_bits_is_one_address) {
  ConnectionCounts counts{{.in_all = 10, .for_each_address = 1}};
  const auto first = counts.take_of(boost::asio::ip::make_address("2001:db8:1:2::1"));
  EXPECT_FALSE(counts.take_of(boost::asio::ip::make_address("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(counts.take_of(boost::asio::ip::make_address("2001:db8:1:3::1")));
}

TEST(ConnectionCounts, without_a_cap_each_address_has_as_many_as_it_likes) {
  ConnectionCounts counts{{.in_all = 10, .for_each_address = 0}};
  std::vector<std::optional<ConnectionCounts::Place>> places;
  for (int i = 0; i < 100; ++i) places.push_back(counts.take_of(one));
  for (const auto& place : places) EXPECT_TRUE(place);
}

TEST(ConnectionCounts, a_place_is_given_back_once_and_may_outlive_them) {
  std::optional<ConnectionCounts> counts{std::in_place,
                                         ConnectionCounts::Caps{.in_all = 1, .for_each_address = 1}};
  auto place = counts->add();
  {
    const auto moved = std::move(place);
    EXPECT_EQ(counts->in_all(), 1U);
  }
  EXPECT_EQ(counts->in_all(), 0U);
  const auto last = counts->take_of(one);
  counts.reset();
  EXPECT_TRUE(last);
}

}  // namespace
}  // namespace drawbridge::http
