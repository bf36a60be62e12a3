// The claims `orgs`, `orgs_truncated` and `active_org`: what becomes of them, and which forms refuse a token.

#include <gtest/gtest.h>

#include "drawbridge/verifier.h"

#include "tests/support/test_keys.h"

namespace drawbridge {
namespace {

using enum ErrorCode;

const std::string issuer = "https://app.example.com";
const TokenTime now{std::chrono::seconds{1'800'000'000}};

/// Of a token that is good but for these members: `,"orgs":{}`.
std::expected<Identity, AuthError> identity_with(const std::string& members) {
  static const test::TestKey key = test::TestKey::generate(Algorithm::eddsa, "key-1");
  const std::string payload = R"({"exp":1800000900,"iss":")" + issuer + R"(","aud":")" + issuer +
                              R"(","sub":"user-1")" + members + '}';
  return Verifier{Policy{issuer, issuer}}.verify(key.token(payload), test::key_set_of({key.jwk()}), now);
}

/// The claim of a member of this many organizations.
std::string of_many(int count) {
  std::string members;
  for (int n = 0; n < count; ++n)
    members += (n == 0 ? "\"org-" : ",\"org-") + std::to_string(n) + "\":\"member\"";
  return R"(,"orgs":{)" + members + '}';
}

TEST(OrganizationClaims, HaveOneFormOrRefuseTheToken) {
  struct Row {
    const char* name;
    std::string members;
    std::optional<ErrorCode> code;
  };
  const Row rows[] = {
      {"orgs", R"(,"orgs":{"org-1":"owner","org-2":""})", std::nullopt},
      {"orgs_null", R"(,"orgs":null)", std::nullopt},
      {"orgs_none", R"(,"orgs":{})", std::nullopt},
      {"orgs_sixteen", of_many(16), std::nullopt},
      {"orgs_seventeen", of_many(17), claim_invalid},
      {"orgs_text", R"(,"orgs":"org-1")", claim_invalid},
      {"orgs_true", R"(,"orgs":true)", claim_invalid},
      {"orgs_array", R"(,"orgs":["org-1"])", claim_invalid},
      {"orgs_empty_array", R"(,"orgs":[])", claim_invalid},
      {"orgs_without_id", R"(,"orgs":{"":"owner"})", claim_invalid},
      {"orgs_role_null", R"(,"orgs":{"org-1":null})", claim_invalid},
      {"orgs_role_array", R"(,"orgs":{"org-1":["owner"]})", claim_invalid},
      {"orgs_role_object", R"(,"orgs":{"org-1":{"role":"owner"}})", claim_invalid},
      {"orgs_one_unclear", R"(,"orgs":{"org-1":"owner","org-2":1})", claim_invalid},
      {"orgs_one_twice", R"(,"orgs":{"org-1":"member","org\u002d1":"owner"})", token_malformed},
      {"orgs_twice", R"(,"orgs":{},"orgs":{"org-1":"owner"})", token_malformed},
      {"truncated", R"(,"orgs_truncated":true)", std::nullopt},
      {"truncated_null", R"(,"orgs_truncated":null)", std::nullopt},
      {"truncated_text", R"(,"orgs_truncated":"false")", claim_invalid},
      {"truncated_number", R"(,"orgs_truncated":0)", claim_invalid},
      {"active", R"(,"active_org":"org-1")", std::nullopt},
      {"active_null", R"(,"active_org":null)", std::nullopt},
      {"active_empty", R"(,"active_org":"")", claim_invalid},
      {"active_number", R"(,"active_org":1)", claim_invalid},
      {"active_array", R"(,"active_org":["org-1"])", claim_invalid},
  };
  for (const Row& row : rows) {
    const auto identity = identity_with(row.members);
    EXPECT_EQ(identity ? std::nullopt : std::optional{identity.error().code}, row.code) << row.name;
  }
}

TEST(OrganizationClaims, AreByTheOrganizationsIdsWithEachRole) {
  const auto member = identity_with(
      R"(,"orgs":{"b":"admin, member,,","a":"","ä\"":"owner"},"orgs_truncated":true,"active_org":"c")");
  ASSERT_TRUE(member) << member.error().hint;
  EXPECT_EQ(member->organizations(),
            (Organizations{{"a", {}}, {"b", {"admin", "member"}}, {"ä\"", {"owner"}}}));
  EXPECT_TRUE(member->organizations_truncated());
  EXPECT_EQ(member->active_organization(), "c");
  EXPECT_TRUE(member->roles().empty());
}

TEST(OrganizationClaims, ThatAreAbsentAreNotThatThereAreNone) {
  const auto of_none = identity_with(R"(,"orgs":{})");
  ASSERT_TRUE(of_none) << of_none.error().hint;
  EXPECT_EQ(of_none->organizations(), Organizations{});
  const auto unknown = identity_with("");
  ASSERT_TRUE(unknown) << unknown.error().hint;
  EXPECT_FALSE(unknown->organizations());
  EXPECT_FALSE(unknown->organizations_truncated());
  EXPECT_FALSE(unknown->active_organization());
}

}  // namespace
}  // namespace drawbridge
