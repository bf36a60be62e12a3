// Real tokens of a real Better Auth; tests/vectors/README.md says how they were made.

#include <fstream>
#include <iterator>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "tests/support/places.h"

namespace drawbridge {
namespace {

struct Vector {
  boost::json::object members;

  explicit Vector(const std::string& name) {
    std::ifstream file{test::source_folder() / "tests/vectors" / (name + ".json")};
    members = boost::json::parse(std::string{std::istreambuf_iterator<char>{file}, {}}).as_object();
  }
  std::string text(const char* name) const { return std::string{members.at(name).as_string()}; }
  std::string audience() const {
    const auto& aud = members.at("aud");
    return std::string{aud.is_array() ? aud.as_array().at(0).as_string() : aud.as_string()};
  }
  Policy policy() const {
    Policy policy{text("iss"), audience()};
    policy.algorithms = {*algorithm_named(text("alg"))};
    return policy;
  }
  KeySet keys() const { return *KeySet::parse(boost::json::serialize(members.at("jwks"))); }
  TokenTime issued() const {
    return TokenTime{std::chrono::seconds{members.at("payload").as_object().at("exp").as_int64() - 60}};
  }
};

class RealTokens : public ::testing::TestWithParam<const char*> {};

TEST_P(RealTokens, AreAcceptedAndReadAsTheyWereMade) {
  const Vector vector{GetParam()};
  const auto identity =
      Verifier{vector.policy()}.verify(vector.text("token"), vector.keys(), vector.issued());
  ASSERT_TRUE(identity) << name_of(identity.error().code) << ": " << identity.error().hint;
  const auto& payload = vector.members.at("payload").as_object();
  EXPECT_EQ(identity->subject(), payload.at("sub").as_string());
  if (const auto* uuid = payload.if_contains("uuid"))
    EXPECT_EQ(identity->uuid(), Uuid::parse(std::string{uuid->as_string()}));
  else
    EXPECT_FALSE(identity->uuid());
  EXPECT_EQ(identity->expires_at().time_since_epoch().count(), payload.at("exp").as_int64());
  EXPECT_EQ(identity->issued_at().has_value(), payload.contains("iat"));
  EXPECT_EQ(boost::json::parse(identity->claims_json()), vector.members.at("payload"));
}

TEST_P(RealTokens, AreRefusedForAnotherAudienceIssuerOrTime) {
  const Vector vector{GetParam()};
  const auto code_of = [&](const Policy& policy, TokenTime now) {
    return Verifier{policy}.verify(vector.text("token"), vector.keys(), now).error().code;
  };
  Policy other_issuer = vector.policy();
  other_issuer.issuers.front() += '/';
  EXPECT_EQ(code_of(other_issuer, vector.issued()), ErrorCode::issuer_mismatch);
  Policy other_audience = vector.policy();
  other_audience.audiences = {"https://elsewhere.example"};
  EXPECT_EQ(code_of(other_audience, vector.issued()), ErrorCode::audience_mismatch);
  EXPECT_EQ(code_of(vector.policy(), vector.issued() + std::chrono::minutes{2}), ErrorCode::token_expired);
}

INSTANTIATE_TEST_SUITE_P(Vectors, RealTokens,
                         ::testing::Values("EdDSA", "ES256", "ES512", "PS256", "RS256", "aud-array",
                                           "custom-issuer", "default-payload", "iat-omitted", "uuid-missing",
                                           "rotated-two-keys"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::ranges::replace(text, '-', '_');
                           return text;
                         });

}  // namespace
}  // namespace drawbridge
