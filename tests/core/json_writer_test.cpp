#include "core/text/json_writer.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "core/text/time_text.h"

namespace drawbridge {
namespace {

using namespace std::chrono_literals;

template <class T>
std::string json_of(const T& value) {
  std::string out;
  append_json(out, value);
  return out;
}

TEST(JsonWriter, texts_are_read_back_as_they_were) {
  for (const std::string_view text :
       {"", "plain", "\"", "\\", "a\nb\tc\r\b\f", "\x01\x1F", "é木🌉", "\u2028\u2029", "</script>", "\x7F"}) {
    const std::string json = json_of(text);
    EXPECT_EQ(boost::json::parse(json).as_string(), text) << json;
  }
  EXPECT_EQ(json_of(std::string_view{"a\0b", 3}), R"("a\u0000b")");
  EXPECT_EQ(json_of(std::string_view{"é"}), "\"é\"");
}

TEST(JsonWriter, every_control_character_is_escaped_wherever_it_stands) {
  for (int c = 0; c < 0x20; ++c) {
    for (std::size_t at = 0; at < 40; ++at) {
      std::string text(40, 'x');
      text[at] = static_cast<char>(c);
      EXPECT_EQ(boost::json::parse(json_of(text)).as_string(), text);
    }
  }
}

TEST(JsonWriter, numbers_and_truths) {
  EXPECT_EQ(json_of(std::int64_t{0}), "0");
  EXPECT_EQ(json_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json_of(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(json_of(true), "true");
  EXPECT_EQ(json_of(false), "false");
}

TEST(JsonWriter, absent_values_lists_and_objects) {
  EXPECT_EQ(json_of(std::optional<std::int64_t>{}), "null");
  EXPECT_EQ(json_of(std::optional<std::string>{"x"}), "\"x\"");
  EXPECT_EQ(json_of(std::vector<std::string>{}), "[]");
  EXPECT_EQ(json_of(std::vector<std::string>{"a", "b"}), R"(["a","b"])");
  EXPECT_EQ(json_of(Instant{1ms}), R"("1970-01-01T00:00:00.001Z")");
  std::string out;
  {
    const JsonObject empty{out};
  }
  EXPECT_EQ(out, "{}");
  out.clear();
  JsonObject{out}
      .member("a", std::int64_t{1})
      .member("b", std::optional<bool>{})
      .member("c", std::string{"{"});
  EXPECT_EQ(out, R"({"a":1,"b":null,"c":"{"})");
}

}  // namespace
}  // namespace drawbridge
