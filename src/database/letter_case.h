#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drawbridge::database {

/// More serve no language: Unicode's Stream-Safe Text Format has the same bound (UAX #15, section 13).
constexpr std::size_t max_marks_in_a_row = 30;

/// Whether more combining marks follow each other in the text, which is UTF-8. PostgreSQL puts such a run in
/// order by the square of its length, and does not let itself be interrupted meanwhile.
bool has_too_many_marks_in_a_row(std::string_view text);

/// The text with letter case folded (Unicode, full folding) and composed (NFC), so that two texts that differ
/// in letter case only become the same bytes: `É`, `é` and `e` with a combining accent are one. Of more than
/// `max_marks_in_a_row` combining marks the order counts. The text is UTF-8; one that is not comes back as it
/// is.
std::string letter_case_folded(std::string_view text);

/// The part of it that makes the dotless ı an i, whose capital letter I is: so the three belong together, as
/// PostgreSQL has it too. One pass into another text: what is put into the same one moves all that follows.
std::string with_i_for_dotless_i(std::string_view text);

}  // namespace drawbridge::database
