// The small values: base64url, UUIDs, error codes, the Authorization header, the isolation rule.

#include <set>

#include <gtest/gtest.h>

#include "drawbridge/auth_error.h"
#include "drawbridge/user_access.h"
#include "drawbridge/uuid.h"
#include "drawbridge/verifier.h"

#include "core/identity/identity_claims.h"
#include "core/jose/base64url.h"

namespace drawbridge {
namespace {

TEST(Base64url, DecodesOnlyTheCanonicalText) {
  // RFC 4648 §10, without padding.
  const std::pair<const char*, const char*> pairs[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF", "-_8"}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(decode_base64url(text), bytes) << text;
    EXPECT_EQ(encode_base64url(bytes), text);
  }
  for (const char* text :
       {"Z", "Zg==", "Zh", "Zm9", "Zm8=", "+_8", "/w", "Zm9vY", "Zm 9v", "Zm9v\n", "Zm9\xC3"})
    EXPECT_FALSE(decode_base64url(text)) << text;
  EXPECT_FALSE(decode_base64url(std::string_view{"Zm\0v", 4}));
}

TEST(Base64url, EveryByteComesBack) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(decode_base64url(encode_base64url(bytes)), bytes);
  }
}

TEST(Uuids, AreReadInThe36CharacterFormAndComparedAsValues) {
  const auto uuid = Uuid::parse("5B93fe71-8c3e-47fe-aa0c-ffdf1f74ada1");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->text(), "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1");
  EXPECT_EQ(uuid, Uuid::parse("5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1"));
  EXPECT_NE(uuid, Uuid::parse("5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada2"));
  EXPECT_FALSE(uuid->is_nil());
  EXPECT_TRUE(Uuid::parse("00000000-0000-0000-0000-000000000000")->is_nil());
  for (const char* text : {"", "5b93fe718c3e47feaa0cffdf1f74ada1", "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada",
                           "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1 ", "{5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada}",
                           "5b93fe71+8c3e-47fe-aa0c-ffdf1f74ada1", "5b93fe7g-8c3e-47fe-aa0c-ffdf1f74ada1",
                           "5b93fe718-c3e-47fe-aa0c-ffdf1f74ada1"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

// tests/architecture compares the table itself with every document and client.
TEST(ErrorCodes, HaveNamesAndTitles) {
  std::set<std::string_view> names;
  std::vector<std::string_view> groups;
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_TRUE(names.insert(name_of(code)).second) << name_of(code);
    EXPECT_FALSE(title_of(code).empty()) << name_of(code);
    const std::string_view group = name_of(group_of(code));
    if (groups.empty() || groups.back() != group) groups.push_back(group);
  }
  const std::vector<std::string_view> all{"malformed",   "rejected", "forbidden",
                                          "unavailable", "request",  "internal"};
  EXPECT_EQ(groups, all);
}

TEST(ErrorCodes, AnswerWithTheChallengeOfRfc6750) {
  EXPECT_EQ(www_authenticate(ErrorCode::token_missing), R"(Bearer realm="drawbridge")");
  EXPECT_EQ(www_authenticate(ErrorCode::token_expired),
            R"(Bearer realm="drawbridge", error="invalid_token", error_description="token_expired")");
  EXPECT_EQ(www_authenticate(ErrorCode::role_missing),
            R"(Bearer realm="drawbridge", error="insufficient_scope")");
  EXPECT_EQ(www_authenticate(ErrorCode::user_mismatch), "");
  EXPECT_EQ(www_authenticate(ErrorCode::permission_missing), "");
  EXPECT_EQ(www_authenticate(ErrorCode::keys_unavailable), "");
}

TEST(ErrorCodes, BecomeProblemDocuments) {
  EXPECT_EQ(problem_json({ErrorCode::token_expired, "It \"expired\".", "a hint for the developer", {}}),
            R"({"type":"urn:drawbridge:error:token_expired","title":"The token has expired","status":401,)"
            R"("detail":"It \"expired\".","code":"token_expired"})");
}

TEST(AuthorizationHeader, HoldsOneBearerToken) {
  struct Row {
    const char* name;
    std::vector<std::string_view> headers;
    std::expected<std::string_view, ErrorCode> expected;
  };
  const auto refused = [](ErrorCode code) { return std::unexpected{code}; };
  const Row rows[] = {
      {"good", {"Bearer a.b.c"}, "a.b.c"},
      {"scheme_case_is_ignored", {"bEARER a.b.c"}, "a.b.c"},
      {"several_spaces", {"Bearer   a.b.c"}, "a.b.c"},
      {"rest_is_kept_as_it_is", {"Bearer a b"}, "a b"},
      {"none", {}, refused(ErrorCode::token_missing)},
      {"empty", {""}, refused(ErrorCode::token_missing)},
      {"scheme_alone", {"Bearer"}, refused(ErrorCode::token_missing)},
      {"scheme_and_spaces", {"Bearer  "}, refused(ErrorCode::token_missing)},
      {"basic", {"Basic dTpw"}, refused(ErrorCode::token_missing)},
      {"longer_scheme", {"BearerX a.b.c"}, refused(ErrorCode::token_missing)},
      {"token_without_scheme", {"a.b.c"}, refused(ErrorCode::token_missing)},
      {"tab_is_no_separator", {"Bearer\ta.b.c"}, refused(ErrorCode::token_missing)},
      {"two_headers", {"Bearer a.b.c", "Bearer a.b.c"}, refused(ErrorCode::token_malformed)},
      {"two_headers_one_basic", {"Basic x", "Bearer a.b.c"}, refused(ErrorCode::token_malformed)},
  };
  for (const Row& row : rows) {
    const auto token = bearer_token(row.headers);
    if (row.expected) {
      ASSERT_TRUE(token) << row.name;
      EXPECT_EQ(*token, *row.expected) << row.name;
    } else {
      ASSERT_FALSE(token) << row.name;
      EXPECT_EQ(token.error().code, row.expected.error()) << row.name;
    }
  }
}

TEST(UserAccess, ComparesValuesOfTheConfiguredClaimOnly) {
  const Identity with_uuid =
      IdentityMaker::make({.subject = "sub-1", .uuid = Uuid::parse("5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1")});
  const Identity without_uuid = IdentityMaker::make({.subject = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1"});
  struct Row {
    const char* name;
    const Identity& identity;
    const char* path;
    UserClaim claim;
    bool allowed;
  };
  const Row rows[] = {
      {"own_uuid", with_uuid, "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1", UserClaim::uuid, true},
      {"own_uuid_upper_case", with_uuid, "5B93FE71-8C3E-47FE-AA0C-FFDF1F74ADA1", UserClaim::uuid, true},
      {"other_uuid", with_uuid, "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada2", UserClaim::uuid, false},
      {"own_sub_where_uuid_is_asked", with_uuid, "sub-1", UserClaim::uuid, false},
      {"no_uuid_at_all", with_uuid, "me", UserClaim::uuid, false},
      {"empty", with_uuid, "", UserClaim::uuid, false},
      {"empty_for_sub", with_uuid, "", UserClaim::sub, false},
      {"token_without_uuid", without_uuid, "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1", UserClaim::uuid, false},
      {"token_without_uuid_path_without_uuid", without_uuid, "x", UserClaim::uuid, false},
      {"own_sub", with_uuid, "sub-1", UserClaim::sub, true},
      {"sub_in_other_case", with_uuid, "SUB-1", UserClaim::sub, false},
      {"own_uuid_where_sub_is_asked", with_uuid, "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1", UserClaim::sub,
       false},
  };
  for (const Row& row : rows) {
    const auto access = check_user_access(row.identity, row.path, row.claim);
    EXPECT_EQ(access.has_value(), row.allowed) << row.name;
    if (!access) {
      EXPECT_EQ(access.error().code, ErrorCode::user_mismatch) << row.name;
    }
  }
}

TEST(UserAccess, ComparesSubAsAUuidOnlyWhereOneIsAskedFor) {
  constexpr const char* lower = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";
  constexpr const char* upper = "5B93FE71-8C3E-47FE-AA0C-FFDF1F74ADA1";
  constexpr const char* other = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada2";
  struct Row {
    const char* name;
    const char* subject;
    const char* path;
    bool allowed_as_text;
    bool allowed_as_uuid;
  };
  const Row rows[] = {
      {"own", lower, lower, true, true},
      {"path_in_capitals", lower, upper, false, true},
      {"subject_in_capitals", upper, lower, false, true},
      {"other", lower, other, false, false},
      {"subject_is_not_a_uuid", "abc123", lower, false, false},
      {"subject_without_hyphens", "5b93fe718c3e47feaa0cffdf1f74ada1", lower, false, false},
  };
  for (const Row& row : rows) {
    // Its claim uuid is the path's: it counts for nothing here.
    const Identity identity = IdentityMaker::make(
        {.subject = row.subject, .uuid = Uuid::parse("5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada2")});
    const auto as_text = check_user_access(identity, std::string_view{row.path}, UserClaim::sub);
    const auto as_uuid = check_user_access(identity, *Uuid::parse(row.path), UserClaim::sub);
    EXPECT_EQ(as_text.has_value(), row.allowed_as_text) << row.name;
    EXPECT_EQ(as_uuid.has_value(), row.allowed_as_uuid) << row.name;
    if (!as_uuid) {
      EXPECT_EQ(as_uuid.error().code, ErrorCode::user_mismatch) << row.name;
    }
    EXPECT_EQ(check_user_access(identity, *Uuid::parse(row.path)).has_value(), row.path == other) << row.name;
  }
  const Identity without_uuid = IdentityMaker::make({.subject = lower});
  EXPECT_FALSE(check_user_access(without_uuid, *Uuid::parse(lower)));
}

}  // namespace
}  // namespace drawbridge
