#include "commands/env_file.h"

#include <gtest/gtest.h>

namespace drawbridge::app {
namespace {

TEST(EnvFile, ReadsWhatToolsAgreeOn) {
  const std::pair<std::string, EnvFile> cases[] = {
      {"", {}},
      {"A=1", {{"A", "1"}}},
      {"A=1\n", {{"A", "1"}}},
      {"A=1\r\nB=2\r\n", {{"A", "1"}, {"B", "2"}}},
      {"\n# a comment\n   # another\n\nA=1\n", {{"A", "1"}}},
      {"export A=1", {{"A", "1"}}},
      {"export\tA=1", {{"A", "1"}}},
      {"exported=1", {{"exported", "1"}}},
      {"  A=1", {{"A", "1"}}},
      {"A=", {{"A", ""}}},
      {"A= # nothing", {{"A", ""}}},
      {"A=1 # one", {{"A", "1"}}},
      {"A=1   ", {{"A", "1"}}},
      {"A='a b # $c \\ \" `'", {{"A", "a b # $c \\ \" `"}}},
      {"A=\"a b # c\" # d", {{"A", "a b # c"}}},
      {"A=postgres://u:p@h:5432/d?x=y&z=w", {{"A", "postgres://u:p@h:5432/d?x=y&z=w"}}},
      {"\xEF\xBB\xBF"
       "A=1",
       {{"A", "1"}}},
      {"_a1=é", {{"_a1", "é"}}},
  };
  for (const auto& [text, variables] : cases) {
    const auto read = parse_env_file(text);
    ASSERT_TRUE(read) << text << ": " << read.error();
    EXPECT_EQ(*read, variables) << text;
  }
}

TEST(EnvFile, RefusesTheRestAndNamesTheLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"A", "line 1: not of the form NAME=value"},
      {"A=1\nsome words\n", "line 2: not of the form NAME=value"},
      {"=1", "line 1: the text before the = is not a variable name"},
      {"1A=1", "line 1: the text before the = is not a variable name"},
      {"A =1", "line 1: the text before the = is not a variable name"},
      {"A-B=1", "line 1: the text before the = is not a variable name"},
      {"A= 1", "line 1: there must be no space after the ="},
      {"A=a b", "line 1: a value with spaces"},
      {"A=a#b", "line 1: a value with"},
      {"A=$HOME", "line 1: a value with"},
      {"A=a\\nb", "line 1: a value with"},
      {"A=a'b'", "line 1: a value with"},
      {"A=\"$HOME\"", "line 1: \\, $ and `"},
      {"A=\"a\\nb\"", "line 1: \\, $ and `"},
      {"\n\nA='a", "line 3: the quote is not closed"},
      {"A='a'b", "line 1: something follows the closing quote"},
      {"A='a'#b", "line 1: something follows the closing quote"},
      {"A=1\nB=2\nA=3", "line 3: the variable is set a second time"},
      {"A=1\rB=2", "line 1: there is a control character"},
      {std::string{"A=a\0b", 5}, "line 1: there is a control character"},
  };
  for (const auto& [text, part] : cases) {
    const auto read = parse_env_file(text);
    ASSERT_FALSE(read) << text;
    EXPECT_TRUE(read.error().starts_with(part)) << text << ": " << read.error();
  }
}

TEST(EnvFile, AFaultShowsNothingOfTheValue) {
  const auto read = parse_env_file("BETTER_AUTH_SECRET=hunter2 hunter2");
  ASSERT_FALSE(read);
  EXPECT_FALSE(read.error().contains("hunter2"));
}

}  // namespace
}  // namespace drawbridge::app
