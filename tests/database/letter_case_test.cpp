#include "database/letter_case.h"

#include <algorithm>
#include <ctime>
#include <string>

#include <gtest/gtest.h>

namespace drawbridge::database {
namespace {

TEST(LetterCase, is_folded_in_every_script_that_has_it) {
  struct Case {
    std::string_view name;
    std::string_view a;
    std::string_view b;
  };
  const Case cases[]{
      {"ASCII", "Lower THE bridge", "lower the BRIDGE"},
      {"Latin", "ÀÉÎÕÜ ŠŽ", "àéîõü šž"},
      {"Greek with both sigmas", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"},
      {"Cyrillic", "ПОДЪЁМ МОСТ", "подъём мост"},
      {"Armenian", "ԿԱՄՈՒՐՋ", "կամուրջ"},
      {"Deseret, four bytes each", "𐐀𐐁", "𐐨𐐩"},
      {"Turkish, with and without a dot on the small letter", "IŞIK", "ışık"},
      {"sharp s", "STRASSE", "straße"},
      {"composed and decomposed", "caf\u00E9", "CAFE\u0301"},
  };
  for (const Case& item : cases)
    EXPECT_EQ(letter_case_folded(item.a), letter_case_folded(item.b)) << item.name;
}

/// 10,000 characters that a task may have. In one run they would take seconds.
TEST(LetterCase, has_no_long_run_of_marks_to_put_in_order) {
  std::string marks;
  for (int i = 0; i < 5'000; ++i) marks += "\u0344";
  for (int i = 0; i < 5'000; ++i) marks += "\u0F73";
  const std::string folded = letter_case_folded(marks);
  std::size_t joiners = 0;
  for (auto at = folded.find("\u034F"); at != std::string::npos; at = folded.find("\u034F", at + 1))
    ++joiners;
  EXPECT_EQ(joiners, 20'000 / 30);
  EXPECT_EQ(letter_case_folded(folded), folded);
  std::string few = "a";
  for (int i = 0; i < 30; ++i) few += "\u0323";
  EXPECT_EQ(letter_case_folded(few).find("\u034F"), std::string::npos);
}

/// Of this thread, so that nobody else on the machine counts.
double processor_seconds_to_replace_in(const std::string& text) {
  const auto seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  };
  const double before = seconds();
  EXPECT_FALSE(with_i_for_dotless_i(text).empty());
  return seconds() - before;
}

/// Replaced in place they would take a thousand times as long as letters that stay.
TEST(LetterCase, takes_one_pass_for_any_number_of_dotless_is) {
  EXPECT_EQ(with_i_for_dotless_i("a\u0131b\u0131\u0131"), "aibii");
  EXPECT_EQ(with_i_for_dotless_i("\u0111\u0111"), "\u0111\u0111");
  EXPECT_EQ(with_i_for_dotless_i(""), "");
  std::string dotless;
  std::string others;
  for (int i = 0; i < 200'000; ++i) {
    dotless += "\u0131";
    others += "\u0111";
  }
  EXPECT_LT(processor_seconds_to_replace_in(dotless), 50 * processor_seconds_to_replace_in(others));
}

TEST(MarksInARow, are_counted_as_they_decompose) {
  struct Case {
    std::string_view name;
    std::string_view unit;
    int most;
  };
  const Case cases[]{
      {"one each", "\u0323", 30},
      {"two each", "\u0344", 15},
      {"four bytes each", "\U0001D165", 30},
      {"a letter where case is folded", "\u0345", 30},
      {"on a letter of marks", "\u1EC7\u0301", 10'000},
      {"unassigned", "\u0378", 30},
      {"on letters", "e\u0301", 10'000},
      {"composed", "\u1EC7", 10'000},
      {"a joiner between", "\u0323\u034F", 10'000},
      {"of class 0", "\u0903", 10'000},
      {"ideographs", "木", 10'000},
  };
  for (const Case& item : cases) {
    SCOPED_TRACE(item.name);
    std::string text = "a";
    const int most = std::min(item.most, 100);
    for (int i = 0; i < most; ++i) text += item.unit;
    EXPECT_FALSE(has_too_many_marks_in_a_row(text));
    text += item.unit;
    EXPECT_EQ(has_too_many_marks_in_a_row(text), most == item.most);
    EXPECT_EQ(has_too_many_marks_in_a_row(text + " and more"), most == item.most);
  }
  const std::string run = [] {
    std::string marks;
    for (int i = 0; i < 28; ++i) marks += "\u0323";
    return marks;
  }();
  EXPECT_FALSE(has_too_many_marks_in_a_row("\u1EC7" + run)) << "it has two of its own";
  EXPECT_TRUE(has_too_many_marks_in_a_row("\u1EC7" + run + "\u0323"));
  EXPECT_FALSE(has_too_many_marks_in_a_row("not UTF-8: \xFF"));
}

TEST(LetterCase, leaves_the_rest_alone) {
  for (const std::string_view text : {"", "12 %_\\'\"", "木の橋", "🌉", "שלום", "a\u0301\u0302"})
    EXPECT_EQ(letter_case_folded(letter_case_folded(text)), letter_case_folded(text)) << text;
  EXPECT_EQ(letter_case_folded("木の橋 🌉"), "木の橋 🌉");
  EXPECT_NE(letter_case_folded("é"), letter_case_folded("e"));
  EXPECT_EQ(letter_case_folded("not UTF-8: \xFF"), "not UTF-8: \xFF");
}

}  // namespace
}  // namespace drawbridge::database
