#include "doctor/leaks.h"

#include <algorithm>
#include <array>
#include <utility>

namespace drawbridge::doctor {
namespace {

/// No text that a caller needs has one of these.
constexpr std::array marks{
    std::pair{"Traceback (most recent call last)", "a Python traceback"},
    std::pair{"    at Object.", "a JavaScript stack trace"},
    std::pair{"(node:internal/", "a JavaScript stack trace"},
    std::pair{"terminate called", "the text of a C++ exception"},
    std::pair{"site-packages/", "the paths of its files"},
    std::pair{"node_modules/", "the paths of its files"},
    std::pair{"File \"/", "the paths of its files"},
    std::pair{".cpp:", "the paths of its files"},
    std::pair{"SELECT ", "SQL"},
    std::pair{"INSERT INTO ", "SQL"},
    std::pair{"syntax error at or near", "SQL"},
    std::pair{"SQLSTATE", "SQL"},
    std::pair{"sqlalchemy.", "the names of its database library"},
    std::pair{"sqlite3.", "the names of its database library"},
    std::pair{"psycopg", "the names of its database library"},
};

/// Long enough that nothing else has it.
constexpr std::size_t telling_size = 40;

bool holds_part_of(std::string_view text, std::string_view token) {
  while (!token.empty()) {
    const auto end = std::min(token.find('.'), token.size());
    const auto segment = token.substr(0, end);
    if (segment.size() >= telling_size && text.contains(segment.substr(0, telling_size))) return true;
    token.remove_prefix(std::min(end + 1, token.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string_view> leak_in(std::string_view text, std::string_view token) {
  if (holds_part_of(text, token)) return "the token";
  for (const auto& [mark, meaning] : marks)
    if (text.contains(mark)) return meaning;
  return std::nullopt;
}

}  // namespace drawbridge::doctor
