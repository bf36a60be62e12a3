#include "database/letter_case.h"

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

TEST(LetterCase, leaves_the_rest_alone) {
  for (const std::string_view text : {"", "12 %_\\'\"", "木の橋", "🌉", "שלום", "a\u0301\u0302"})
    EXPECT_EQ(letter_case_folded(letter_case_folded(text)), letter_case_folded(text)) << text;
  EXPECT_EQ(letter_case_folded("木の橋 🌉"), "木の橋 🌉");
  EXPECT_NE(letter_case_folded("é"), letter_case_folded("e"));
  EXPECT_EQ(letter_case_folded("not UTF-8: \xFF"), "not UTF-8: \xFF");
}

}  // namespace
}  // namespace drawbridge::database
