// What is said of a failure that no server of a test can make.

#include "issuer/curl_rules.h"

#include <gtest/gtest.h>

namespace drawbridge::fetch {
namespace {

TEST(TransportFailure, SaysWhereCaCertificatesAreMissing) {
  const auto url = check_jwks_url("https://auth.example.com/api/auth/jwks", {});
  ASSERT_TRUE(url);
  EXPECT_EQ(transport_failure(*url, "/etc/mine.pem", CURLE_SSL_CACERT_BADFILE, ""),
            "The CA certificates in /etc/mine.pem cannot be read. Set KeySource::ca_file to a PEM file.");
  EXPECT_EQ(transport_failure(*url, std::nullopt, CURLE_SSL_CACERT_BADFILE, ""),
            "This system has no readable CA certificates. Install the package ca-certificates, or "
            "the Python package certifi where you use that, or set KeySource::ca_file to a PEM file.");
}

TEST(TransportFailure, TellsANameServerThatIsSilentFromAServerThatIs) {
  const auto url = check_jwks_url("https://auth.example.com/api/auth/jwks", {});
  ASSERT_TRUE(url);
  EXPECT_EQ(
      transport_failure(*url, {}, CURLE_OPERATION_TIMEDOUT, "Resolving timed out after 5000 milliseconds"),
      "DNS did not resolve the host of https://auth.example.com/api/auth/jwks within 5 seconds. Check DNS.");
  EXPECT_EQ(
      transport_failure(*url, {}, CURLE_OPERATION_TIMEDOUT, "Operation timed out after 5001 milliseconds"),
      "https://auth.example.com/api/auth/jwks did not answer within 5 seconds.");
}

}  // namespace
}  // namespace drawbridge::fetch
