// Foreign text in JSON that a terminal shows.

#include "core/text/visible_text.h"

#include <gtest/gtest.h>

namespace drawbridge {
namespace {

struct Case {
  const char* name;
  std::string_view json;
  std::string_view shown;
};

TEST(VisibleText, json_says_the_same_in_characters_that_a_terminal_only_shows) {
  for (const Case& c : {
           Case{"plain", R"({"a":"b c","n":[1,2.5,null]})", R"({"a":"b c","n":[1,2.5,null]})"},
           Case{"escapes that are there", R"({"a":"\u001b[31m\n\\u202e"})", R"({"a":"\u001b[31m\n\\u202e"})"},
           Case{"other scripts", R"(["Zoë 日本 🙂"])", R"(["Zoë 日本 🙂"])"},
           Case{"an escape", "[\"\x1b[2J\"]", R"(["\u001b[2J"])"},
           Case{"DEL", "[\"\x7f\"]", R"(["\u007f"])"},
           Case{"C1: CSI", "[\"\xc2\x9b\"]", R"(["\u009b"])"},
           Case{"C1: NEL", "[\"\xc2\x85\"]", R"(["\u0085"])"},
           Case{"right to left override", "[\"\xe2\x80\xae\"]", R"(["\u202e"])"},
           Case{"isolates", "[\"\xe2\x81\xa6\xe2\x81\xa9\"]", R"(["\u2066\u2069"])"},
           Case{"Arabic letter mark", "[\"\xd8\x9c\"]", R"(["\u061c"])"},
           Case{"zero width", "[\"\xe2\x80\x8b\xef\xbb\xbf\"]", R"(["\u200b\ufeff"])"},
           Case{"line separator", "[\"\xe2\x80\xa8\"]", R"(["\u2028"])"},
           Case{"tags, beyond the first plane", "[\"\xf3\xa0\x81\x81\"]", R"(["\udb40\udc41"])"},
           Case{"in a name", "{\"\xe2\x80\xae\":1}", R"({"\u202e":1})"},
           Case{"CSI of eight bits, which is no UTF-8", "[\"\x9b\"]", R"(["\ufffd"])"},
           Case{"cut", "[\"\xe2\x80\"]", R"(["\ufffd\ufffd"])"},
       })
    EXPECT_EQ(visible_json(c.json), c.shown) << c.name;
}

}  // namespace
}  // namespace drawbridge
