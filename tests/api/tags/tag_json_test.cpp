#include "api/tags/tag_json.h"

#include <boost/json.hpp>

namespace drawbridge::api {
namespace {

using http::BodyFault;
using http::FieldError;
using http::problem;

using Errors = std::vector<FieldError>;

const Errors bad_name{{"/name", "must have 1 to 50 characters, not counting white space at either end"}};
const Errors bad_color{{"/color", "must be a colour like #1A2B3C, or null"}};

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

TEST(TagBody, refused_when_a_tag_is_made_and_when_it_is_changed) {
  struct Case {
    std::string name;
    std::string body;
    Errors errors;
  };
  const std::vector<Case> cases{
      {"no object", "[]", {{"", "must be a JSON object"}}},
      {"name null", R"({"name":null})", {{"/name", "must be a string"}}},
      {"name empty", R"({"name":""})", bad_name},
      {"name white", R"({"name":" \u3000"})", bad_name},
      {"name long", R"({"name":")" + repeated("🌉", 51) + "\"}", bad_name},
      {"name in much white space", R"({"name":")" + repeated(" ", 4'296) + "x\"}", bad_name},
      {"name with NUL", R"({"name":"a\u0000"})", {{"/name", "must not contain the character NUL"}}},
      {"color a word", R"({"name":"x","color":"red"})", bad_color},
      {"color short", R"({"name":"x","color":"#123"})", bad_color},
      {"color long", R"({"name":"x","color":"#1234567"})", bad_color},
      {"color no hash", R"({"name":"x","color":"1234567"})", bad_color},
      {"color no digit", R"({"name":"x","color":"#12345G"})", bad_color},
      {"color number", R"({"name":"x","color":1})", bad_color},
      {"color empty", R"({"name":"x","color":""})", bad_color},
      {"unknown", R"({"name":"x","colour":"#123456"})", {{"/colour", "is not a member that can be set"}}},
      {"id", R"({"name":"x","id":1})", {{"/id", "is not a member that can be set"}}},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    const auto made = parse_new_tag(item.body);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().errors, item.errors);
    const auto change = parse_tag_change(item.body);
    ASSERT_FALSE(change.has_value());
    EXPECT_EQ(change.error().errors, item.errors);
  }
  EXPECT_EQ(parse_new_tag("{\"name\"").error().malformed, "The body is not valid JSON.");
  EXPECT_EQ(parse_tag_change(R"({"name":"a","name":"b"})").error().malformed,
            "The body has the member \"name\" twice.");
}

TEST(TagBody, a_new_tag_needs_a_name_and_nothing_else) {
  EXPECT_EQ(parse_new_tag("{}").error().errors, (Errors{{"/name", "is required"}}));
  const auto tag = parse_new_tag(R"({"name":" )" + repeated("🌉", 50) + R"( "})");
  ASSERT_TRUE(tag.has_value());
  EXPECT_EQ(tag->name, repeated("🌉", 50));
  EXPECT_EQ(tag->color, std::nullopt);
  EXPECT_EQ(parse_new_tag(R"({"color":"#aBc019","name":"x"})")->color, "#aBc019");
  EXPECT_EQ(parse_new_tag(R"({"name":")" + repeated(" ", 4'295) + "x\"}")->name, "x");
}

TEST(TagBody, a_change_tells_absent_from_null) {
  const auto nothing = parse_tag_change("{}");
  EXPECT_FALSE(nothing->name || nothing->color);
  EXPECT_TRUE(parse_tag_change(R"({"color":null})")->color && !*parse_tag_change(R"({"color":null})")->color);
  EXPECT_EQ(parse_tag_change(R"({"name":"n"})")->name, "n");
}

TEST(TagJson, has_every_member) {
  EXPECT_EQ(tag_json({7, "\"n\"", "#123456"}), R"({"id":7,"name":"\"n\"","color":"#123456"})");
  EXPECT_EQ(tag_page_json({{{8, "n", std::nullopt}}, 3}, {.page = 2, .limit = 2}),
            R"({"items":[{"id":8,"name":"n","color":null}],"total":3,"page":2,"limit":2,"pages":2})");
}

}  // namespace
}  // namespace drawbridge::api
