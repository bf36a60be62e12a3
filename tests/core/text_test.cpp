// What ASCII texts mean: letter case, blanks, commas, whole numbers.

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/text/ascii.h"
#include "core/text/whole_number.h"

namespace drawbridge {
namespace {

TEST(Ascii, LetterCaseIsOfAToZAlone) {
  EXPECT_EQ(ascii::lower("AZaz09[`@{ \xC3\x89"), "azaz09[`@{ \xC3\x89");
  EXPECT_TRUE(ascii::equal_ignoring_case("Bearer", "bEARER"));
  EXPECT_TRUE(ascii::equal_ignoring_case("", ""));
  for (const auto& [a, b] : {std::pair{"Bearer", "Bearer "}, std::pair{"@", "`"}, std::pair{"[", "{"}})
    EXPECT_FALSE(ascii::equal_ignoring_case(a, b)) << a;
}

TEST(Ascii, BlanksAreTakenFromBothEnds) {
  for (const char* text : {"a b", " a b", "a b\t", "\t  a b \t"})
    EXPECT_EQ(ascii::trimmed(text), "a b") << text;
  for (const char* text : {"", " ", "\t \t"}) EXPECT_EQ(ascii::trimmed(text), "") << text;
  EXPECT_EQ(ascii::trimmed("\n\xC2\xA0"), "\n\xC2\xA0");
}

TEST(Ascii, CommasSeparateItems) {
  using Items = std::vector<std::string>;
  const std::pair<const char*, Items> cases[] = {
      {"", {}},          {"a", {"a"}},      {" a , b\t", {"a", "b"}},
      {"a,", {"a", ""}}, {",a", {"", "a"}}, {"a, ,b", {"a", "", "b"}}};
  for (const auto& [text, items] : cases) {
    Items found;
    for (const std::string_view item : ascii::split_at_commas(text)) found.emplace_back(item);
    EXPECT_EQ(found, items) << '"' << text << '"';
  }
}

TEST(WholeNumber, IsOfDigitsAloneAndWithinItsBounds) {
  EXPECT_EQ(whole_number("0", 0, 9), 0);
  EXPECT_EQ(whole_number("9", 0, 9), 9);
  EXPECT_EQ(whole_number("007", 0, 9), 7);
  EXPECT_EQ(whole_number("-3", -5, 5), -3);
  EXPECT_EQ(whole_number<std::uint16_t>("65535", 0), 65535);
  EXPECT_EQ(whole_number<std::int64_t>("9223372036854775807", 1), INT64_MAX);
  for (const char* text :
       {"", " 1", "1 ", "+1", "1.0", "1e0", "0x1", "a", "10", "-1", "99999999999999999999"})
    EXPECT_EQ(whole_number(text, 0, 9), std::nullopt) << text;
  EXPECT_EQ(whole_number<std::uint16_t>("65536", 0), std::nullopt);
  EXPECT_EQ(whole_number<std::uint16_t>("-1", 0), std::nullopt);
  EXPECT_EQ(whole_number<std::int64_t>("9223372036854775808", 1), std::nullopt);
}

}  // namespace
}  // namespace drawbridge
