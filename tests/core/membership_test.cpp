// Whose organization a path names: by the claim `orgs` alone, and what it does not say is refused.

#include "drawbridge/membership.h"

#include <gtest/gtest.h>

#include "core/identity/identity_claims.h"

namespace drawbridge {
namespace {

Identity member_of(std::optional<Organizations> organizations, bool truncated = false) {
  return IdentityMaker::make({.subject = "sub-1",
                              .organizations = std::move(organizations),
                              .organizations_truncated = truncated,
                              .active_organization = "active"});
}

const Organizations two{{"org-1", {"admin", "member"}}, {"org-2", {}}};

/// What its hint says, or empty for a member.
std::string why(const std::expected<void, AuthError>& access) {
  if (access) return {};
  EXPECT_EQ(access.error().code, ErrorCode::membership_missing);
  EXPECT_EQ(http_status(access.error().code), 403);
  EXPECT_EQ(access.error().detail,
            "The user is not a member of this organization, or lacks the required role in it.");
  return access.error().hint;
}

TEST(Membership, IsThatOfTheNamedOrganization) {
  struct Row {
    const char* name;
    Identity identity;
    const char* organization;
    std::string_view refused_because;
    bool known;
  };
  const Row rows[] = {
      {"member", member_of(two), "org-1", "", true},
      {"member_without_a_role", member_of(two), "org-2", "", true},
      {"another", member_of(two), "org-3", "The active organization does not count", true},
      {"the_active_one", member_of(two), "active", "The active organization does not count", true},
      {"in_other_case", member_of(two), "ORG-1", "in the token's claim \"orgs\"", true},
      {"part_of_it", member_of(two), "org-", "in the token's claim \"orgs\"", true},
      {"no_id", member_of(two), "", "in the token's claim \"orgs\"", true},
      {"of_none", member_of(Organizations{}), "org-1", "in the token's claim \"orgs\"", true},
      {"unknown", member_of(std::nullopt), "org-1", "drawbridge({ organizations: true })", false},
      {"unknown_and_truncated", member_of(std::nullopt, true), "org-1", "organizations: true", false},
      {"unknown_and_active", member_of(std::nullopt), "active", "organizations: true", false},
      {"truncated_and_named", member_of(two, true), "org-1", "", true},
      {"truncated_and_not_named", member_of(two, true), "org-3", "in the database", false},
  };
  for (const Row& row : rows) {
    const std::string hint = why(check_membership(row.identity, row.organization));
    EXPECT_EQ(hint.empty(), row.refused_because.empty()) << row.name << ": " << hint;
    EXPECT_TRUE(hint.contains(row.refused_because)) << row.name << ": " << hint;
    EXPECT_EQ(knows_membership(row.identity, row.organization), row.known) << row.name;
  }
}

TEST(Membership, AsksForAnyOfTheRoles) {
  struct Row {
    const char* name;
    const char* organization;
    std::vector<std::string> roles;
    bool allowed;
  };
  const Row rows[] = {
      {"the_first_of_its_roles", "org-1", {"admin"}, true},
      {"the_second_of_its_roles", "org-1", {"owner", "member"}, true},
      {"another_role", "org-1", {"owner"}, false},
      {"the_text_of_both", "org-1", {"admin,member"}, false},
      {"in_other_case", "org-1", {"Admin"}, false},
      {"of_a_member_without_one", "org-2", {"member"}, false},
      {"an_empty_one", "org-2", {""}, false},
      {"none_is_nobodys", "org-1", {}, false},
      {"in_an_organization_of_others", "org-3", {"admin"}, false},
  };
  for (const Row& row : rows) {
    const std::string hint = why(check_membership(member_of(two), row.organization, row.roles));
    EXPECT_EQ(hint.empty(), row.allowed) << row.name << ": " << hint;
  }
  EXPECT_TRUE(why(check_membership(member_of(two), "org-1", {"owner"})).contains("is a member"));
}

}  // namespace
}  // namespace drawbridge
