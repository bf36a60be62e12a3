// What is said of a failure that no server of a test can make.

#include "issuer/curl_rules.h"

#include <gtest/gtest.h>

namespace drawbridge::fetch {
namespace {

TEST(TransportFailure, SaysWhereCaCertificatesAreMissing) {
  const auto url = check_jwks_url("https://auth.example.com/api/auth/jwks", {});
  ASSERT_TRUE(url);
  EXPECT_EQ(transport_failure(*url, "/etc/mine.pem", CURLE_SSL_CACERT_BADFILE, ""),
            "The CA certificates in /etc/mine.pem cannot be read. KeySource::ca_file is to name a PEM file.");
  EXPECT_EQ(
      transport_failure(*url, std::nullopt, CURLE_SSL_CACERT_BADFILE, ""),
      "This system has no CA certificates that can be read. Install the package ca-certificates, or beside "
      "the Python package certifi, or let KeySource::ca_file name a PEM file.");
}

}  // namespace
}  // namespace drawbridge::fetch
