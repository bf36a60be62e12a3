// What the issuer answers about revocations: good pages, and everything that is none.

#include "core/revocations/revocation_answer.h"

#include <gtest/gtest.h>

#include "core/revocations/revocation_set.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view digest = "AAECAwQFBgcICQoLDA0ODw";  // the bytes 0 to 15

std::string with_entries(std::string_view entries) {
  return R"({"cursor":"g1.7","now":1800000000000,"more":false,"entries":[)" + std::string{entries} + "]}";
}
std::string entry(std::string_view rest) {
  return "{\"s\":\"" + std::string{digest} + "\"" + std::string{rest} + "}";
}

TEST(RevocationPage, IsReadWithItsTimesLeft) {
  const auto page = read_revocation_page(
      R"({"entries":[{"s":"AAECAwQFBgcICQoLDA0ODw","until":1800000060000,"why":"later"},)"
      R"({"u":"AAECAwQFBgcICQoLDA0ODw","before":1799999999999,"until":1799999999999}],)"
      R"("more":true,"now":1800000000000,"cursor":"g1.7","build":[1]})");
  ASSERT_TRUE(page) << page.error();
  EXPECT_EQ(page->cursor, "g1.7");
  EXPECT_TRUE(page->more);
  ASSERT_EQ(page->entries.size(), 2U);
  const RevocationDigest bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  EXPECT_EQ(page->entries[0].digest, bytes);
  EXPECT_EQ(page->entries[0].before, Revocation::whole);
  EXPECT_EQ(page->entries[0].left, 60s);
  EXPECT_EQ(page->entries[1].before, 1'799'999'999'999);
  EXPECT_EQ(page->entries[1].left, 0s) << "over by the issuer's own clock";
}

TEST(RevocationPage, IsNoneWithAnythingWrong) {
  const std::string good = with_entries(entry(R"(,"until":1800000000001)"));
  ASSERT_TRUE(read_revocation_page(good));
  const struct {
    std::string name;
    std::string body;
    std::string says;
  } cases[] = {
      {"nothing", "", "is not valid JSON"},
      {"null", "null", "is not a JSON object"},
      {"an array", "[]", "is not a JSON object"},
      {"a web page", "<!doctype html>", "is not valid JSON"},
      {"half a page", good.substr(0, good.size() / 2), "is not valid JSON"},
      {"two pages", good + good, "is not valid JSON"},
      {"a member twice", R"({"cursor":"a","cursor":"b","now":1,"more":false,"entries":[]})",
       R"(has the member "cursor" twice)"},
      {"no cursor", R"({"now":1,"more":false,"entries":[]})", "has no \"cursor\""},
      {"a cursor that is a number", R"({"cursor":1,"now":1,"more":false,"entries":[]})", "has no \"cursor\""},
      {"a cursor with a line break", R"({"cursor":"a\nb","now":1,"more":false,"entries":[]})",
       "has no \"cursor\""},
      {"a long cursor", R"({"cursor":")" + std::string(513, 'a') + R"(","now":1,"more":false,"entries":[]})",
       "has no \"cursor\""},
      {"no now", R"({"cursor":"a","more":false,"entries":[]})", "has no \"now\""},
      {"now in parts", R"({"cursor":"a","now":1.5,"more":false,"entries":[]})", "has no \"now\""},
      {"now before 1970", R"({"cursor":"a","now":-1,"more":false,"entries":[]})", "has no \"now\""},
      {"now after 9999", R"({"cursor":"a","now":253402300800000,"more":false,"entries":[]})",
       "has no \"now\""},
      {"now as a text", R"({"cursor":"a","now":"1","more":false,"entries":[]})", "has no \"now\""},
      {"no more", R"({"cursor":"a","now":1,"entries":[]})", "has no \"more\""},
      {"more as a number", R"({"cursor":"a","now":1,"more":0,"entries":[]})", "has no \"more\""},
      {"no entries", R"({"cursor":"a","now":1,"more":false})", "has no array \"entries\""},
      {"entries as an object", R"({"cursor":"a","now":1,"more":false,"entries":{}})",
       "has no array \"entries\""},
      {"an entry that is a text", with_entries("\"s\""), "is not an object"},
      {"an entry of neither kind", with_entries(R"({"until":1})"), "or neither"},
      {"an entry of both kinds", with_entries(entry(R"(,"u":"AAECAwQFBgcICQoLDA0ODw","until":1)")), "both"},
      {"an entry with null in place of its kind", with_entries(R"({"s":null,"until":1})"), "digest"},
      {"a digest with padding", with_entries(R"({"s":"AAECAwQFBgcICQoLDA0ODw==","until":1})"), "digest"},
      {"a digest in the other alphabet", with_entries(R"({"s":"+AECAwQFBgcICQoLDA0ODw","until":1})"),
       "digest"},
      {"a digest with bits left over", with_entries(R"({"s":"AAECAwQFBgcICQoLDA0ODx","until":1})"), "digest"},
      {"a short digest", with_entries(R"({"s":"AAECAwQFBgcICQoLDA0O","until":1})"), "digest"},
      {"a long digest", with_entries(R"({"s":"AAECAwQFBgcICQoLDA0ODxAA","until":1})"), "digest"},
      {"no until", with_entries(entry("")), "\"until\""},
      {"until in parts", with_entries(entry(R"(,"until":1.0)")), "\"until\""},
      {"until as a text", with_entries(entry(R"(,"until":"1")")), "\"until\""},
      {"until beyond all numbers", with_entries(entry(R"(,"until":18446744073709551615)")), "\"until\""},
      {"a user without before", with_entries(R"({"u":"AAECAwQFBgcICQoLDA0ODw","until":1})"), "\"before\""},
      {"a user with null before", with_entries(R"({"u":"AAECAwQFBgcICQoLDA0ODw","before":null,"until":1})"),
       "\"before\""},
      {"a session with before", with_entries(entry(R"(,"before":1,"until":1)")), "\"s\" and \"before\""},
      {"a good entry, then a bad one", with_entries(entry(R"(,"until":1)") + ",{}"), "or neither"},
  };
  for (const auto& each : cases) {
    const auto page = read_revocation_page(each.body);
    ASSERT_FALSE(page) << each.name;
    EXPECT_NE(page.error().find(each.says), std::string::npos) << each.name << ": " << page.error();
  }
}

SeenRevocationAnswer seen(int status, std::string_view body = {}) {
  return {.url = "https://a.example/api/auth/drawbridge/revocations", .status = status, .body = body};
}

TEST(RevocationAnswer, IsNamedForWhatItIs) {
  const std::string page = with_entries("");
  auto with_etag = seen(200, page);
  with_etag.etag = "\"7\"";
  EXPECT_EQ(std::get<RevocationPage>(read_revocation_answer(with_etag)).etag, "\"7\"");
  with_etag.etag = "\"7\"\x01";
  EXPECT_EQ(std::get<RevocationPage>(read_revocation_answer(with_etag)).etag, "") << "not sent back";

  auto unchanged = seen(304);
  unchanged.asked_with_etag = true;
  EXPECT_TRUE(std::holds_alternative<RevocationsUnchanged>(read_revocation_answer(unchanged)));
  EXPECT_TRUE(std::holds_alternative<NoRevocations>(read_revocation_answer(seen(404, page))));

  const struct {
    std::string name;
    SeenRevocationAnswer seen;
    std::string says;
  } failures[] = {
      {"304 without a condition", seen(304), "answered 304, a redirect"},
      {"401", seen(401), "the secret is missing or is not the plugin's"},
      {"403", seen(403), "the secret is missing"},
      {"302", seen(302), "a redirect, which is not followed"},
      {"429", seen(429), "limits how often"},
      {"500", seen(500, page), "answered 500 where revocations were expected"},
      {"204", seen(204), "answered 204"},
      {"a web page", seen(200, " <html>"), "answered with a web page"},
      {"cut", {.url = "u", .status = 200, .body = page, .is_cut = true}, "larger than 2 MiB"},
      {"another object", seen(200, "{}"),
       "answered with something other than revocations: it has no \"cursor\""},
  };
  for (const auto& each : failures) {
    const auto answer = read_revocation_answer(each.seen);
    const auto* failed = std::get_if<FailedQuestion>(&answer);
    ASSERT_NE(failed, nullptr) << each.name;
    EXPECT_NE(failed->text.find(each.says), std::string::npos) << each.name << ": " << failed->text;
    EXPECT_EQ(failed->text.find('\n'), std::string::npos) << each.name;
  }
  auto limited = seen(429);
  limited.retry_after = 9s;
  EXPECT_EQ(std::get<FailedQuestion>(read_revocation_answer(limited)).retry_after, 9s);
}

}  // namespace
}  // namespace drawbridge
