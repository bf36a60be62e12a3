// Search and order give the same answers on both databases: PostgreSQL's function folds every character as
// the program does for SQLite. Only of Cherokee letters one takes the small and one the capital form for
// both.

#include "database/letter_case.h"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include "tests/database/postgres/backend.h"

namespace drawbridge::test {
namespace {

std::string utf8(char32_t c) {
  std::string text;
  if (c < 0x80) return {static_cast<char>(c)};
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((c >> shift) & 0x3F)); };
  if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | (c >> 12));
    tail(6);
  } else {
    text += static_cast<char>(0xF0 | (c >> 18));
    tail(12);
    tail(6);
  }
  tail(0);
  return text;
}

bool is_cherokee(int c) {
  return (c >= 0x13A0 && c <= 0x13FF) || (c >= 0xAB70 && c <= 0xABBF);
}

TEST(PostgresLetterCase, folds_each_code_point_as_the_program_does) {
  const PostgresDatabase database{PostgresDatabase::Content::ready};
  pqxx::connection connection{database.url()};
  // One character to a row, the surrogates and NUL left out, which no text holds.
  const auto rows = pqxx::nontransaction{connection}.exec(
      "SELECT c, letter_case_folded(chr(c)), letter_case_folded(upper(chr(c) COLLATE \"und-x-icu\")) FROM "
      "generate_series(1, x'10FFFF'::int) AS c "
      "WHERE c NOT BETWEEN x'D800'::int AND x'DFFF'::int");
  std::vector<int> different;
  for (const auto& row : rows) {
    const int c = row[0].as<int>();
    if (is_cherokee(c)) {
      EXPECT_EQ(row[1].c_str(), std::string{row[2].c_str()}) << c;
      continue;
    }
    if (database::letter_case_folded(utf8(static_cast<char32_t>(c))) != row[1].c_str())
      different.push_back(c);
  }
  std::string shown;
  for (const int c : different) shown += " " + std::to_string(c);
  EXPECT_EQ(different.size(), 0U) << shown.substr(0, 4000);
  EXPECT_EQ(rows.size(), 0x10FFFFU - 0x800U);
}

}  // namespace
}  // namespace drawbridge::test
