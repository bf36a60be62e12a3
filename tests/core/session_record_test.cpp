// What is read out of a session in Better Auth's storage, however a database spells it.

#include "core/credentials/session_record.h"

#include <gtest/gtest.h>

#include "tests/support/json.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 29} + 12h;

/// A record with more members of each part, written before those that it has anyway.
std::string record(const std::string& session = "", const std::string& user = "") {
  return R"({"session":{)" + session + R"("id":"s1","token":"t","userId":"u1"},"user":{)" + user +
         R"("id":"u1"}})";
}
const std::string ends = R"("expiresAt":"2026-11-29T12:00:00.000Z",)";

std::string fault_of(const std::string& json) {
  const auto read = read_session_record(json);
  return read ? "none" : read.error();
}

TEST(SessionRecord, ReadsEachSpellingOfATime) {
  const std::pair<const char*, Instant> cases[] = {
      {R"("2026-11-29T12:00:00.000Z")", noon},
      {R"("2026-11-29T12:00:00.123456Z")", noon + 123ms},
      {R"("2026-11-29T12:00:00")", noon},
      {R"("2026-11-29T17:45:00.5+05:45")", noon + 500ms},
      {R"("2026-11-29T12:00:00+00:00")", noon},
      {R"("2026-11-29 12:00:00")", noon},
      {R"("2026-11-29 12:00:00.25+00")", noon + 250ms},
      {R"("2026-11-29 07:00:00-05")", noon},
      {R"("2026-11-29 17:45:00+05:45")", noon},
      {"1795953600", noon},
      {"1795953600001", noon + 1ms},
      {"0", Instant{}},
  };
  for (const auto& [text, time] : cases) {
    const auto read = read_session_record(record(std::string{R"("expiresAt":)"} + text + ","));
    ASSERT_TRUE(read) << text << ' ' << read.error();
    EXPECT_EQ(read->session.expires_at, time) << text;
  }
  for (const char* text : {R"("")", R"("soon")", R"("infinity")", R"("2026-11-29")",
                           R"("2026-02-30T00:00:00Z")", "-1", "1.5", "true", "253402300800000",
                           "9999999999999999999", R"("1795953600")", "{}", R"("2026-11-29 12:00:00+5")",
                           R"("2026-11-29 12:00:00.00000000000000000000000000000000000000000000+12:00")"})
    EXPECT_EQ(fault_of(record(std::string{R"("expiresAt":)"} + text + ",")),
              "cannot be used: session.expiresAt cannot be read")
        << text;
}

TEST(SessionRecord, ReadsWhatTokensSayOfTheUser) {
  const std::string row =
      R"("uuid":"5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1","email":"a@example.com","name":"Ada","role":"user,admin",)"
      R"("image":"data:image/png;base64,AAAA",)";
  struct Case {
    const char* name;
    std::string session;
    std::string user;
  };
  const Case cases[] = {
      {"camelCase", ends + R"("createdAt":"2026-11-28T12:00:00Z","impersonatedBy":"root",)",
       row + R"("emailVerified":true,"banned":true,"banExpires":"2026-11-28T12:00:00Z","isAnonymous":true,)"},
      {"snake_case, numbers",
       R"("expires_at":1795953600000,"created_at":1795867200,"impersonated_by":"root",)",
       row + R"("email_verified":1,"banned":1,"ban_expires":1795867200,"is_anonymous":1,)"},
  };
  for (const Case& c : cases) {
    const auto read = read_session_record(record(c.session, c.user));
    ASSERT_TRUE(read) << c.name << ": " << read.error();
    EXPECT_EQ(read->session.token, "t") << c.name;
    EXPECT_EQ(read->session.expires_at, noon) << c.name;
    EXPECT_EQ(read->session.created_at, noon - 24h) << c.name;
    EXPECT_TRUE(read->session.is_banned) << c.name;
    EXPECT_EQ(read->session.ban_expires, noon - 24h) << c.name;
    EXPECT_EQ(read->session_id, "s1") << c.name;
    EXPECT_EQ(read->user_id, "u1") << c.name;
    EXPECT_EQ(read->uuid, "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1") << c.name;
    EXPECT_EQ(read->email, "a@example.com") << c.name;
    EXPECT_EQ(read->email_verified, true) << c.name;
    EXPECT_EQ(read->name, "Ada") << c.name;
    EXPECT_EQ(read->role, "user,admin") << c.name;
    EXPECT_EQ(read->impersonated_by, "root") << c.name;
    EXPECT_TRUE(read->is_anonymous) << c.name;
  }
}

TEST(SessionRecord, ReadsOneOfBetterAuthsSecondaryStorage) {
  // As Better Auth 1.7.25 with the plugins drawbridge(), admin() and anonymous() wrote it.
  const auto read = read_session_record(
      R"({"session":{"id":"TqwuveXlskSdMIciG167FxlJEhCOlTSk","ipAddress":"","userAgent":"",)"
      R"("expiresAt":"2026-12-06T09:50:02.163Z","userId":"2lh8RE7IWjTv4TH6mwsRIepDGsyywRqZ",)"
      R"("token":"HFDeVu7FoEkX8oWy4n2lQFYQlTEI4m66","createdAt":"2026-11-29T09:50:02.163Z",)"
      R"("updatedAt":"2026-11-29T09:50:02.163Z"},"user":{"name":"Anonymous","email":"fish@anonymous.invalid",)"
      R"("emailVerified":false,"image":null,"createdAt":"2026-11-29T09:50:02.126Z",)"
      R"("updatedAt":"2026-11-29T09:50:02.126Z","uuid":"00b390a7-ae16-49ba-b5f1-9b42a7ea258d","role":"user",)"
      R"("banned":false,"banReason":null,"banExpires":null,"isAnonymous":true,)"
      R"("id":"2lh8RE7IWjTv4TH6mwsRIepDGsyywRqZ"}})");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->session.token, "HFDeVu7FoEkX8oWy4n2lQFYQlTEI4m66");
  EXPECT_EQ(time_text(read->session.expires_at), "2026-12-06T09:50:02.163Z");
  EXPECT_EQ(read->session.expires_at - read->session.created_at, 7 * 24h);
  EXPECT_EQ(read->session_id, "TqwuveXlskSdMIciG167FxlJEhCOlTSk");
  EXPECT_EQ(read->user_id, "2lh8RE7IWjTv4TH6mwsRIepDGsyywRqZ");
  EXPECT_EQ(read->uuid, "00b390a7-ae16-49ba-b5f1-9b42a7ea258d");
  EXPECT_EQ(read->email_verified, false);
  EXPECT_FALSE(read->session.is_banned);
  EXPECT_TRUE(read->is_anonymous);
}

TEST(SessionRecord, WhatIsNotThereIsNothing) {
  for (const char* nothing :
       {"", R"("banned":null,"banExpires":null,"role":null,"isAnonymous":null,"name":null,)",
        R"("banned":false,"isAnonymous":0,"role":"",)", R"("role":["admin"],"name":1,)"}) {
    const auto read = read_session_record(record(ends + R"("impersonatedBy":null,)", nothing));
    ASSERT_TRUE(read) << nothing << ": " << read.error();
    EXPECT_FALSE(read->session.is_banned || read->session.ban_expires || read->role || read->name ||
                 read->is_anonymous || read->impersonated_by || read->uuid)
        << nothing;
  }
}

TEST(SessionRecord, NumbersAreIdsAsTokensHaveThem) {
  const auto read = read_session_record(R"({"session":{"id":7,"token":"t","userId":1,"impersonatedBy":2,)" +
                                        ends + R"("x":0},"user":{"id":1}})");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->session_id, "7");
  EXPECT_EQ(read->user_id, "1");
  EXPECT_EQ(read->impersonated_by, "2");
}

TEST(SessionRecord, AnIdThatIsAUuidIsTheUuidWhereThereIsNoOther) {
  const std::string uuid = "5b93fe71-8c3e-47fe-aa0c-ffdf1f74ada1";
  const auto uuid_of = [](const std::string& id, const std::string& more) {
    const auto read = read_session_record(R"({"session":{"id":"s1","token":"t","userId":")" + id + R"(",)" +
                                          ends + R"("x":0},"user":{)" + more + R"("id":")" + id + R"("}})");
    return read ? read->uuid.value_or("none") : read.error();
  };
  EXPECT_EQ(uuid_of(uuid, ""), uuid);
  EXPECT_EQ(uuid_of(uuid, R"("uuid":null,)"), "none");
  EXPECT_EQ(uuid_of(uuid, R"("uuid":"other",)"), "other");
  EXPECT_EQ(uuid_of("5B93FE71-8C3E-47FE-AA0C-FFDF1F74ADA1", ""), "none");
  EXPECT_EQ(uuid_of("00000000-0000-0000-0000-000000000000", ""), "none");
  EXPECT_EQ(uuid_of("AbCdEfGhIjKlMnOpQrStUvWxYz012345", ""), "none");
}

TEST(SessionRecord, RefusesWhatCannotBeToldForSure) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "is not valid JSON"},
      {"null", "is not a JSON object"},
      {"[]", "is not a JSON object"},
      {"{}", "is incomplete: session is missing"},
      {R"({"session":{"id":"s1"}})", "is incomplete: user is missing"},
      {R"({"session":[],"user":{}})", "is incomplete: session is missing"},
      {record(ends) + "x", "is not valid JSON"},
      {record(ends + R"("token":"other",)"), R"(has the member "token" twice)"},
      {record(ends + R"("x":)" + test::object_of(1'001) + ","), "has an object with over 1,000 members"},
      {record(), "cannot be used: session.expiresAt is missing"},
      {record(R"("expiresAt":null,)"), "cannot be used: session.expiresAt is missing"},
      {R"({"session":{"id":"s1","userId":"u1",)" + ends + R"("x":0},"user":{"id":"u1"}})",
       "cannot be used: session.token is missing"},
      {R"({"session":{"id":"s1","token":"t",)" + ends + R"("x":0},"user":{"id":"u1"}})",
       "cannot be used: session.userId is missing"},
      {R"({"session":{"id":"s1","token":"t","userId":"u2",)" + ends + R"("x":0},"user":{"id":"u1"}})",
       "cannot be used: session.userId belongs to a different user"},
      {R"({"session":{"token":"t","userId":"u1",)" + ends + R"("x":0},"user":{"id":"u1"}})",
       "cannot be used: session.id is missing"},
      {R"({"session":{"id":"s1","token":"t","userId":"",)" + ends + R"("x":0},"user":{"id":""}})",
       "cannot be used: user.id is empty"},
      {record(ends, R"("banned":"yes",)"), "cannot be used: user.banned cannot be read"},
      {record(ends, R"("banned":2,)"), "cannot be used: user.banned cannot be read"},
      {record(ends, R"("banned":true,"banExpires":"later",)"),
       "cannot be used: user.banExpires cannot be read"},
      {record(ends, R"("isAnonymous":"no",)"), "cannot be used: user.isAnonymous cannot be read"},
      {record(ends, R"("uuid":7,)"), "cannot be used: user.uuid cannot be read"},
      {record(ends + R"("impersonatedBy":{},)"), "cannot be used: session.impersonatedBy cannot be read"},
      {record(ends + R"("createdAt":"then",)"), "cannot be used: session.createdAt cannot be read"},
      {record(ends, R"("name":")" + std::string(max_session_record_size, 'x') + R"(",)"), "is too large"},
  };
  for (const auto& [json, fault] : cases) EXPECT_EQ(fault_of(json), fault) << json.substr(0, 200);
}

}  // namespace
}  // namespace drawbridge
