// What JSON must be before anything is decided by it, wherever it comes from.

#include "core/jose/strict_json.h"

#include <gtest/gtest.h>

#include "tests/support/json.h"

namespace drawbridge {
namespace {

using test::object_of;

std::string fault_of(const std::string& text) {
  simdjson::dom::parser parser;
  const auto object = parse_strict_object(parser, text);
  return object ? std::string{} : object.error();
}

TEST(StrictJson, IsAnObjectWithoutAmbiguity) {
  const std::string too_many = "has an object with over 1,000 members";
  const std::string list_of_objects = object_of(1'000) + ',' + object_of(1'000);
  struct Case {
    std::string name;
    std::string text;
    std::string fault;
  };
  const Case cases[]{
      {"an object", "{}", ""},
      {"no JSON", "{", "is not valid JSON"},
      {"no UTF-8", "{\"a\":\"\xFF\"}", "is not valid UTF-8"},
      {"a list", "[]", "is not a JSON object"},
      {"a member twice", R"({"a":1,"\u0061":2})", R"(has the member "a" twice)"},
      {"a member twice inside", R"({"x":[{"a":1,"a":2}]})", R"(has the member "a" twice)"},
      {"16 levels", R"({"x":)" + std::string(15, '[') + std::string(15, ']') + "}", ""},
      {"17 levels", R"({"x":)" + std::string(16, '[') + std::string(16, ']') + "}", "is nested too deeply"},
      {"1,000 members", object_of(1'000), ""},
      {"1,001 members", object_of(1'001), too_many},
      {"1,001 members inside", R"({"x":[)" + object_of(1'001) + "]}", too_many},
      {"1,001 members, one twice", object_of(1'001).insert(1, R"("0":0,)"), too_many},
      {"two objects of 1,000 members", R"({"x":[)" + list_of_objects + "]}", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(fault_of(c.text), c.fault) << c.name;
}

}  // namespace
}  // namespace drawbridge
